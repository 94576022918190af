from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures.citus import about_one_server
from tests.fixtures.names import about_two_schemas

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

TABLES = [
    "public.baskets",
    "public.basket_members",
    "public.basket_contributions",
    "wa.basket_join_attempts",
]
PRIVILEGES = ["select", "insert", "update", "delete", "truncate", "references", "trigger"]
OTHER_ROLES = [
    "wa_runtime",
    "wa_edge_role",
    "wa_notifier_role",
    "wa_worker_role",
    "wa_reader_role",
    "wa_agent_role",
    "wa_operator_role",
    "wa_maintenance",
    "wa_privacy",
    "anon",
    "authenticated",
]
ROUTINES_OF_PUBLIC = (
    "select oid::regprocedure::text as routine from pg_proc"
    " where pronamespace = 'public'::regnamespace and starts_with(proname, 'basket_')"
)


def test_no_other_role_has_any_right_on_a_basket_table(connection: Connection[DictRow]) -> None:
    rows = connection.execute(
        "select role, relation, privilege from unnest(%s::text[]) as role,"
        " unnest(%s::text[]) as relation, unnest(%s::text[]) as privilege"
        " where has_table_privilege(role, relation, privilege)"
        " or privilege in ('select', 'insert', 'update')"
        " and has_any_column_privilege(role, relation, privilege)",
        [OTHER_ROLES, TABLES, PRIVILEGES],
    ).fetchall()
    assert rows == []


@pytest.mark.parametrize(
    ("table", "privileges"),
    [
        ("public.baskets", {"select", "insert", "update"}),
        ("public.basket_members", {"select", "insert", "delete"}),
        ("public.basket_contributions", {"select", "insert"}),
        ("wa.basket_join_attempts", {"select", "insert", "update", "delete"}),
        ("public.profiles", set()),
    ],
)
def test_the_owner_of_the_routines_has_the_rights_they_need(
    connection: Connection[DictRow], table: str, privileges: set[str]
) -> None:
    rows = connection.execute(
        "select privilege from unnest(%s::text[]) as privilege"
        " where has_table_privilege('wa_basket_owner', %s, privilege)",
        [PRIVILEGES, table],
    ).fetchall()
    assert {row["privilege"] for row in rows} == privileges


@about_one_server("asks for row level security, which a node has not")
def test_each_basket_table_has_row_security(connection: Connection[DictRow]) -> None:
    rows = connection.execute(
        "select relation from unnest(%s::text[]) as relation"
        " inner join pg_class on pg_class.oid = relation::regclass where relrowsecurity",
        [TABLES],
    ).fetchall()
    assert {row["relation"] for row in rows} == set(TABLES)


def test_no_other_role_executes_a_basket_routine(connection: Connection[DictRow]) -> None:
    rows = connection.execute(
        "select role, routine from unnest(%s::text[]) as role,"
        f" ({ROUTINES_OF_PUBLIC}) as found"
        " where role <> 'wa_runtime' and has_function_privilege(role, routine, 'execute')",
        [OTHER_ROLES],
    ).fetchall()
    assert rows == []


@about_two_schemas("tells the contract's routines by their schema")
def test_every_basket_routine_is_a_definer_of_the_basket_owner(
    connection: Connection[DictRow],
) -> None:
    rows = connection.execute(
        "select distinct prosecdef, proowner::regrole::text as owner,"
        " 'search_path=pg_catalog, pg_temp' = any(proconfig) as has_safe_search_path,"
        " has_function_privilege('wa_runtime', oid, 'execute') as runtime_executes"
        f" from pg_proc where oid::regprocedure::text in ({ROUTINES_OF_PUBLIC})"
    ).fetchall()
    assert rows == [
        {
            "prosecdef": True,
            "owner": "wa_basket_owner",
            "has_safe_search_path": True,
            "runtime_executes": True,
        }
    ]


@pytest.mark.parametrize("role", ["anon", "authenticated", "wa_edge_role"])
def test_a_call_by_another_role_is_refused(connect: Connect, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(role).execute("select public.basket_list_mine(gen_random_uuid())")


def test_the_basket_owner_can_create_nothing_in_a_schema(connection: Connection[DictRow]) -> None:
    rows = connection.execute(
        "select nspname from pg_namespace"
        " where has_schema_privilege('wa_basket_owner', oid, 'create')"
    ).fetchall()
    assert rows == []
