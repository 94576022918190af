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


def are_changed(database: Connection[Any], rewriter: Rewriter) -> bool:
    """Return whether anything is not as the last run noted it.

    A run that was broken off between a migration and its routines has noted nothing yet, so that
    what the migration gave would look like too much.
    """
    return all(
        _ask(database, rewriter, question)
        for question in (
            "select pg_catalog.to_regclass('wa.rights') is not null",
            _IS_NOTED,
            "select exists (select from wa.compare_rights())",
        )
    )


def mend_rights(database: Connection[Any], rewriter: Rewriter) -> bool:
    """Mend what is not as the last run noted it, and return whether anything was.

    Routines are then to be applied again.
    """
    if not are_changed(database, rewriter):
        return False
    # A table goes to an owner that may create one where it is.
    database.execute(rewriter.rewrite("call wa.open_routines(array[]::text[])").encode())
    return _ask(database, rewriter, "select wa.mend_rights() > 0")


def _ask(database: Connection[Any], rewriter: Rewriter, query: str) -> bool:
    row = database.execute(rewriter.rewrite(query).encode()).fetchone()
    assert row is not None  # noqa: S101 (each asks one thing)
    return bool(row[0])
