"""Who owns, may reach and may execute what: as the last run left it, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.history import FILES
from wa_webhook.migrate.manifest import UNKNOWN

if TYPE_CHECKING:
    from psycopg import Connection

    from wa_webhook.naming.rewriting import Rewriter

_IS_NOTED = f"""
select
    pg_catalog.to_regprocedure('wa.mend_rights()') is not null
    and not exists (select from wa.{FILES} as file where file.checksum = '{UNKNOWN}')
"""  # noqa: S608


def mend_rights(database: Connection[Any], rewriter: Rewriter) -> bool:
    """Mend what is not as the last run noted it, and return whether anything was.

    Routines are then to be applied again. A run that was broken off between a migration and its
    routines has noted nothing yet, so that what the migration gave would look like too much.
    """
    if not _ask(database, rewriter, "select pg_catalog.to_regclass('wa.rights') is not null"):
        return False
    if not _ask(database, rewriter, _IS_NOTED):
        return False
    if not _ask(database, rewriter, "select exists (select from wa.compare_rights())"):
        return False
    # A table goes to an owner that may create one where it is.
    database.execute(rewriter.rewrite("call wa.open_routines(array[]::text[])").encode())
    return _ask(database, rewriter, "select wa.mend_rights() > 0")


def _ask(database: Connection[Any], rewriter: Rewriter, query: str) -> bool:
    row = database.execute(rewriter.rewrite(query).encode()).fetchone()
    assert row is not None  # noqa: S101 (each asks one thing)
    return bool(row[0])
