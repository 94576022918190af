"""db/roles/give_direct_access.sql gives exactly what an older function needs, and gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.privileges.document import run_script
from tests.privileges.rights import read_rights

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

# Of the grants that the edge function was given before it had wa_dispatch; the default privileges
# among them, which would have given it every table to come, are left out.
TABLES = {
    "profiles": {"SELECT", "INSERT", "UPDATE"},
    "chat_state": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "wa_events": {"SELECT", "INSERT", "DELETE"},
    "webhook_logs": {"SELECT", "INSERT", "DELETE"},
    "notifications": {"SELECT", "INSERT", "UPDATE"},
}
ROUTINES = {
    "basket_list_mine",
    "basket_discover_nearby",
    "basket_create",
    "basket_join_by_code",
    "basket_detail",
    "basket_generate_qr",
    "basket_close",
    "basket_leave",
}
MATRIX = {(table, right) for table, rights in TABLES.items() for right in rights} | {
    (routine, "EXECUTE") for routine in ROUTINES
}


def test_the_matrix_is_added_and_nothing_else(
    database: Database, connection: Connection[DictRow]
) -> None:
    before = read_rights(connection)
    run_script("give_direct_access.sql", database.url())
    after = read_rights(connection)
    added = after.rights - before.rights
    assert {(one.name, one.privilege) for one in added} == MATRIX
    assert {(one.schema, one.role, one.column_name, one.is_grantable) for one in added} == {
        ("public", "wa_edge_role", "", False)
    }
    assert (before.rights - after.rights, before.roles) == (frozenset(), after.roles)
    policies = {(one.table, one.role) for one in after.policies - before.policies}
    assert policies == {(f"public.{table}", "wa_edge_role") for table in TABLES}


@pytest.mark.parametrize("times", [1, 2])
def test_nothing_of_it_is_left_when_it_is_taken(
    times: int, database: Database, connection: Connection[DictRow]
) -> None:
    before = read_rights(connection)
    run_script("give_direct_access.sql", database.url())
    for _ in range(times):
        run_script("take_direct_access.sql", database.url())
    assert read_rights(connection) == before


def test_row_security_lets_an_older_function_read_and_write(
    database: Database, edge: Connection[DictRow]
) -> None:
    run_script("give_direct_access.sql", database.url())
    edge.execute("insert into public.profiles (whatsapp_e164) values ('+34600111222')")
    edge.execute("""
        insert into public.notifications (user_id, recipient, payload)
        select user_id, whatsapp_e164, '{"type": "text", "text": {"body": "Hi"}}'
        from public.profiles
    """)
    edge.execute("insert into public.webhook_logs (kind, detail) values ('unknown', '{}')")
    for table in TABLES:
        edge.execute(f"select from public.{table}".encode())
    assert edge.execute("select from public.profiles").rowcount == 1


def test_the_runtime_holds_the_same_matrix_on_the_tables(
    connection: Connection[DictRow],
) -> None:
    held = {
        (one.name, one.privilege)
        for one in read_rights(connection).rights
        if (one.kind, one.schema, one.role) == ("table", "public", "wa_runtime")
    }
    assert held == {(table, right) for table, rights in TABLES.items() for right in rights}


def test_the_runtime_may_execute_the_same_routines(connection: Connection[DictRow]) -> None:
    held = {
        one.name
        for one in read_rights(connection).rights
        if (one.kind, one.schema, one.role) == ("routine", "public", "wa_runtime")
        and one.privilege == "EXECUTE"
    }
    assert held >= ROUTINES
