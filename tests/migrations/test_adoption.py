"""Tables that an earlier function made are taken over in place, or nothing is changed at all."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import payloads
from tests.dispatching import dispatch, row, value, values
from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.names import with_default_names
from tests.fixtures.offered import SHIPPED as SOURCE
from tests.migrations.adopting import connect, fill, mend, mended, older, run_migrate
from tests.privileges.rights import read_rights
from wa_webhook.adoption import adopt
from wa_webhook.migrate import Migrator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

__all__ = ["mended", "older"]

SHAPE = """
    select format('%s.%s %s%s %s', relname, attname, atttypid::regtype,
        case when attnotnull then ' not null' end, pg_get_expr(adbin, adrelid))
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = pg_class.oid and adnum = attnum
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    union all
    select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'c', 'f')
    union all
    select indexdef from pg_indexes where schemaname = 'public'
    union all
    select format('%s %s %s %s', tablename, policyname, roles, cmd) from pg_policies
    where schemaname = 'public'
    union all
    select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
"""


@dataclass(frozen=True)
class Adopted:
    """A database to copy, and the rows of the tables in KEPT before it was taken over."""

    template: str
    before: list[list[Any]]


@pytest.fixture(scope="module")
def adopted_once(shared_database: Callable[[str], Database]) -> Adopted:
    """What becomes of such a database by one run."""
    database = shared_database(BARE_TEMPLATE)
    with connect(database) as connection:
        fill(connection)
        mend(database, connection)
        before = [values(connection, f"select to_jsonb(t) from {table} as t") for table in KEPT]
    # Not by the command: a module's fixtures begin where a developer may have an .env file.
    with psycopg.connect(database.url(), autocommit=True) as migrating:
        assert adopt(Migrator(migrating, SOURCE)).conflicts == []
        Migrator(migrating, SOURCE).run()
    return Adopted(database.name, before)


@pytest.fixture
def adopted_database(adopted_once: Adopted, new_database: Callable[[str], Database]) -> Database:
    """A database that was taken over."""
    return new_database(adopted_once.template)


@pytest.fixture
def adopted(adopted_database: Database) -> Iterator[Connection[DictRow]]:
    """The migrating role's connection to it."""
    with connect(adopted_database) as connection:
        yield connection


