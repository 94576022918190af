"""What a database says was applied to it.

`supabase_migrations.schema_migrations` is the Supabase CLI's table, read and written so that either
tool sees the other's work. It has no checksum; ours are kept beside it in the private schema.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from wa_webhook.migrate.source import Migration, SqlFile

_NO_CHECKSUM = "0" * 64


@dataclass(frozen=True)
class History:
    """`applied`: version to statements (None: not recorded). Checksums: SHA-256 in hex."""

    applied: dict[str, list[str] | None]
    migration_checksums: dict[str, str]
    routine_checksums: dict[str, str]

    def of_extension(self) -> History:
        """Return it as the scripts of an extension leave it: they keep checksums and no more."""
        return replace(self, applied=dict.fromkeys(self.migration_checksums))


def read_history(
    database: Connection[Any], private_schema: str, *, with_statements: bool = True
) -> History:
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
        migration_checksums=_read_checksums(
            database, f"{private_schema}.migration_checksums", "version"
        ),
        routine_checksums=_read_checksums(database, f"{private_schema}.function_sources", "path"),
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
    database: Connection[Any],
    private_schema: str,
    migration: Migration,
    statements: Sequence[str],
) -> None:
    """Write that `migration` was applied, and that every routine is to be applied after it.

    Columns are listed: hosted projects have more (`created_by`, `idempotency_key`, `rollback`).
    """
    database.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements)"
        " values (%s, %s, %s)",
        (migration.version, migration.name, list(statements)),
    )
    record_checksums(database, private_schema, [migration])
    forget_routines(database, private_schema)


def record_checksums(
    database: Connection[Any], private_schema: str, migrations: Iterable[Migration]
) -> None:
    """Keep the checksum of applied files.

    Does nothing on a database whose migrations have not created the private tables yet.
    """
    if _columns_of(database, f"{private_schema}.migration_checksums"):
        for migration in migrations:
            database.execute(
                f"insert into {private_schema}.migration_checksums (version, sha256)"  # noqa: S608
                " values (%s, %s)",
                (migration.version, migration.sha256),
            )


def forget_routines(database: Connection[Any], private_schema: str) -> None:
    """Write that every routine is to be applied again: a migration may have dropped one.

    The paths stay: what has no file any more is still to be dropped.
    """
    if _columns_of(database, f"{private_schema}.function_sources"):
        database.execute(
            f"update {private_schema}.function_sources set sha256 = %s",  # noqa: S608
            (_NO_CHECKSUM,),
        )


def record_routines(
    database: Connection[Any], private_schema: str, routines: Sequence[SqlFile]
) -> None:
    """Write that exactly these routine files make up the database's routines.

    Does nothing on a database whose migrations have not created the private tables yet.
    """
    if not _columns_of(database, f"{private_schema}.function_sources"):
        return
    database.execute(f"delete from {private_schema}.function_sources")  # noqa: S608
    database.execute(
        f"insert into {private_schema}.function_sources (path, sha256)"  # noqa: S608
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
