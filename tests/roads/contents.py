"""What a database holds, as two databases can be compared by it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

_ROUTINES = """
    select routine.oid::regprocedure::text, pg_get_functiondef(routine.oid),
        pg_get_userbyid(proowner), obj_description(routine.oid, 'pg_proc'),
        array(select acl::text from unnest(proacl) as acl order by acl::text)
    from pg_proc as routine
    where pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
"""

_RELATIONS = """
    select relation.oid::regclass::text,
        relkind::text || relrowsecurity, pg_get_userbyid(relowner), reloptions,
        obj_description(relation.oid, 'pg_class'),
        array(select acl::text from unnest(relacl) as acl order by 1),
        array(
            select format(
                '%s %s %s%s %s %s %s', attname, format_type(atttypid, atttypmod), attnotnull,
                attidentity, attgenerated, pg_get_expr(adbin, adrelid),
                col_description(relation.oid, attnum)
            )
            from pg_attribute left join pg_attrdef on (adrelid, adnum) = (attrelid, attnum)
            where attrelid = relation.oid and attnum > 0 and not attisdropped order by attnum
        ),
        array(
            select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
            where conrelid = relation.oid order by 1
        ),
        array(
            select pg_get_indexdef(indexrelid) from pg_index
            where indrelid = relation.oid order by 1
        ),
        array(
            select format(
                '%s %s %s %s %s', polname, polcmd,
                array(select role::regrole from unnest(polroles) as role),
                pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
            )
            from pg_policy where polrelid = relation.oid order by 1
        ),
        array(
            select pg_get_triggerdef(oid) || coalesce(obj_description(oid, 'pg_trigger'), '')
            from pg_trigger where tgrelid = relation.oid and not tgisinternal order by 1
        )
    from pg_class as relation
    where relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and relkind in ('r', 'p', 'v', 'S', 'c')
"""

_TABLES = """
    select relation.oid::regclass::text,
        array(
            select attname::text from pg_attribute
            where attrelid = relation.oid and atttypid = 'timestamptz'::regtype
        )
    from pg_class as relation
    where relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and relkind in ('r', 'p')
"""


def routines_of(database: Database) -> dict[str, Any]:
    """Return definition, owner, comment and rights of every routine by its signature."""
    with psycopg.connect(database.url()) as connection:
        return {signature: rest for signature, *rest in connection.execute(_ROUTINES)}


def relations_of(database: Database) -> dict[str, Any]:
    """Return all that tables, views, types and sequences are made of, by their names.

    Columns, constraints, indexes, policies, triggers, rights, owners and comments.
    """
    with psycopg.connect(database.url()) as connection:
        return {name: rest for name, *rest in connection.execute(_RELATIONS)}


def rows_of(database: Database) -> dict[str, list[Any]]:
    """Return every table's rows without their times, in one order."""
    with psycopg.connect(database.url()) as connection:
        tables = connection.execute(_TABLES).fetchall()
        return {
            table: connection.execute(
                f"select to_jsonb(t) - %s::text[] from {table} as t order by 1", (times,)
            ).fetchall()
            for table, times in tables
        }


def assert_same(found: Database, wanted: Database) -> None:
    """Compare two databases routine by routine, table by table, row by row, and as a whole."""
    for read in (routines_of, relations_of, rows_of):
        here, there = read(found), read(wanted)
        assert sorted(here) == sorted(there)
        for name, contents in there.items():
            assert here[name] == contents, name
    assert schema_of(found) == schema_of(wanted)


def schema_of(database: Database) -> str:
    """Return pg_dump's schema: definitions, owners, rights, comments, policies."""
    dump = subprocess.run(
        [
            database.server.binaries / "pg_dump",
            "--schema-only",
            "--schema=public",
            "--schema=wa",
            database.url(),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "\n".join(line for line in dump.splitlines() if "restrict" not in line)
