"""What a role may not do, tried: every table, routine and definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import as_engine, dispatch, send, value, values
from tests.privileges.rights import OUR_ROLES

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

RELATIONS = """
    select format('%%I.%%I', nspname, relname)
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname in ('public', 'wa') and relkind in ('r', 'p', 'v')
    order by 1
"""
STATEMENTS = (
    "select * from {}",
    "insert into {} default values",
    "delete from {}",
    "truncate {}",
    "lock table {}",
    "alter table {} add column extra text",
    "drop table {}",
)
# Those that reach routines alone: every role that somebody connects as, but for the operator.
OUTSIDERS = (
    *(role for role in OUR_ROLES if role.endswith("_role") and role != "wa_operator_role"),
    "anon",
    "authenticated",
)
DENIED = "42501"


def sqlstates(connection: Connection[DictRow], statements: list[str]) -> dict[str, str]:
    """Run each statement in a transaction that is rolled back; return what it raised."""
    raised = {}
    for statement in statements:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(statement.encode())
            raised[statement] = "allowed"
        except psycopg.Error as error:
            raised[statement] = error.sqlstate or ""
    return raised


@pytest.mark.parametrize("role", OUTSIDERS)
def test_a_process_or_api_role_can_do_nothing_to_any_table(
    connect: Connect, connection: Connection[DictRow], role: str
) -> None:
    tables = values(connection, RELATIONS)
    assert len(tables) > 20
    statements = [statement.format(table) for table in tables for statement in STATEMENTS]
    statements += [
        f"update {table} set {column} = default" for table, column in first_columns(connection)
    ]
    found = sqlstates(connect(role), statements)
    wrong_kind = {"42809"}  # a view is no table
    assert {
        statement: state for statement, state in found.items() if state not in {DENIED} | wrong_kind
    } == {}


@pytest.mark.parametrize("role", OUTSIDERS)
def test_a_process_or_api_role_can_use_no_sequence(
    connect: Connect, connection: Connection[DictRow], role: str
) -> None:
    sequences = values(
        connection,
        "select format('%%I.%%I', relnamespace::regnamespace, relname) from pg_class"
        " where relkind = 'S' and relnamespace in ('public'::regnamespace, 'wa'::regnamespace)",
    )
    assert sequences
    found = sqlstates(connect(role), [f"select nextval('{one}')" for one in sequences])
    assert set(found.values()) == {DENIED}


@pytest.mark.parametrize("role", OUTSIDERS)
def test_a_process_or_api_role_can_call_nothing_private(connect: Connect, role: str) -> None:
    found = sqlstates(
        connect(role),
        [
            "select wa.get_setting('events_ttl_days')",
            "select wa.mask_json('{}')",
            "select wa.merge_profiles(gen_random_uuid(), gen_random_uuid())",
            "call wa.close_routines()",
            "create table public.mine (a integer)",
            "create table wa.mine (a integer)",
            "alter function public.wa_health() rename to wa_sick",
            "set role wa_runtime",
            "set role wa_maintenance",
        ],
    )
    assert {call: state for call, state in found.items() if state != DENIED} == {}


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_the_api_roles_can_call_nothing_of_the_contract(connect: Connect, role: str) -> None:
    found = sqlstates(
        connect(role),
        [
            "select public.wa_dispatch('{}')",
            "select public.wa_health()",
            "select public.wa_metrics()",
            "select public.wa_replay_event('x')",
            "select public.wa_retention_step()",
            "call public.wa_retention_purge()",
            "select public.wa_notify('34600111222', '{}')",
            "select public.basket_list_mine(gen_random_uuid())",
        ],
    )
    assert set(found.values()) == {DENIED}


def test_the_handlers_role_can_do_its_work(edge: Connection[DictRow]) -> None:
    assert dispatch(edge, payloads.envelope([payloads.text_message()]))["processed"] == 1
    assert value(edge, "select public.wa_health() -> 'ok'") is True
    assert value(edge, "select public.wa_metrics() ? 'queue'") is True
    assert value(edge, "select public.wa_retention_step() -> 'is_done'") is True
    edge.execute("call public.wa_retention_purge()")


def test_the_operator_can_run_every_command_of_the_runbook(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    message = payloads.text_message()
    send(edge, message)
    with as_engine(connection):
        connection.execute("update public.notifications set status = 'failed', error_code = 1")
    operator.execute("select status, count(*) from public.notifications group by 1")
    drained = operator.execute(
        """
        update public.notifications
        set status = 'queued',
            next_attempt_at = now(),
            retry_count = greatest(retry_count, 0)
        where status = 'failed'"""
    )
    assert drained.rowcount == 1
    assert value(operator, "select count(*) from public.wa_events") == 1
    assert value(operator, "select count(*) from public.webhook_logs") == 0
    operator.execute("call public.wa_retention_purge()")
    user_id = value(operator, "select user_id from public.profiles")
    reset = operator.execute("delete from public.chat_state where user_id = %s", (user_id,))
    unblocked = operator.execute(
        "delete from public.wa_events where wa_message_id = %s", (message["id"],)
    )
    assert (reset.rowcount, unblocked.rowcount) == (1, 1)


def test_the_operator_can_do_no_more_than_that_to_the_contracts_tables(
    operator: Connection[DictRow],
) -> None:
    found = sqlstates(
        operator,
        [
            "update public.profiles set display_name = 'x'",
            "delete from public.profiles",
            "insert into public.wa_events default values",
            "update public.wa_events set status = 'ignored'",
            "delete from public.webhook_logs",
            "update public.notifications set payload = '{}'",
            "delete from public.notifications",
            "select * from public.baskets",
            "select public.wa_dispatch('{}')",
            "select * from public.wa_notifications_claim('x', 1, interval '1 minute')",
            "truncate public.wa_events",
        ],
    )
    assert {call: state for call, state in found.items() if state != DENIED} == {}


def first_columns(connection: Connection[DictRow]) -> list[tuple[str, str]]:
    """Return every table with a column of its that a statement may name."""
    rows = connection.execute(
        """
        select format('%I.%I', table_schema, table_name) as name, min(column_name) as column
        from (
            select nspname as table_schema, relname as table_name, attname as column_name
            from pg_attribute
            join pg_class on pg_class.oid = attrelid
            join pg_namespace on pg_namespace.oid = relnamespace
            where nspname in ('public', 'wa') and relkind in ('r', 'p')
                and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
        ) as columns
        group by 1"""
    )
    return [(one["name"], one["column"]) for one in rows]
