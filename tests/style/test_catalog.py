"""Rules that a migrated database keeps; each test lists the objects that break one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures.offered import with_offered_flows
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

pytestmark = with_offered_flows

ROUTINES = """
(
  select routine.*, routine.oid::regprocedure::text as name
  from pg_proc as routine
  where routine.pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
    and not exists (
      select from pg_depend
      where objid = routine.oid and classid = 'pg_proc'::regclass and deptype = 'e'
    )
) as routine
"""
TABLES = """
(
  select relation.*, relation.oid::regclass::text as name
  from pg_class as relation
  where relation.relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
    and relation.relkind in ('r', 'p')
) as relation
"""


def offenders(connection: Connection[DictRow], query: str) -> list[str]:
    return [row["name"] for row in connection.execute(query.encode())]


def test_every_routine_has_a_comment(connection: Connection[DictRow]) -> None:
    query = f"select name from {ROUTINES} where obj_description(oid, 'pg_proc') is null"
    assert offenders(connection, query) == []


def test_every_routine_looks_into_pg_catalog_before_the_callers_temporary_schema(
    connection: Connection[DictRow],
) -> None:
    # An empty path would find types and relations of pg_temp first. PostgreSQL lets no procedure
    # with settings of its own commit, so one that commits has none.
    query = f"""
        select name from {ROUTINES}
        where not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)
            and not (prokind = 'p' and not prosecdef and prosrc ~ '\\mcommit;')"""
    assert offenders(connection, query) == []


def test_every_routine_that_acts_as_its_owner_sees_what_the_owner_may_see(
    connection: Connection[DictRow],
) -> None:
    # A session that has row_security off is refused each table that has policies.
    query = f"""
        select name from {ROUTINES}
        where prosecdef and not coalesce(proconfig @> array['row_security=on'], false)"""
    assert offenders(connection, query) == []


def test_no_routine_that_shuns_scans_lets_them_be_compiled(
    connection: Connection[DictRow],
) -> None:
    # Before 18 what is shunned counts as so dear that each call would compile it.
    query = f"""
        select name from {ROUTINES}
        where proconfig @> array['enable_seqscan=off'] and not proconfig @> array['jit=off']"""
    assert offenders(connection, query) == []


def test_every_routine_body_is_valid(connect: Connect) -> None:
    # The validator of its language: routines are applied with check_function_bodies off.
    superuser = connect(SUPERUSER)
    broken = []
    for row in superuser.execute(
        f"""
        select routine.oid, routine.name, lanvalidator::regproc::text as validator
        from {ROUTINES} join pg_language on pg_language.oid = prolang""".encode()
    ):
        try:
            superuser.execute(f"select {row['validator']}({row['oid']})".encode())
        except psycopg.Error as error:
            broken.append(f"{row['name']}: {error}")
    assert broken == []


def test_every_definer_routine_belongs_to_a_role_that_can_do_little(
    connection: Connection[DictRow],
) -> None:
    query = f"""
        select name from {ROUTINES} join pg_roles on pg_roles.oid = proowner
        where prosecdef and (
            rolname not in ('wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy')
            or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin)"""
    assert offenders(connection, query) == []


@pytest.mark.parametrize("role", ["public", "anon", "authenticated"])
def test_no_routine_is_executable_by_everyone_or_an_api_role(
    connection: Connection[DictRow], role: str
) -> None:
    query = f"""
        select name
        from {ROUTINES}
        cross join aclexplode(coalesce(proacl, acldefault('f', proowner))) as privilege
        where privilege.grantee = {"0" if role == "public" else f"'{role}'::regrole"}"""
    assert offenders(connection, query) == []


@pytest.mark.parametrize("role", ["public", "anon", "authenticated"])
def test_no_table_or_sequence_is_granted_to_everyone_or_an_api_role(
    connection: Connection[DictRow], role: str
) -> None:
    query = f"""
        select relation.oid::regclass::text as name
        from pg_class as relation cross join aclexplode(relacl) as privilege
        where relation.relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
            and privilege.grantee = {"0" if role == "public" else f"'{role}'::regrole"}"""
    assert offenders(connection, query) == []


def test_nothing_belongs_to_a_superuser(connection: Connection[DictRow]) -> None:
    query = f"""
        select name from {ROUTINES} join pg_roles on pg_roles.oid = proowner where rolsuper
        union all
        select name from {TABLES} join pg_roles on pg_roles.oid = relowner where rolsuper"""
    assert offenders(connection, query) == []


def test_every_table_has_row_level_security(connection: Connection[DictRow]) -> None:
    query = f"select name from {TABLES} where not relrowsecurity"
    assert offenders(connection, query) == []


def test_every_table_has_a_comment(connection: Connection[DictRow]) -> None:
    query = f"""
        select name from {TABLES}
        where not relispartition and obj_description(oid, 'pg_class') is null"""
    assert offenders(connection, query) == []


def test_every_index_that_no_constraint_explains_has_a_comment(
    connection: Connection[DictRow],
) -> None:
    query = """
        select relation.oid::regclass::text as name
        from pg_class as relation
        where relation.relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
            and relation.relkind in ('i', 'I')
            and not relation.relispartition
            and obj_description(relation.oid, 'pg_class') is null
            and not exists (select from pg_constraint where conindid = relation.oid)"""
    assert offenders(connection, query) == []


def test_every_check_is_named_by_what_it_keeps_true(connection: Connection[DictRow]) -> None:
    query = f"""
        select conname as name
        from pg_constraint join {TABLES} on relation.oid = conrelid
        where contype = 'c' and conname ~ '_check[0-9]*$'"""
    assert offenders(connection, query) == []


def test_no_type_is_an_enum(connection: Connection[DictRow]) -> None:
    query = """
        select typname as name from pg_type
        where typtype = 'e' and typnamespace in ('public'::regnamespace, 'wa'::regnamespace)"""
    assert offenders(connection, query) == []


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_the_private_schema_is_closed_to_the_api_roles(
    connection: Connection[DictRow], role: str
) -> None:
    row = connection.execute(
        "select has_schema_privilege(%s, 'wa', 'usage') as may", (role,)
    ).fetchone()
    assert row == {"may": False}


def test_no_name_is_in_both_schemas(connection: Connection[DictRow]) -> None:
    # One schema may be both: docs/install/names.md.
    query = """
        select name from (
            select 'routine' as kind, proname as name, pronamespace as schema from pg_proc
            union all
            select 'relation', relname, relnamespace from pg_class
            union all
            select 'type', typname, typnamespace from pg_type
        ) as object
        where schema in ('public'::regnamespace, 'wa'::regnamespace)
        group by kind, name having count(distinct schema) > 1"""
    assert offenders(connection, query) == []
