"""Businesses side by side in one database, each in a schema of its own, and wholly apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import break_step, say, send, value, values
from tests.fixtures.names import about_default_names
from tests.names.conftest import ACME, BETA, PLAIN
from tests.operations.command import answer
from wa_webhook.migrate import HistoryError, Migrator, find_db_folder, read_source
from wa_webhook.naming.names import Names, channel_of

if TYPE_CHECKING:
    from tests.names.conftest import Business

pytestmark = [
    pytest.mark.any_server,
    about_default_names("compares the default names with others"),
]

REACHED = """
    with reaching as (
        select oid, rolname from pg_roles where rolname = any (%(roles)s)
    ),
    namespace as (
        select oid from pg_namespace where nspname = any (%(schemas)s)
    )
    select rolname || ': schema' from reaching, namespace
    where has_schema_privilege(reaching.oid, namespace.oid, 'usage, create')
    union all
    select rolname || ': ' || relname from reaching, pg_class
    where relnamespace in (select oid from namespace) and relkind in ('r', 'p', 'v')
        and (
            has_table_privilege(
                reaching.oid, pg_class.oid, 'select, insert, update, delete, truncate, trigger'
            )
            or has_any_column_privilege(reaching.oid, pg_class.oid, 'select, insert, update')
        )
    union all
    select rolname || ': ' || proname from reaching, pg_proc
    where pronamespace in (select oid from namespace)
        and has_function_privilege(reaching.oid, pg_proc.oid, 'execute')
    union all
    select reaching.rolname || ': ' || other.rolname from reaching, pg_roles as other
    where other.rolname = any (%(others)s) and pg_has_role(reaching.oid, other.oid, 'member')
"""
LOCKS = """
    select concat(classid, ' ', objid) from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid()
"""


@pytest.mark.parametrize("names", [PLAIN, ACME, BETA], ids=lambda names: names.schema)
def test_no_role_of_a_business_reaches_anything_of_another(plain: Business, names: Names) -> None:
    others = [one for one in (PLAIN, ACME, BETA) if one is not names]
    # Everybody may use schema public, and nothing of ours in it.
    schemas = [schema for one in others for schema in one.schemas.values() if schema != "public"]
    given = {
        "roles": list(names.roles.values()),
        "schemas": schemas,
        "others": [role for one in others for role in one.roles.values()],
    }
    superuser = psycopg.connect(plain.database.url("supabase_admin"))
    with superuser:
        assert superuser.execute(REACHED.encode(), given).fetchall() == []
        public = given | {"schemas": ["public"]}
        reached = superuser.execute(REACHED.encode(), public).fetchall()
    assert names is PLAIN or {one for (one,) in reached} == {
        f"{role}: schema" for role in given["roles"]
    }


def test_what_happens_in_a_business_changes_nothing_in_another(
    acme: Business, beta: Business, plain: Business
) -> None:
    say(plain.connect("wa_edge_role"), "menu")
    say(beta.connect("wa_edge_role"), "menu")
    before = beta.contents() | plain.contents()
    owner, notifier = acme.connect(), acme.connect("wa_notifier_role")
    before_of_acme = acme.contents()

    say(acme.connect("wa_edge_role"), "menu", "help")
    (row,) = notifier.execute("select id, lock_token from public.wa_notifications_claim('n', 1)")
    notifier.execute(
        "select public.wa_notifications_settle(jsonb_build_array(jsonb_build_object("
        "'id', %s::bigint, 'lock_token', %s::text, 'outcome', 'accepted',"
        " 'provider_message_id', 'wamid.acme')))",
        (row["id"], str(row["lock_token"])),
    )
    owner.execute("update wa.settings set value = '60' where key = 'retention_interval_seconds'")
    owner.execute("update public.wa_events set received_at = now() - interval '1 year'")
    acme.connect("wa_edge_role").execute("call public.wa_retention_purge()")
    owner.execute("insert into wa.numbers (phone_number_id) values ('2070')")

    assert beta.contents() | plain.contents() == before
    changed = {table for table, now in acme.contents().items() if now != before_of_acme.get(table)}
    assert changed >= {"acme.profiles", "acme.notifications", "acme.settings", "acme.numbers"}


def test_only_those_who_listen_for_a_business_are_woken_by_it(
    acme: Business, beta: Business, plain: Business
) -> None:
    listening = {one: one.connect("wa_notifier_role") for one in (acme, beta, plain)}
    for one, connection in listening.items():
        connection.execute("listen wa_notifications")
        connection.execute("listen wa_desk")
        # What a process listens on is what the SQL above was rewritten to.
        assert values(connection, "select * from pg_listening_channels() order by 1") == [
            channel_of(one.names.schema, channel) for channel in ("wa_desk", "wa_notifications")
        ]
    say(beta.connect("wa_edge_role"), "menu")
    assert len(list(listening[beta].notifies(timeout=5, stop_after=1))) == 1
    for one in (acme, plain):
        listening[one].execute("select")
        assert list(listening[one].notifies(timeout=0)) == []


def test_businesses_wait_for_no_lock_of_each_other(
    acme: Business, beta: Business, plain: Business
) -> None:
    def take_all(one: Business) -> set[str]:
        owner = one.connect(autocommit=False)
        owner.execute("set lock_timeout = '5s'")
        owner.execute("select wa.lock_identities('{+34600000001}', '{}')")
        owner.execute("update wa.texts set body = body where key = 'home.open_menu'")
        assert value(owner, "select public.wa_retention_step() ->> 'is_busy'") == "false"
        owner.execute("select wa.warn_of_waiting()")
        return set(values(owner, LOCKS))

    held = [take_all(one) for one in (acme, beta, plain)]
    assert [len(keys) for keys in held] == [len(held[0])] * 3
    assert len(set().union(*held)) == sum(map(len, held))


def test_status_and_metrics_tell_of_one_business_alone(acme: Business, beta: Business) -> None:
    break_step(acme.connect())
    send(acme.connect("wa_edge_role"), payloads.text_message("help"))
    told = {one: answer(one.command("status", "--json")) for one in (acme, beta)}
    codes = {one: {problem["code"] for problem in told[one]["problems"]} for one in told}
    assert "messages_failed" in codes[acme] - codes[beta]
    failed = "select public.wa_metrics() ->> 'failed_events'"
    assert [value(one.connect("wa_operator_role"), failed) for one in (acme, beta)] == ["1", "0"]


def test_the_doctor_finds_nothing_in_a_business_beside_others(beta: Business) -> None:
    examined = beta.command("doctor", "--as", "operator")
    assert "fail" not in examined.stdout, examined.stdout


def test_a_business_is_migrated_by_itself(acme: Business) -> None:
    source = read_source(find_db_folder())
    with psycopg.connect(acme.url("postgres"), autocommit=True) as connection:
        assert not Migrator(connection, source, names=ACME).plan()
        for names, complaint in (
            (
                replace(Names(schema="gamma", private_schema="gamma"), edge_role="acme_edge_role"),
                "schema acme of this database has acme_edge_role already",
            ),
            (Names(schema="shop"), "one schema for both"),
        ):
            with pytest.raises(HistoryError, match=complaint):
                Migrator(connection, source, names=names).plan()
