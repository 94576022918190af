"""Rights that were changed by hand are found, and a run brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import values
from tests.fixtures.names import about_two_schemas, current_names
from tests.fixtures.offered import with_offered_flows
from tests.privileges.document import run_script
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database

RIGHTS = "select object || ': ' || held from wa.list_rights() order by 1"
DIFFERENCES = "select object || ': ' || held from wa.compare_rights() order by 1"
CHANGES = {
    "a table is open to the API": "grant select, truncate on public.profiles to anon",
    "a table is open to everybody": "grant select on wa.settings to public",
    "a column is open to the API": "grant update (locale) on public.profiles to authenticated",
    "a process reads a table": "grant select on public.profiles to wa_notifier_role",
    "the engine cannot read a table": "revoke select on public.profiles from wa_runtime",
    "the private schema is open": "grant usage on schema wa to anon",
    "the engine may create": "grant create on schema public to wa_runtime",
    "row level security is off": "alter table public.profiles disable row level security",
    "a policy is gone": "drop policy profiles_runtime on public.profiles",
    "a policy lets others in": "alter policy chat_state_runtime on public.chat_state to public",
    "a policy is new": "create policy everybody on public.profiles to anon using (true)",
    "a table has another owner": "alter table public.webhook_logs owner to postgres",
    "a routine has another owner": "alter function public.wa_dispatch owner to postgres",
    "a routine is open to the API": "grant execute on function public.wa_dispatch to anon",
    "a routine is open to everybody": "grant execute on function wa.get_setting to public",
    "a process cannot call": "revoke execute on function public.wa_dispatch from wa_edge_role",
    "a routine looks anywhere": "alter function public.wa_dispatch reset search_path",
    "a routine runs as its caller": "alter function public.wa_dispatch security invoker",
    "a routine does something else": """
        create or replace function wa.get_setting(p_key text) returns jsonb language plpgsql stable
        set search_path = pg_catalog, pg_temp as $$ begin return null; end $$""",
}


THEIR_TABLE = """
    create table public.orders (buyer uuid references public.profiles (user_id));
    alter table public.orders enable row level security;
    create policy orders_buyers on public.orders to authenticated using (buyer is not null);
    grant select, insert on public.orders to authenticated;
    grant select, delete on public.orders to wa_privacy;
    create policy orders_privacy on public.orders to wa_privacy using (true)"""


def migrate(database: Database) -> int:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        source = read_source(find_db_folder())
        return Migrator(connection, source, names=current_names()).run().routines


def forget_files(connection: Connection[DictRow]) -> None:
    """Let the next run apply every routine, as one does after a change."""
    forget = "update wa.applied_files set checksum = repeat('0', 16)"
    connection.execute(forget.encode())


def held_by(connection: Connection[DictRow], table: str) -> list[DictRow]:
    """Return what the catalog says of a table's rights."""
    query = """select relacl::text, relrowsecurity, array(
            select pg_policies::text from pg_policies where tablename = relname order by 1
        ) as policies
        from pg_class where oid = to_regclass(%s)"""
    return connection.execute(query.encode(), (table,)).fetchall()


def test_each_right_that_was_changed_by_hand_is_found(connect: Connect) -> None:
    superuser = connect(SUPERUSER, autocommit=False)
    for what, change in CHANGES.items():
        superuser.execute(change.encode())
        assert values(superuser, DIFFERENCES) != [], what
        superuser.rollback()


def test_whatever_was_changed_is_brought_back_by_one_run(
    database: Database, connection: Connection[DictRow], connect: Connect
) -> None:
    as_made = values(connection, RIGHTS)
    for change in CHANGES.values():
        connect(SUPERUSER).execute(change.encode())
    assert migrate(database) > 0
    assert values(connection, RIGHTS) == as_made


def test_the_rights_of_every_role_of_ours_are_compared(connection: Connection[DictRow]) -> None:
    listed = values(connection, "select name from wa.list_roles()")
    assert set(listed) == set(Names().roles)


def test_a_run_finds_nothing_to_bring_back_after_another(database: Database) -> None:
    assert migrate(database) == 0


def test_what_a_team_gives_to_a_role_of_its_own_is_left_alone(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(b"grant select on public.profiles to service_role")
    assert migrate(database) == 0
    may = "select has_table_privilege('service_role', 'public.profiles', 'select')"
    assert values(connection, may) == [True]


@with_offered_flows
def test_every_table_of_the_contract_is_compared(connection: Connection[DictRow]) -> None:
    connection.execute(b"set search_path = pg_catalog")
    tables = """select 'table ' || oid::regclass from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not relispartition"""
    compared = values(connection, "select distinct object from wa.list_rights()")
    assert set(values(connection, tables)) - set(compared) == set()


@about_two_schemas("all of one that holds everything is ours")
def test_a_table_of_a_team_is_its_own_business_also_where_a_role_of_ours_may_read_it(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(THEIR_TABLE.encode())
    as_made = held_by(connection, "public.orders")
    assert values(connection, DIFFERENCES) == []
    forget_files(connection)
    assert migrate(database) > 0
    assert held_by(connection, "public.orders") == as_made
    # Nor is a team held to what a run found.
    connection.execute(b"drop policy orders_buyers on public.orders")
    assert values(connection, DIFFERENCES) == []


@about_two_schemas("all of one that holds everything is ours")
def test_a_policy_for_a_role_of_a_team_is_left_alone(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(b"create policy theirs on public.profiles to service_role using (true)")
    assert migrate(database) == 0
    there = "select exists (select from pg_policies where policyname = 'theirs')"
    assert values(connection, there) == [True]


@about_two_schemas("all of one that holds everything is ours")
def test_a_routine_of_a_team_stays_open_whatever_its_name(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(
        b"create function public.wa_greet() returns text language sql as $$ select 'hello' $$;"
        b"grant execute on function public.wa_greet to anon"
    )
    assert values(connection, DIFFERENCES) == []
    forget_files(connection)
    assert migrate(database) > 0
    may = "select has_function_privilege('anon', 'public.wa_greet()', 'execute')"
    assert values(connection, may) == [True]


def test_what_a_migration_gave_is_not_taken_when_its_run_was_broken_off(
    database: Database, connection: Connection[DictRow]
) -> None:
    given = "grant select on public.profiles to wa_notifier_role"
    connection.execute(given.encode())
    forget_files(connection)
    assert migrate(database) > 0
    may = "select has_table_privilege('wa_notifier_role', 'public.profiles', 'select')"
    assert values(connection, may) == [True]


@pytest.mark.parametrize("scripts", [("give",), ("give", "take")], ids=" and ".join)
def test_direct_access_that_an_operator_gives_or_takes_is_as_it_is_to_be(
    scripts: tuple[str, ...], database: Database
) -> None:
    for script in scripts:
        run_script(f"{script}_direct_access.sql", database.url())
    assert migrate(database) == 0
