"""Takes over a database of the one version that kept its history elsewhere.

That version wrote what it applied into two tables with other names, or let the Supabase CLI write
it. `db/takeover.txt` is what it held. The CLI's history stays as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wa_webhook.migrate import history
from wa_webhook.migrate.errors import HistoryError
from wa_webhook.migrate.manifest import UNKNOWN, AppliedFile, Manifest
from wa_webhook.migrate.statements import (
    Statement,
    execute_file,
    execute_statement,
    split_statements,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from wa_webhook.migrate.files import Migration
    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.rewriting import Rewriter

MIGRATIONS = "migration_checksums"
FILES = "function_sources"

_CREATES_HISTORY = re.compile(rf"\bwa\.({history.MIGRATIONS}|{history.FILES})\b")


def is_to_be_taken_over(database: Connection[Any], private_schema: str) -> bool:
    """Whether the history is still in the tables of before."""
    row = database.execute(
        "select pg_catalog.to_regclass(%s) is not null", (f"{private_schema}.{FILES}",)
    ).fetchone()
    return row == (True,)


def read_any_history(database: Connection[Any], private_schema: str, source: Source) -> Manifest:
    """Return what was applied, wherever the database keeps it. Raises as read_old_history."""
    if is_to_be_taken_over(database, private_schema):
        return read_old_history(database, private_schema, source)
    return history.read_history(database, private_schema)


def read_old_history(database: Connection[Any], private_schema: str, source: Source) -> Manifest:
    """Return what of `source` a database of before holds: its migrations, and no routine as it is.

    Raises HistoryError when the database is not at the last state of before.
    """
    known = source.predecessor
    migrations = dict(
        database.execute(
            f"select version, left(sha256, 16) from {private_schema}.{MIGRATIONS}"  # noqa: S608
        ).fetchall()
    )
    files = dict(
        database.execute(
            f"select path, left(sha256, 16) from {private_schema}.{FILES}"  # noqa: S608
        ).fetchall()
    )
    # The Supabase CLI left no checksums of migrations. The last one wrote those of the routines.
    if not migrations.items() <= known.migrations.items() or files != {
        path: one.checksum for path, one in known.files.items()
    }:
        raise HistoryError(
            "this database was made by a version before 0.1.0, and is not at its last state.\n"
            "Bring it there first: run `wa-webhook migrate` of commit 6ce8b7c, then this one."
        )
    return Manifest(
        {one.key: one.checksum for one in source.migrations if one.key in known.migrations},
        {path: AppliedFile(UNKNOWN, one.shape) for path, one in known.files.items()},
    )


def take_over(
    database: Connection[Any], known: Manifest, source: Source, rewriter: Rewriter
) -> None:
    """Move the history of before, which `known` is, into tables of today."""
    applied = [one for one in source.migrations if one.key in known.migrations]
    for migration in applied:
        _create_history(database, migration, rewriter)
    schema = rewriter.names.private_schema
    for part in (history.record_migrations(applied), history.record_files(known.files)):
        execute_file(database, part, rewriter)
    database.execute(f"drop table {schema}.{MIGRATIONS}, {schema}.{FILES}".encode())


def _create_history(database: Connection[Any], migration: Migration, rewriter: Rewriter) -> None:
    """Execute what of an edited migration concerns the tables that it did not create then."""
    for statement in split_statements(migration):
        if _CREATES_HISTORY.search(statement.text):
            rewritten = Statement(rewriter.rewrite(statement.text), statement.offset)
            execute_statement(database, migration, rewritten)