def dump(database: Database) -> str:
    """Return everything in the database, without what differs between two dumps."""
    text = subprocess.run(
        [database.server.binaries / "pg_dump", "--inserts", database.url()],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "\n".join(line for line in text.splitlines() if "restrict" not in line)


def test_what_is_in_the_way_is_named_with_its_mend_and_nothing_changes(
    bare_database: Database, older: Connection[DictRow]
) -> None:
    before = dump(bare_database)
    for options in (["--adopt", "--dry-run"], ["--adopt"]):
        result = run_migrate(bare_database, *options)
        assert result.exit_code == 1
        assert "public.wa_events: column status is missing, and every row needs a value (2)" in (
            with_default_names(result.output)
        )
        assert "mend: update public.profiles set metadata = '{}' where metadata is null;" in (
            with_default_names(result.output)
        )
        assert "nothing is changed" in with_default_names(result.output)
    assert dump(bare_database) == before


def test_a_table_of_an_apps_own_users_is_left_alone_and_the_way_beside_it_named(
    bare_database: Database,
) -> None:
    with connect(bare_database) as connection:
        connection.execute("create schema if not exists public")
        connection.execute(
            "create table public.profiles (id uuid primary key, user_id uuid, full_name text)"
        )
    said = with_default_names(run_migrate(bare_database, "--adopt", "--dry-run").output)
    about_it = [line for line in said.splitlines() if line.startswith("public.profiles: ")]
    assert about_it == [
        "public.profiles: has no column whatsapp_e164: nobody in it can be reached on WhatsApp"
    ]
    assert "install beside it: wa-webhook migrate --schema NAME" in said


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(
    bare_database: Database, mended: Connection[DictRow]
) -> None:
    before = dump(bare_database)
    result = run_migrate(bare_database, "--adopt", "--dry-run")
    assert result.exit_code == 0, with_default_names(result.output)
    assert "public.profiles: gets consent_at, display_name_at," in with_default_names(result.output)
    assert "; keeps loyalty_points of its own" in with_default_names(result.output)
    assert "nothing is in the way, and nothing is changed" in with_default_names(result.output)
    assert dump(bare_database) == before


def test_every_row_and_column_of_its_own_is_still_there(
    adopted_once: Adopted, adopted: Connection[DictRow]
) -> None:
    after = [values(adopted, f"select to_jsonb(t) from {table} as t") for table in KEPT.values()]
    for old, new in zip(adopted_once.before, after, strict=True):
        assert old
        assert len(old) == len(new)
        assert all(any(one.items() <= other.items() for other in new) for one in old)


def test_views_and_foreign_keys_of_the_app_go_on_working(adopted: Connection[DictRow]) -> None:
    best = adopted.execute(
        "select loyalty_points, spent_minor from public.best_customers"
    ).fetchall()
    assert {(one["loyalty_points"], one["spent_minor"]) for one in best} == {(120, 2500), (3, 2500)}
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        adopted.execute(
            "insert into public.orders (user_id, total_minor) values (gen_random_uuid(), 1)"
        )


def test_an_old_user_is_recognised_and_an_old_message_is_a_duplicate(
    adopted_database: Database, adopted: Connection[DictRow]
) -> None:
    newest = value(adopted, "select max(id) from public.notifications")
    known = "select user_id from public.profiles where whatsapp_e164 = '+34600111222'"
    user_id = value(adopted, known)
    new = payloads.text_message(sender="34600111222")
    old = payloads.text_message(sender="34600111222") | {"id": "wamid.old.1"}
    stranger = payloads.text_message(sender="34600999000")
    with psycopg.connect(
        adopted_database.url("wa_edge_role"), autocommit=True, row_factory=dict_row
    ) as edge:
        answer = dispatch(edge, payloads.envelope([new, old, stranger]))
    assert (answer["processed"], answer["duplicate"], answer["failed"]) == (2, 1, 0)
    reply = row(
        adopted,
        "select id, user_id, channel from public.notifications where id > %s and user_id = %s"
        " order by id limit 1",
        newest,
        user_id,
    )
    assert reply["channel"] == "whatsapp"
    assert value(adopted, "select count(*) from public.profiles") == 3


def test_an_adopted_table_has_everything_that_a_new_one_has(
    adopted: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    wanted = set(values(connection, SHAPE.replace("%", "%%")))
    assert len(wanted) > 150
    assert wanted - set(values(adopted, SHAPE.replace("%", "%%"))) == set()


def test_the_roles_hold_on_adopted_tables_what_they_hold_on_new_ones(
    adopted: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    taken_over, new = read_rights(adopted), read_rights(connection)
    assert new.rights - taken_over.rights == set()
    of_the_app = {"orders", "orders_id_seq", "best_customers", "notifications_id_seq_before"}
    assert {one for one in taken_over.rights - new.rights if one.name not in of_the_app} == set()
    assert taken_over.policies == new.policies


def test_a_second_run_finds_nothing_to_do(adopted_database: Database) -> None:
    before = dump(adopted_database)
    result = run_migrate(adopted_database, "--adopt")
    assert "nothing to adopt" in with_default_names(result.output)
    assert "up to date" in with_default_names(result.output)
    assert dump(adopted_database) == before


def test_without_the_option_the_refusal_names_it(
    bare_database: Database, older: Connection[DictRow]
) -> None:
    result = run_migrate(bare_database)
    assert result.exit_code == 1
    assert "wa-webhook migrate --adopt --dry-run" in with_default_names(result.output)


KEPT = {
    "public.profiles": "public.profiles",
    "public.chat_state": "public.chat_state",
    "public.wa_events": "public.wa_events",
    "public.notifications": "public.notifications",
    "public.webhook_logs": "wa_adopted.webhook_logs",
    "public.orders": "public.orders",
}
