"""What a database says was applied to it.

`supabase_migrations.schema_migrations` is the Supabase CLI's table, read and written so that either
tool sees the other's work. It has no checksum; ours are kept beside it in schema wa.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from handler.migrate.source import Migration, SqlFile


@dataclass(frozen=True)
class History:
    """`applied`: version to statements (None: not recorded). Checksums: SHA-256 in hex."""

    applied: dict[str, list[str] | None]
    migration_checksums: dict[str, str]
    routine_checksums: dict[str, str]


def read_history(database: Connection[Any], *, with_statements: bool = True) -> History:
    """Return the history; a database that was never migrated has an empty one.

    Without statements for a role that may read versions only: an edit of what the Supabase CLI
    applied is then not found.
    """
    columns = _columns_of(database, "supabase_migrations.schema_migrations")
    statements = "statements" if with_statements and "statements" in columns else "null"
    return History(
        applied=dict(
            database.execute(
                f"select version, {statements}::text[] from supabase_migrations.schema_migrations"  # noqa: S608
            ).fetchall()
        )
        if columns
        else {},
        migration_checksums=_read_checksums(database, "wa.migration_checksums", "version"),
        routine_checksums=_read_checksums(database, "wa.function_sources", "path"),
    )


def ensure_history_table(database: Connection[Any]) -> None:
    """Create the history as the Supabase CLI does, or add the columns that its first form lacked.

    Looks before it alters: altering takes a lock that every reader of the table waits for.
    """
    columns = _columns_of(database, "supabase_migrations.schema_migrations")
    if not columns:
        database.execute("create schema if not exists supabase_migrations")
        database.execute(
            "create table supabase_migrations.schema_migrations "
            "(version text not null primary key, statements text[], name text)"
        )
        return
    if "statements" not in columns:
        database.execute(
            "alter table supabase_migrations.schema_migrations add column statements text[]"
        )
    if "name" not in columns:
        database.execute("alter table supabase_migrations.schema_migrations add column name text")


def record_migration(
    database: Connection[Any], migration: Migration, statements: Sequence[str]
) -> None:
    """Write that `migration` was applied, and that every routine is to be applied after it.

    Columns are listed: hosted projects have more (`created_by`, `idempotency_key`, `rollback`).
    """
    database.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements)"
        " values (%s, %s, %s)",
        (migration.version, migration.name, list(statements)),
    )
    record_checksums(database, [migration])
    forget_routines(database)


def record_checksums(database: Connection[Any], migrations: Iterable[Migration]) -> None:
    """Keep the checksum of applied files.

    Does nothing on a database whose migrations have not created schema wa's tables yet.
    """
    if _columns_of(database, "wa.migration_checksums"):
        for migration in migrations:
            database.execute(
                "insert into wa.migration_checksums (version, sha256) values (%s, %s)",
                (migration.version, migration.sha256),
            )


def forget_routines(database: Connection[Any]) -> None:
    """Write that every routine is to be applied again: a migration may have dropped one."""
    if _columns_of(database, "wa.function_sources"):
        database.execute("delete from wa.function_sources")


def record_routines(database: Connection[Any], routines: Sequence[SqlFile]) -> None:
    """Write that exactly these routine files make up the database's routines.

    Does nothing on a database whose migrations have not created schema wa's tables yet.
    """
    if not _columns_of(database, "wa.function_sources"):
        return
    database.execute("delete from wa.function_sources")
    database.execute(
        "insert into wa.function_sources (path, sha256)"
        " select path, sha256 from unnest(%s::text[], %s::text[]) as file (path, sha256)",
        ([file.path for file in routines], [file.sha256 for file in routines]),
    )


def _read_checksums(database: Connection[Any], table: str, key: str) -> dict[str, str]:
    if not _columns_of(database, table):
        return {}
    return dict(database.execute(f"select {key}, sha256 from {table}").fetchall())  # noqa: S608


def _columns_of(database: Connection[Any], table: str) -> set[str]:
    """Return the columns of `table`, none when it does not exist."""
    rows = database.execute(
        "select attname from pg_catalog.pg_attribute"
        " where attrelid = pg_catalog.to_regclass(%s) and attnum > 0 and not attisdropped",
        (table,),
    )
    return {name for (name,) in rows}
