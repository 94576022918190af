"""Rules that no new right may break, whatever docs/reference/privileges.md says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import values
from tests.privileges.rights import LISTED_ROLES

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

THE_HANDLERS_ROUTINES = {
    "wa_dispatch(jsonb,jsonb)",
    "wa_retention_purge()",
    "wa_retention_step()",
    "wa_health()",
    "wa_metrics()",
}

EXECUTABLE = """
    select routine.oid::regprocedure::text
    from pg_proc as routine
    where routine.pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and has_function_privilege(%s, routine.oid, 'execute')
        and has_schema_privilege(%s, routine.pronamespace, 'usage')
"""
GRANTED = """
    select relation.oid::regclass::text as name, array_agg(distinct privilege_type) as privileges
    from pg_class as relation
    cross join aclexplode(relation.relacl) as privilege
    where relation.relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and privilege.grantee = %s::regrole
        and privilege.grantee <> relation.relowner
    group by relation.oid
"""


def granted(connection: Connection[DictRow], role: str) -> dict[str, set[str]]:
    rows = connection.execute(GRANTED.encode(), (role,))
    return {one["name"]: set(one["privileges"]) for one in rows}


@pytest.mark.parametrize(
    ("role", "routines"),
    [("wa_edge_role", THE_HANDLERS_ROUTINES), ("anon", set()), ("authenticated", set())],
)
def test_the_handler_executes_its_routines_and_the_api_roles_none(
    connection: Connection[DictRow], role: str, routines: set[str]
) -> None:
    assert set(values(connection, EXECUTABLE, role, role)) == routines


@pytest.mark.parametrize("role", ["wa_edge_role", "wa_notifier_role", "anon", "authenticated"])
def test_the_process_and_api_roles_hold_no_table_sequence_or_private_schema(
    connection: Connection[DictRow], role: str
) -> None:
    assert granted(connection, role) == {}
    held_schemas = """
        select nspname::text from pg_namespace
        where nspname = 'wa'
            and has_schema_privilege(%s, oid, 'usage, create')"""
    assert values(connection, held_schemas, role) == []


def test_no_role_may_create_in_our_schemas_but_owners(connection: Connection[DictRow]) -> None:
    query = f"""
        select rolname || ' in ' || nspname
        from pg_roles cross join pg_namespace
        where nspname in ('public', 'wa') and not rolsuper
            and has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'create')
            and rolname in ({LISTED_ROLES}, 'anon', 'authenticated', 'service_role')"""
    assert values(connection, query) == ["wa_maintenance in wa"]


def test_no_role_of_ours_is_a_member_of_another(connection: Connection[DictRow]) -> None:
    query = f"""
        select member::regrole::text || ' in ' || roleid::regrole::text from pg_auth_members
        where roleid::regrole::text in ({LISTED_ROLES}) and member::regrole::text <> 'postgres'
            and not exists (select from pg_roles where pg_roles.oid = member and rolsuper)"""
    assert values(connection, query) == []


def test_roles_of_ours_have_no_power_of_their_own(connection: Connection[DictRow]) -> None:
    query = f"""
        select rolname::text from pg_roles
        where rolname in ({LISTED_ROLES})
            and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)"""
    assert values(connection, query) == []
