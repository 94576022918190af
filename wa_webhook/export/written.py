"""Exports that are written: what they say of themselves at their beginning and at their end."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast

from wa_webhook.migrate import MigrateError
from wa_webhook.migrate.files import key_of, read_text
from wa_webhook.migrate.history import HEADING, MIGRATIONS
from wa_webhook.migrate.manifest import AppliedFile, Manifest
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wa_webhook.migrate.plan import Plan

ENDING = "_wa_webhook.sql"
REMOVED = "_wa_webhook_removed.sql"
"""How a file ends that takes out what the exports before it brought."""

_HEAD = """\
-- Written by `wa-webhook export` {version}: {what}.
-- {migrations} migrations and {routines} routines. Names: {names}.
-- Not to be edited, the next export begins where this one ends. SHA-256 of what follows: {checksum}
"""
_READ_HEAD = re.compile(
    r"-- Written by `wa-webhook export` .*\n"
    r"-- .* routines\. Names: (?P<names>.*)\.\n"
    r"-- Not to be edited, .*: (?P<checksum>[0-9a-f]{64})\n"
)


class ExportError(MigrateError):
    """An export that is there is not one that the next could lead on from."""


def find_exports(folder: Path) -> list[Path]:
    """Return the exports in a folder of migrations that no later file takes out, oldest first."""
    removed = max((path.name for path in folder.glob(f"*{REMOVED}")), default="")
    return sorted(path for path in folder.glob(f"*{ENDING}") if path.name > removed)


def with_head(text: str, plan: Plan, names: Names) -> str:
    """Return the text under what read_exports checks."""
    head = _HEAD.format(
        version=version_of("wa-webhook"),
        what="what changed since the one before" if plan.applied else "everything",
        migrations=len(plan.pending),
        routines=len(plan.changed_routines),
        names=_say(names),
        checksum=_checksum(text),
    )
    return head + text


def read_exports(exports: Sequence[Path], names: Names) -> Manifest:
    """Return what a database holds after all of the exports. Raises ExportError."""
    migrations: dict[str, str] = {}
    files: dict[str, AppliedFile] = {}
    for path in exports:
        text = read_text(path)
        head = _READ_HEAD.match(text)
        if head is None:
            raise ExportError(
                f"{path.name} is not what wa-webhook export wrote. If it is a migration of your"
                f" own, give it a name that does not end in {ENDING}."
            )
        if head["checksum"] != _checksum(text[head.end() :]):
            raise ExportError(
                f"{path.name} was edited after it was written. Restore it from version control, and"
                " write the change as a migration of your own after it."
            )
        if head["names"] != _say(names):
            raise ExportError(
                f"{path.name} was exported with other names: {head['names']}\n"
                "Export with the names that it has, or delete it if it was never pushed."
            )
        _follow(text.rpartition(HEADING)[2], migrations, files)
    return Manifest(migrations, files)


def _follow(history: str, migrations: dict[str, str], files: dict[str, AppliedFile]) -> None:
    """Do to `migrations` and `files` what the statements of `history` do to the tables."""
    for raw in pglast.parse_sql(history):
        statement: Any = raw.stmt
        if isinstance(raw.stmt, ast.DeleteStmt):
            where = statement.whereClause
            # Earlier ones say whose files these are, too.
            for path in getattr(where, "args", (where,))[-1].rexpr:
                del files[path.val.sval]
        else:
            rows = [[one.val.sval for one in row] for row in statement.selectStmt.valuesLists]
            if statement.relation.relname == MIGRATIONS:
                migrations |= {key_of(of, version): checksum for of, version, checksum in rows}
            else:
                files |= {path: AppliedFile(*values) for _, path, *values in rows}


def _say(names: Names) -> str:
    chosen = names.as_options().items() - Names().as_options().items()
    return ", ".join(f"{option} {name}" for option, name in sorted(chosen)) or "the default ones"


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
