"""What a database says was applied to it: two tables in the private schema, and nothing else.

The Supabase CLI's history belongs to the repository that it pushes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.files import SqlFile
from wa_webhook.migrate.manifest import COMPONENT, UNKNOWN, AppliedFile, Manifest
from wa_webhook.migrate.signatures import shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection

    from wa_webhook.migrate.files import Migration
    from wa_webhook.migrate.plan import Plan

MIGRATIONS = "applied_migrations"
FILES = "applied_files"

HEADING = "-- What is applied now.\n"
"""What stands above the statements that write it, where they are printed."""


def read_history(database: Connection[Any], private_schema: str) -> Manifest:
    """Return what was applied; a database that was never migrated holds nothing."""
    if not has_history(database, private_schema):
        return Manifest()
    migrations = database.execute(
        f"select version, checksum from {private_schema}.{MIGRATIONS}"  # noqa: S608
        " where component = %s order by version",
        (COMPONENT,),
    ).fetchall()
    files = database.execute(
        f"select path, checksum, shape from {private_schema}.{FILES}"  # noqa: S608
        " where component = %s order by path",
        (COMPONENT,),
    ).fetchall()
    return Manifest(
        dict(migrations), {path: AppliedFile(checksum, shape) for path, checksum, shape in files}
    )


def has_history(database: Connection[Any], private_schema: str) -> bool:
    """Whether the first migration was applied."""
    row = database.execute(
        "select pg_catalog.to_regclass(%s) is not null", (f"{private_schema}.{FILES}",)
    ).fetchone()
    return row == (True,)


def record_migrations(migrations: Sequence[Migration]) -> SqlFile:
    """Return the statement that writes that migrations were applied."""
    rows = ",\n".join(f"('{COMPONENT}', '{one.version}', '{one.checksum}')" for one in migrations)
    return SqlFile(
        "history",
        f"insert into wa.{MIGRATIONS} (component, version, checksum) values\n{rows};\n",
    )


def record_routines(plan: Plan) -> list[SqlFile]:
    """Return the statements that write that the plan's routine files were applied."""
    parts = []
    if plan.removed_routines:
        paths = ", ".join(f"'{path}'" for path in plan.removed_routines)
        statement = (
            f"delete from wa.{FILES} where component = '{COMPONENT}' and path in ({paths});\n"  # noqa: S608
        )
        parts.append(SqlFile("history", statement))
    if plan.changed_routines:
        files = {
            one.path: AppliedFile(one.checksum, shape_of(one)) for one in plan.changed_routines
        }
        parts.append(record_files(files))
    return parts


def record_files(files: Mapping[str, AppliedFile]) -> SqlFile:
    """Return the statement that writes that files were applied."""
    rows = ",\n".join(
        f"('{COMPONENT}', '{path}', '{one.checksum}', '{one.shape}')" for path, one in files.items()
    )
    statement = (
        f"insert into wa.{FILES} (component, path, checksum, shape) values\n{rows}\n"
        "on conflict (component, path) do update\n"
        "set checksum = excluded.checksum, shape = excluded.shape, applied_at = now();\n"
    )
    return SqlFile("history", statement)


def forget_routines() -> SqlFile:
    """Return the statement that lets every routine be applied again.

    A migration may have dropped one. Paths stay: what has no file any more is to be dropped.
    """
    return SqlFile(
        "history",
        f"update wa.{FILES} set checksum = '{UNKNOWN}' where component = '{COMPONENT}';\n",  # noqa: S608
    )
