"""Tables that an earlier function made are taken over in place, or nothing is changed at all."""

from __future__ import annotations

import subprocess
from contextlib import closing
from dataclasses import dataclass
from itertools import count, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

from tests import payloads
from tests.dispatching import dispatch, row, value, values
from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.names import with_default_names
from tests.privileges.rights import read_rights
from wa_webhook.adoption import adopt
from wa_webhook.cli import app
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow
    from typer.testing import Result

    from tests.fixtures.postgres import Database
    from wa_webhook.adoption import Conflict

OLDER_TABLES = Path(__file__).with_name("older_tables.sql").read_text()
SOURCE = read_source(find_db_folder())
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


@pytest.fixture
def older(bare_database: Database) -> Iterator[Connection[DictRow]]:
    """The migrating role's connection to a database that an earlier function was used with."""
    with connect(bare_database) as connection:
        fill(connection)
        yield connection


@pytest.fixture
def mended(bare_database: Database, older: Connection[DictRow]) -> Connection[DictRow]:
    """The same after every conflict's statement was run as it was printed."""
    mend(bare_database, older)
    return older


def connect(database: Database) -> closing[Connection[DictRow]]:
    url = database.url()
    return closing(psycopg.connect(url, autocommit=True, row_factory=dict_row))


def fill(connection: Connection[DictRow]) -> None:
    connection.execute("create schema if not exists public")
    connection.execute(OLDER_TABLES.encode())


def mend(database: Database, connection: Connection[DictRow]) -> None:
    # Which they are is the same whenever it is asked for.
    if not _MENDS:
        _MENDS.extend(conflict.mend for conflict in find_conflicts(database))
    for statement in _MENDS:
        connection.execute(statement.encode())


_MENDS: list[str] = []


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


def find_conflicts(database: Database) -> list[Conflict]:
    """Return what is in the way; nothing is changed."""
    with psycopg.connect(database.url(), autocommit=True) as migrating:
        return adopt(Migrator(migrating, SOURCE), dry_run=True).conflicts


def run_migrate(database: Database, *options: str) -> Result:
    return CliRunner().invoke(app, ["migrate", "--database-url", database.url(), *options])


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


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(
    bare_database: Database, mended: Connection[DictRow]
) -> None:
    before = dump(bare_database)
    result = run_migrate(bare_database, "--adopt", "--dry-run")
    assert result.exit_code == 0, with_default_names(result.output)
    assert "public.profiles: gets last_inbound_at, merged_into," in with_default_names(
        result.output
    )
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


