"""The release step: routines that changed since the last release become a migration.

So that `supabase db push`, which knows migrations only, makes the database that the apply script
makes. What was released is read from the release migrations themselves: the checksums that each one
records, and the routines that it creates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pglast import ast
from pglast.enums import ObjectType

from wa_webhook.migrate.signatures import (
    Routine,
    Shape,
    name_created,
    name_routine,
    parse_statements,
    read_shape,
)
from wa_webhook.migrate.source import RELEASE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from wa_webhook.migrate.source import Migration, Source, SqlFile

_CHECKSUMS = "function_sources"

_HEAD = """\
-- Written by `make release`: the routines that changed since the one before, as in db/functions.

-- Calls under way are to end with the routines that they began with; new ones wait for the commit.
select pg_catalog.set_config('lock_timeout', '4s', true);
-- In a block, for the Supabase CLI sends no `begin`: its transaction is the batch.
do $$
begin
  lock table public.wa_events, public.notifications in share row exclusive mode;
end
$$;

-- A routine may call one that comes later in the order.
select pg_catalog.set_config('check_function_bodies', 'off', true);
"""
_DROPS = """\
-- Whoever called these is replaced in this same transaction.
-- squawk-ignore-file ban-drop-function
"""
_REVOKE = "call wa.revoke_api_access();\n"


@dataclass(frozen=True)
class Release:
    """What a release would hold: changed files, the paths that are gone, and what is dropped first.

    Dropped is what a release created and no file does, and what `create or replace` cannot change
    as a file asks for.
    """

    changed: tuple[SqlFile, ...]
    gone_paths: tuple[str, ...]
    dropped: tuple[Routine, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to release."""
        return bool(self.changed or self.gone_paths or self.dropped)

    def text(self) -> str:
        """Return the migration."""
        parts = [_HEAD]
        if self.dropped:
            parts.append(_DROPS + "".join(_drop(routine) for routine in self.dropped))
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


def _drop(routine: Routine) -> str:
    return f"drop {routine.kind} if exists {routine.signature};\n"


def plan_release(source: Source) -> Release:
    """Compare the routine files with what the release migrations hold."""
    released = [migration for migration in source.migrations if migration.is_release]
    checksums = _released_checksums(released)
    before, today = _shapes_after(released), _shapes_after(source.routines)
    dropped = [
        routine
        for routine, shape in before.items()
        if routine not in today or not shape.can_become(today[routine])
    ]
    paths = {file.path for file in source.routines}
    return Release(
        changed=tuple(file for file in source.routines if checksums.get(file.path) != file.sha256),
        gone_paths=tuple(sorted(checksums.keys() - paths)),
        dropped=tuple(sorted(dropped, key=str)),
    )


def name_release(source: Source, now: datetime) -> str:
    """Return the file name of a release written `now` (UTC): later than every other migration."""
    newest = max((int(migration.version) for migration in source.migrations), default=0)
    version = max(int(now.strftime("%Y%m%d%H%M%S")), newest + 1)
    return f"{version:014}_{RELEASE_NAME}.sql"


def _released_checksums(released: Iterable[Migration]) -> dict[str, str]:
    """Return path to checksum, as the bookkeeping at the end of each release leaves it."""
    checksums: dict[str, str] = {}
    for kind, statement in parse_statements(released):
        if kind is ast.InsertStmt and statement.relation.relname == _CHECKSUMS:
            for path, sha256 in statement.selectStmt.valuesLists:
                checksums[path.val.sval] = sha256.val.sval
        elif kind is ast.DeleteStmt and statement.relation.relname == _CHECKSUMS:
            for path in statement.whereClause.rexpr:
                del checksums[path.val.sval]
    return checksums


def _shapes_after(files: Iterable[SqlFile]) -> dict[Routine, Shape]:
    """Return the routines that exist after all files, in the order given."""
    shapes: dict[Routine, Shape] = {}
    for kind, statement in parse_statements(files):
        if kind is ast.CreateFunctionStmt:
            shapes[name_created(statement)] = read_shape(statement)
        elif kind is ast.DropStmt:
            is_procedure = statement.removeType == ObjectType.OBJECT_PROCEDURE
            for routine in statement.objects:
                name = name_routine(routine.objname, routine.objargs, is_procedure=is_procedure)
                shapes.pop(name, None)
    return shapes
