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