OBSTACLES = {
    "profiles": [
        (
            "update public.profiles set whatsapp_e164 = '600 111 222' where display_name = 'Ana'",
            "public.profiles: profiles_whatsapp_e164_is_e164 does not hold (1)\n"
            "  for example: whatsapp_e164: 999 999 999\n"
            "  mend: update public.profiles set whatsapp_e164 = '+' ||",
        ),
        (
            "alter table public.profiles drop constraint profiles_whatsapp_e164_key;"
            " update public.profiles set whatsapp_e164 = '+34600111222'",
            "public.profiles: whatsapp_e164 is not unique, keys that several rows have (1)",
        ),
        (
            "update public.profiles set whatsapp_e164 = null where display_name = 'Ana'",
            "public.profiles: profiles_reachable_or_merged does not hold (1)\n"
            "  for example: merged_into, wa_user_id, whatsapp_e164: null | null | null\n"
            "  mend: select public.profiles.* from public.profiles cross join"
            " (select null::uuid as merged_into, null::text as wa_user_id) as missing where not",
        ),
        (
            "update public.profiles set whatsapp_e164 ="
            " case display_name when 'Ana' then '+551187654321' else '+5511987654321' end",
            "public.profiles: phone_lookup_key is not unique, keys that several rows have (1)",
        ),
        (
            "create table public.users (id uuid primary key);"
            " alter table public.profiles add foreign key (user_id) references public.users"
            " not valid",
            "public.profiles: profiles_user_id_fkey may refuse what is written here",
        ),
        (
            "alter table public.profiles add column tax_number text not null default '';"
            " alter table public.profiles alter column tax_number drop default",
            "public.profiles: column tax_number takes no null and has no default",
        ),
        (
            "alter table public.profiles"
            " alter column whatsapp_e164 type bigint using whatsapp_e164::bigint",
            "public.profiles: column whatsapp_e164 is bigint, not text",
        ),
    ],
    "notifications": [
        (
            "alter table public.notifications drop constraint notifications_pkey;"
            " update public.notifications set id = 1",
            "public.notifications: id is not unique, keys that several rows have (1)",
        ),
        (
            "update public.notifications set status = 'pending'",
            "public.notifications: notifications_status_is_known does not hold (2)\n"
            "  for example: status: xxxxxxx\n"
            "  mend: update public.notifications set status = 'cancelled' where not",
        ),
        (
            "create unique index one_each on public.notifications (user_id, status)",
            "public.notifications: one_each may refuse what is written here:",
        ),
        (
            "alter table public.notifications alter column id drop default;"
            " alter table public.notifications alter column id type text",
            "public.notifications: column id is text, not bigint",
        ),
        (
            "alter table public.notifications alter column payload type text",
            "public.notifications: column payload is text, not jsonb\n"
            "  mend: alter table public.notifications alter column payload type jsonb",
        ),
        (
            "create type extensions.progress as enum ('queued', 'sent');"
            " alter table public.notifications alter column status drop default;"
            " alter table public.notifications alter column status type extensions.progress"
            " using status::extensions.progress",
            "public.notifications: column status is progress, not text",
        ),
        (
            "alter table public.notifications drop constraint notifications_user_id_fkey;"
            " alter table public.notifications alter column user_id type text",
            "public.notifications: column user_id is text, not uuid",
        ),
    ],
    "chat_state": [
        (
            "update public.chat_state set state = 'insurance_photo'",
            "public.chat_state: column state names what is not in wa.flow_states (2)\n"
            "  for example: state: xxxxxxxxx_xxxxx\n"
            "  mend: update public.chat_state set state = 'home', data = '{}'"
            " where state in ('insurance_photo');",
        ),
        (
            "alter table public.chat_state rename column user_id to id",
            "public.chat_state: the primary key is id, not user_id\n"
            '  mend: alter table public.chat_state rename column "id" to user_id;',
        ),
    ],
    "wa_events": [
        (
            "alter table public.wa_events drop constraint wa_events_pkey;"
            " alter table public.wa_events add column id bigserial primary key",
            "public.wa_events: the primary key is ['id'], not ['wa_message_id']\n"
            '  mend: alter table public.wa_events drop constraint "wa_events_pkey";',
        ),
    ],
    "webhook_logs": [
        (
            "create view public.extra as select 1; drop table public.webhook_logs;"
            " alter view public.extra rename to webhook_logs",
            "public.webhook_logs: is no table",
        ),
    ],
}
"""Statements that put something in the way, and how it is told, by table."""


@pytest.mark.any_server
@pytest.mark.parametrize(
    # One of each table at a time: they do not meet.
    "obstacles",
    [list(filter(None, one)) for one in zip_longest(*OBSTACLES.values())],
    ids=count(1),
)
def test_obstacles_are_named_and_go_by_their_mends(
    obstacles: list[tuple[str, str]], bare_database: Database, mended: Connection[DictRow]
) -> None:
    for statement, _ in obstacles:
        mended.execute(statement.encode())
    conflicts = first = find_conflicts(bare_database)
    told = with_default_names("\n".join(map(str, first)))
    assert [expected for _, expected in obstacles if expected not in told] == []
    assert "Ana" not in told

    # What is looked at once a type is right comes to light with the second run.
    for _ in range(2):
        for conflict in conflicts:
            mended.execute(conflict.mend.encode())
        conflicts = conflicts and find_conflicts(bare_database)
    need_a_person = {one.problem for one in first if one.mend.startswith("select")}
    assert {one.problem for one in conflicts} == need_a_person


def test_a_table_that_cannot_be_adopted_is_set_aside_by_its_statement(
    bare_database: Database, mended: Connection[DictRow]
) -> None:
    mended.execute("create schema wa_adopted")
    mended.execute("alter table public.notifications set schema wa_adopted")
    assert run_migrate(bare_database, "--adopt").exit_code == 0
    assert value(mended, "select count(*) from wa_adopted.notifications") == 2
    assert value(mended, "select count(*) from public.notifications") == 0


KEPT = {
    "public.profiles": "public.profiles",
    "public.chat_state": "public.chat_state",
    "public.wa_events": "public.wa_events",
    "public.notifications": "public.notifications",
    "public.webhook_logs": "wa_adopted.webhook_logs",
    "public.orders": "public.orders",
}
