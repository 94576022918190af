"""Compares files with what a database or an export holds: what leads from the one to the other.

All roads to a database take these parts, in this order:

1. routines that are gone, or that `create or replace` cannot change, are dropped;
2. new migrations run;
3. functions of triggers that are gone are dropped: a migration has dropped their triggers;
4. changed routines are made, between wa.open_routines and wa.close_routines;
5. flows that are left out are taken out, and flows of which something changed are declared;
6. the history is written.

A flow that was applied and has no files here stays as it is: whoever is in it goes on. So do the
routines that a later version brought, when an earlier one comes back: their tables are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import HistoryError, SourceError
from wa_webhook.migrate.files import COMPONENT, SqlFile, component_of, parts_of
from wa_webhook.migrate.flows import DECLARATION
from wa_webhook.migrate.manifest import Manifest
from wa_webhook.migrate.signatures import can_become, is_trigger, name_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from wa_webhook.migrate.files import Migration
    from wa_webhook.migrate.source import Source

_AROUND = ("open_routines", "close_routines")
"""Who owns and who may execute: what is run before and after the other files."""

_BODIES = """\
-- A routine may call one that comes later in the order.
select pg_catalog.set_config('check_function_bodies', 'off', true);
"""
_REFUSE_TAKEN = """\
do $$
declare
  v_taken text;
begin
  select string_agg(distinct format('%s.%I', pronamespace::regnamespace, proname), ', ')
  into v_taken
  from pg_proc
  where pronamespace = 'public'::regnamespace
    and proname in ({names})
    and pg_get_userbyid(proowner) not in (
      'wa_runtime', 'wa_basket_owner', 'wa_maintenance', 'wa_privacy'
    );

  if v_taken is not null then
    raise exception using
      errcode = 'duplicate_function',
      message = format('of these names there are routines already: %s', v_taken),
      hint = 'They are of your app: rename them, or take --schema NAME: docs/install/names.md';
  end if;
