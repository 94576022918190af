"""The release step: routines that changed since the last release become a migration.

So that `supabase db push`, which knows migrations only, makes the database that the apply script
makes. What was released is read from the release migrations themselves: the checksums that each one
records, and the routines that it creates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast
from pglast.enums import FunctionParameterMode, ObjectType
from pglast.stream import RawStream

from handler.migrate.source import RELEASE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handler.migrate.source import Migration, Source, SqlFile

_CHECKSUMS = "function_sources"
_OUTPUT_MODES = {FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE}

_HEAD = """\
-- Written by `make release`: the routines that changed since the one before, as in db/functions.

-- A routine may call one that comes later in the order.
select pg_catalog.set_config('check_function_bodies', 'off', true);
"""
_REVOKE = "call wa.revoke_api_access();\n"


@dataclass(frozen=True)
class Release:
    """What a release would hold: changed files, and the paths and routines that are gone.

    A gone routine is one that a release created and no file does: `function wa.name(text)`.
    """

    changed: tuple[SqlFile, ...]
    gone_paths: tuple[str, ...]
    gone_routines: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to release."""
        return bool(self.changed or self.gone_paths or self.gone_routines)

    def text(self) -> str:
        """Return the migration."""
        parts = [_HEAD]
        if self.gone_routines:
            parts.append("".join(_drop(routine) for routine in self.gone_routines))
        parts += [f"-- {file.path}\n{file.text}" for file in self.changed]
        parts.append(_REVOKE)
        parts += self._bookkeeping()
        return "\n".join(parts)

    def _bookkeeping(self) -> Iterator[str]:
        # wa-webhook migrate then knows that these files are applied already.
        if self.gone_paths:
            paths = ", ".join(f"'{path}'" for path in self.gone_paths)
            yield f"delete from wa.{_CHECKSUMS} where path in ({paths});\n"  # noqa: S608
        if self.changed:
            rows = ",\n".join(f"(\n  '{file.path}',\n  '{file.sha256}'\n)" for file in self.changed)
            yield (
                f"insert into wa.{_CHECKSUMS} (path, sha256) values\n{rows}\n"
                "on conflict (path) do update set sha256 = excluded.sha256, applied_at = now();\n"
            )


def _drop(routine: str) -> str:
    kind, name = routine.split(" ", maxsplit=1)
    return f"drop {kind} if exists {name};\n"


def plan_release(source: Source) -> Release:
    """Compare the routine files with what the release migrations hold."""
    released = [migration for migration in source.migrations if migration.is_release]
    checksums = _released_checksums(released)
    gone = _routines_after(released) - _created(source.routines)
    paths = {file.path for file in source.routines}
    return Release(
        changed=tuple(file for file in source.routines if checksums.get(file.path) != file.sha256),
        gone_paths=tuple(sorted(checksums.keys() - paths)),
        gone_routines=tuple(sorted(gone)),
    )


def name_release(source: Source, now: datetime) -> str:
    """Return the file name of a release written `now` (UTC): later than every other migration."""
    newest = max((int(migration.version) for migration in source.migrations), default=0)
    version = max(int(now.strftime("%Y%m%d%H%M%S")), newest + 1)
    return f"{version:014}_{RELEASE_NAME}.sql"


def _released_checksums(released: Iterable[Migration]) -> dict[str, str]:
    """Return path to checksum, as the bookkeeping at the end of each release leaves it."""
    checksums: dict[str, str] = {}
    for kind, statement in _statements(released):
        if kind is ast.InsertStmt and statement.relation.relname == _CHECKSUMS:
            for path, sha256 in statement.selectStmt.valuesLists:
                checksums[path.val.sval] = sha256.val.sval
        elif kind is ast.DeleteStmt and statement.relation.relname == _CHECKSUMS:
            for path in statement.whereClause.rexpr:
                del checksums[path.val.sval]
    return checksums


def _routines_after(released: Iterable[Migration]) -> set[str]:
    """Return the routines that exist after all releases."""
    routines: set[str] = set()
    for kind, statement in _statements(released):
        if kind is ast.CreateFunctionStmt:
            routines.add(_name_created(statement))
        elif kind is ast.DropStmt:
            is_procedure = statement.removeType == ObjectType.OBJECT_PROCEDURE
            routines -= {
                _name(routine.objname, routine.objargs, is_procedure=is_procedure)
                for routine in statement.objects
            }
    return routines


def _created(files: Iterable[SqlFile]) -> set[str]:
    return {
        _name_created(statement)
        for kind, statement in _statements(files)
        if kind is ast.CreateFunctionStmt
    }


def _statements(files: Iterable[SqlFile]) -> Iterator[tuple[type[Any], Any]]:
    for file in files:
        for raw in pglast.parse_sql(file.text):
            yield type(raw.stmt), raw.stmt


def _name_created(statement: ast.CreateFunctionStmt) -> str:
    parameters = [
        parameter.argType
        for parameter in statement.parameters or ()
        if parameter.mode not in _OUTPUT_MODES
    ]
    return _name(statement.funcname, parameters, is_procedure=bool(statement.is_procedure))


def _name(
    name: Iterable[Any] | None, parameters: Iterable[Any] | None, *, is_procedure: bool
) -> str:
    kind = "procedure" if is_procedure else "function"
    types = ", ".join(str(RawStream()(parameter)) for parameter in parameters or ())
    return f"{kind} {'.'.join(part.sval for part in name or ())}({types})"
