"""What a database says was applied to it: two tables in the private schema, and nothing else.

The Supabase CLI's history belongs to the repository that it pushes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate.files import COMPONENT, SqlFile, component_of, key_of
from wa_webhook.migrate.manifest import UNKNOWN, AppliedFile, Manifest
from wa_webhook.migrate.signatures import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
        f"select component, version, checksum from {private_schema}.{MIGRATIONS}"  # noqa: S608
        " order by component, version"
    ).fetchall()
    files = database.execute(
        f"select path, checksum, shape from {private_schema}.{FILES}"  # noqa: S608
        " where component = %s or pg_catalog.starts_with(path, 'flows/' || component || '/')"
        " order by path",
        (COMPONENT,),
    ).fetchall()
    return Manifest(
        {key_of(component, version): checksum for component, version, checksum in migrations},
        {path: AppliedFile(checksum, shape) for path, checksum, shape in files},
    )


def has_history(database: Connection[Any], private_schema: str) -> bool:
    """Whether the first migration was applied."""
    row = database.execute(
        "select pg_catalog.to_regclass(%s) is not null", (f"{private_schema}.{FILES}",)
    ).fetchone()
    return row == (True,)


def record_migrations(migrations: Sequence[Migration]) -> SqlFile:
    """Return the statement that writes that migrations were applied."""
    rows = ",\n".join(
        f"('{one.component}', '{one.version}', '{one.checksum}')" for one in migrations
    )
    return SqlFile(
        "history",
        f"insert into wa.{MIGRATIONS} (component, version, checksum) values\n{rows};\n",
    )


def forget_migrations(components: Iterable[str]) -> SqlFile:
    """Return the statement that removes the migrations of these components from the history."""
    names = ", ".join(f"'{name}'" for name in sorted(components))
    return SqlFile(
        "history",
        f"delete from wa.{MIGRATIONS} where component in ({names});\n",  # noqa: S608
    )


def record_files_of(plan: Plan) -> list[SqlFile]:
    """Return the statements that write that the plan's routines and declarations were applied."""
    parts = []
    if plan.removed_routines:
        paths = ", ".join(f"'{path}'" for path in plan.removed_routines)
        statement = f"delete from wa.{FILES} where path in ({paths});\n"  # noqa: S608
        parts.append(SqlFile("history", statement))
    changed = (*plan.changed_routines, *plan.changed_declarations)
    if changed:
        files = {one.path: AppliedFile(one.checksum, shape_of(one)) for one in changed}
        parts.append(record_files(files))
    return parts


def record_files(files: Mapping[str, AppliedFile]) -> SqlFile:
    """Return the statement that writes that files were applied."""
    rows = ",\n".join(
        f"('{component_of(path)}', '{path}', '{one.checksum}', '{one.shape}')"
        for path, one in files.items()
    )
    statement = (
        f"insert into wa.{FILES} (component, path, checksum, shape) values\n{rows}\n"
        "on conflict (component, path) do update\n"
        "set checksum = excluded.checksum, shape = excluded.shape,"
        " applied_at = excluded.applied_at;\n"
    )
    return SqlFile("history", statement)


def forget_routines(components: Iterable[str]) -> SqlFile:
    """Return the statement that lets every routine of these components be applied again.

    A migration may have dropped one. Paths stay: what has no file any more is to be dropped.
    """
    names = ", ".join(f"'{name}'" for name in sorted(components))
    return SqlFile(
        "history",
        f"update wa.{FILES} set checksum = '{UNKNOWN}' where component in ({names});\n",  # noqa: S608
    )
