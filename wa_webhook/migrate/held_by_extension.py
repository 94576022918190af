"""Databases that hold wa-webhook as an extension: PostgreSQL keeps their version, nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.errors import HistoryError

if TYPE_CHECKING:
    from psycopg import Connection


def find_extension(database: Connection[Any], private_schema: str) -> str | None:
    """Return name and version of the extension that the private schema belongs to, or None.

    By the schema: database.dev puts its publisher before the name.
    """
    row = database.execute(
        "select extension.extname || ' ' || extension.extversion"
        " from pg_catalog.pg_depend as member"
        " join pg_catalog.pg_extension as extension on extension.oid = member.refobjid"
        " where member.classid = 'pg_catalog.pg_namespace'::regclass"
        " and member.objid = pg_catalog.to_regnamespace(%s)"
        " and member.refclassid = 'pg_catalog.pg_extension'::regclass"
        " and member.deptype = 'e'",
        (private_schema,),
    ).fetchone()
    return None if row is None else str(row[0])


def refuse_extension(database: Connection[Any], private_schema: str) -> None:
    """Raise HistoryError where the extension made what a run would change."""
    if found := find_extension(database, private_schema):
        name = found.rpartition(" ")[0]
        raise HistoryError(
            f"this database holds wa-webhook as the extension {found}\n"
            f'Bring it to a newer version with: alter extension "{name}" update'
        )