end
$$;
"""
"""`create or replace` would take from an app what it made."""


@dataclass(frozen=True)
class Plan:
    """What leads from a manifest to a source.

    `applied`: migrations that both have. `remote_only`: versions that only the manifest has.
    `changed_declarations`: of flows of which a routine changed, too. `added`: paths of changed
    routines and declarations that the manifest has not. `left_out`: flows to take out.
    `absent_flows`: flows that only the manifest has. `removed_routines`: paths that have no file
    any more. `replaced`, `replaced_triggers`: names of routines to drop, before the migrations and
    after them.
    """

    applied: tuple[Migration, ...]
    pending: tuple[Migration, ...]
    remote_only: tuple[str, ...]
    changed_routines: tuple[SqlFile, ...]
    changed_declarations: tuple[SqlFile, ...]
    added: frozenset[str]
    left_out: tuple[str, ...]
    absent_flows: tuple[str, ...]
    removed_routines: tuple[str, ...]
    replaced: tuple[str, ...]
    replaced_triggers: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.pending or self._changes_files())

    def begins_with_one_alone(self) -> bool:
        """Whether what is in use may go on without the rest once the first migration is applied.

        A flow that has no tables yet gets them with its steps and its declaration, which may be
        refused for how its tables are.
        """
        has_tables = {COMPONENT, *(migration.component for migration in self.applied)}
        return bool(self.applied and self.pending) and self.pending[0].component in has_tables

    def _changes_files(self) -> bool:
        return bool(self.changed_routines or self.removed_routines or self.changed_declarations)

    def gone(self) -> tuple[str, ...]:
        """Return the removed paths but those of files that were moved."""
        made = {_stem(file.path) for file in self.changed_routines}
        return tuple(path for path in self.removed_routines if _stem(path) not in made)

    def list_files(self) -> list[tuple[str, str]]:
        """Return what is to become of each routine and declaration that is here, and its path."""
        files = [("changed", file.path) for file in self.changed_routines]
        files += [("declare", file.path) for file in self.changed_declarations]
        return [("new" if path in self.added else word, path) for word, path in files]

    def drops(self) -> list[SqlFile]:
        """Return part 1."""
        return _drop(self.replaced)

    def routines(self) -> list[SqlFile]:
        """Return parts 3 to 5."""
        if not self._changes_files():
            return []
        around = [file for file in self.changed_routines if _stem(file.path) in _AROUND]
        others = [file for file in self.changed_routines if file not in around]
        names = ", ".join(f"'{_stem(file.path)}'" for file in others)
        opened = f"array[{names}]::text[]" if self.applied else ""
        is_declared = bool(self.left_out or self.changed_declarations)
        return [
            *self._refuse_taken(),
            *_drop(self.replaced_triggers),
            SqlFile("bodies", _BODIES),
            *around,
            SqlFile("open", f"call wa.open_routines({opened});\n"),
            *others,
            SqlFile("close", "call wa.close_routines();\n"),
            *(SqlFile("left out", f"call wa.remove_flow('{flow}');\n") for flow in self.left_out),
            *self.changed_declarations,
            # In public a table is a flow's while the flow is declared.
            *([SqlFile("note", "call wa.note_rights();\n")] if is_declared else []),
        ]

    def _refuse_taken(self) -> list[SqlFile]:
        moved = {_stem(path) for path in self.removed_routines}
        new = (file for file in self.changed_routines if file.path in self.added)
        names = [name_of(shape_of(file)) for file in new if _stem(file.path) not in moved]
        public = [name.partition(".")[2] for name in names if name.startswith("public.")]
        if not public:
            return []
        listed = ", ".join(f"'{name}'" for name in public)
        return [SqlFile("taken", _REFUSE_TAKEN.format(names=listed))]


def make_plan(source: Source, earlier: Manifest, *, include_all: bool = False) -> Plan:
    """Return what is to be done where `earlier` is.

    Raises SourceError for a flow to leave out that cannot have been there, and HistoryError when an
    applied file was edited, or when a new file is older than the newest applied one and
    `include_all` is not set.
    """
    source = source.for_one_with(earlier)
    earlier = _keep_tables_of_gone(source, earlier)
    applied = tuple(m for m in source.migrations if m.key in earlier.migrations)
    pending = tuple(m for m in source.migrations if m.key not in earlier.migrations)
    _refuse_edited(applied, earlier)
    if not include_all:
        _refuse_late(pending, earlier)
    absent = _find_absent(source, earlier)
    earlier = _limit(earlier, source.components())
    remote_only = earlier.migrations.keys() - {m.key for m in applied}
    earlier = _keep_files_of_later(source, earlier, remote_only)
    replaced = _find_replaced(source, earlier)
    removed = earlier.files.keys() - {file.path for file in source.files()}
    changed = _find_changed(source.routines, earlier)
    touched = {component_of(path) for path in (*removed, *(file.path for file in changed))}
    declarations = tuple(
        file
        for file in source.declarations
        if component_of(file.path) in touched or file in _find_changed([file], earlier)
    )
    return Plan(
        applied=applied,
        pending=pending,
        remote_only=tuple(sorted(remote_only)),
        changed_routines=changed,
        changed_declarations=declarations,
        added=frozenset(file.path for file in (*changed, *declarations)) - earlier.files.keys(),
        left_out=source.left_out,
        absent_flows=absent,
        removed_routines=tuple(sorted(removed)),
        replaced=tuple(name_of(shape) for shape in replaced if not is_trigger(shape)),
        replaced_triggers=tuple(name_of(shape) for shape in replaced if is_trigger(shape)),
    )


def _keep_tables_of_gone(source: Source, earlier: Manifest) -> Manifest:
    """Return `earlier` without what stays of flows whose folders are gone: what has no file here.

    That is their tables, and what reaches these.
    """
    # Where something is applied they may have been taken out by an earlier run.
    if source.gone and not earlier.migrations:
        known = ", ".join(sorted(source.components() - {COMPONENT, *source.gone}))
        raise SourceError(
            f"there is no flow {', '.join(source.gone)} to leave out; there are {known}"
        )
    stays = {
        path
        for path in earlier.files
        if component_of(path) in source.gone and path.split("/")[2] == "functions"
    }
    return Manifest(
        {
            key: one
            for key, one in earlier.migrations.items()
            if parts_of(key)[0] not in source.gone
        },
        {path: one for path, one in earlier.files.items() if path not in stays},
    )


def _keep_files_of_later(
    source: Source, earlier: Manifest, remote_only: Collection[str]
) -> Manifest:
    """Return `earlier` without files that are not here because they are of a later version.

    That is so where it knows migrations of the same component that are not here either.
    """
    later = {parts_of(key)[0] for key in remote_only}
    here = {file.path for file in source.files()}
    return Manifest(
        earlier.migrations,
        {
            path: one
            for path, one in earlier.files.items()
            if path in here or component_of(path) not in later
        },
    )


def _find_changed(files: Iterable[SqlFile], earlier: Manifest) -> tuple[SqlFile, ...]:
    return tuple(
        file
        for file in files
        if file.path not in earlier.files or earlier.files[file.path].checksum != file.checksum
    )


def _find_absent(source: Source, earlier: Manifest) -> tuple[str, ...]:
    """Return the flows that were declared and that this source knows nothing about."""
    declared = (path for path in earlier.files if PurePosixPath(path).name == DECLARATION)
    return tuple(sorted({component_of(path) for path in declared} - source.components()))


def _limit(earlier: Manifest, components: Collection[str]) -> Manifest:
    return Manifest(
        {key: one for key, one in earlier.migrations.items() if parts_of(key)[0] in components},
        {path: one for path, one in earlier.files.items() if component_of(path) in components},
    )


def _find_replaced(source: Source, earlier: Manifest) -> list[str]:
    """Return the shapes of routines that no file makes, or one that cannot replace them."""
    if not earlier.files:
        return []
    shapes = (_shape_of(file, earlier) for file in source.routines)
    made = {name_of(shape): shape for shape in shapes}
    return sorted(
        one.shape
        for one in earlier.files.values()
        if one.shape and not can_become(one.shape, made.get(name_of(one.shape), ""))
    )


def _shape_of(file: SqlFile, earlier: Manifest) -> str:
    before = earlier.files.get(file.path)
    # Reading it again for every file takes half a second.
    return before.shape if before and before.checksum == file.checksum else shape_of(file)


def _drop(names: Sequence[str]) -> list[SqlFile]:
    drops = "".join(f"drop routine if exists {name};\n" for name in names)
    return [SqlFile("drops", drops)] if names else []


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _refuse_edited(applied: Iterable[Migration], earlier: Manifest) -> None:
    edited = [m for m in applied if earlier.migrations[m.key] != m.checksum]
    flows = sorted({migration.component for migration in edited} - {COMPONENT})
    if edited:
        raise HistoryError(
            "\n".join(
                (
                    "edited after it was applied:",
                    *(f"  {migration.path}" for migration in edited),
                    "Applied migrations are frozen. Restore the file from version control and "
                    "write the change as a new migration.",
                    *(
                        f"While no other database has the flow {flow}: wa-webhook flows remove "
                        f"{flow} --drop-tables, and it is applied anew."
                        for flow in flows
                    ),
                )
            )
        )


def _refuse_late(pending: Iterable[Migration], earlier: Manifest) -> None:
    newest: dict[str, str] = {}
    for component, version in map(parts_of, earlier.migrations):
        newest[component] = max(version, newest.get(component, ""))
    late = [m for m in pending if m.version < newest.get(m.component, "")]
    if late:
        raise HistoryError(
            "\n".join(
                (
                    f"older than the newest applied migration ({newest[late[0].component]}):",
                    *(f"  {one.path}" for one in late),
                    "Give the file a newer version, or run with --include-all if the order does "
                    "not matter.",
                )
            )
        )
