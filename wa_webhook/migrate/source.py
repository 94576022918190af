"""The SQL files under db/ and in folders of flows: migrations in order, a file a routine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import COMPONENT, SqlFile, component_of, read_text
from wa_webhook.migrate.flows import (
    HOME,
    INSTALLED_ALWAYS,
    find_flows,
    find_table_of_ours,
    read_flow,
)
from wa_webhook.migrate.manifest import AppliedFile, Manifest, read_manifest
from wa_webhook.migrate.migrations import read_migrations
from wa_webhook.migrate.signatures import shape_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from wa_webhook.migrate.files import Migration
    from wa_webhook.migrate.flows import Flow

PREDECESSOR = "takeover.txt"


@dataclass(frozen=True)
class Source:
    """Everything that a database is made of: migrations by component and version, files by path.

    `declarations`: of the flows that are wanted. `left_out`: flows without their conversation, of
    which only what reaches their tables is there, or nothing any more (`gone`). `offered`: flows
    that ship and that nobody asked for, so that only a database which has them keeps them; of these
    `unwanted` are to be taken out. `own`: names of the flows in a team's folder. `usual`: those
    that a new database has without being asked, so that one from which they were taken out stays
    without. `predecessor`: the migrations from before 1.0.0.
    """

    migrations: tuple[Migration, ...]
    routines: tuple[SqlFile, ...]
    declarations: tuple[SqlFile, ...] = ()
    left_out: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    offered: tuple[Flow, ...] = ()
    unwanted: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    usual: tuple[Flow, ...] = ()
    predecessor: Manifest = field(default_factory=Manifest)

    def files(self) -> tuple[SqlFile, ...]:
        """Return what is applied again when it changes."""
        return (*self.routines, *self.declarations)

    def for_one_with(self, earlier: Manifest) -> Source:
        """Return it with what a database keeps where `earlier` is: the offered flows that it has.

        Of one that was taken out, a usual one too, that is what reaches its tables, if these are
        still there. Raises SourceError where another routine has the name of one of theirs.
        """
        return self._without_taken_out(earlier)._with_offered(earlier)

    def _without_taken_out(self, earlier: Manifest) -> Source:
        has = earlier.components()
        out = {
            flow.name: flow.without_steps()
            for flow in self.usual
            if flow.name in has and flow.declaration.path not in earlier.files
        }
        if not out:
            return self
        return replace(
            self,
            routines=tuple(
                file for file in self.routines if file in out.get(component_of(file.path), (file,))
            ),
            declarations=tuple(
                file for file in self.declarations if component_of(file.path) not in out
            ),
        )

    def _with_offered(self, earlier: Manifest) -> Source:
        has = earlier.components()
        kept = [flow for flow in self.offered if flow.name in has]
        if not kept:
            return self
        whole = [
            flow
            for flow in kept
            if flow.declaration.path in earlier.files and flow.name not in self.unwanted
        ]
        routines = list(self.routines)
        for flow in kept:
            routines += flow.routines if flow in whole else flow.without_steps()
        _refuse_same_names(routines)
        return replace(
            self,
            migrations=(*self.migrations, *(one for flow in kept for one in flow.migrations)),
            routines=tuple(routines),
            declarations=(*self.declarations, *(flow.declaration for flow in whole)),
            left_out=tuple(
                sorted({*self.left_out, *self.unwanted.intersection(flow.name for flow in kept)})
            ),
            offered=tuple(flow for flow in self.offered if flow not in kept),
        )

    def components(self) -> frozenset[str]:
        """Return whose files are here: wa_webhook's, and those of each flow."""
        flows = {component_of(file.path) for file in (*self.migrations, *self.files())}
        return frozenset({COMPONENT, *flows, *self.left_out})

    def manifest(self) -> Manifest:
        """Return what a database holds once all of it is applied."""
        return Manifest(
            {one.key: one.checksum for one in self.migrations},
            {one.path: AppliedFile(one.checksum, shape_of(one)) for one in self.files()},
        )


def find_db_folder() -> Path:
    """Return the copy of db/ inside an installed wheel, or that of the checkout.

    Raises SourceError when this installation has neither.
    """
    package = Path(__file__).resolve().parents[1]
    # Beside an installed package a folder `db` is somebody else's.
    for folder in (package / "_db", package.parent / "db"):
        if (folder / "migrations").is_dir():
            return folder
    raise SourceError(f"no db/migrations beside or inside {package}")


def read_source(
    folder: Path,
    *,
    flows: Path | None = None,
    asked_for: Collection[str] = (),
    without: Collection[str] = (),
) -> Source:
    """Read every migration, routine and flow under `folder`, and the flows in the folder `flows`.

    `asked_for`: names of flows that ship and are not installed otherwise. `without`: names of flows
    to leave out, whether their folders are there or not. Raises SourceError for files that are not
    where they belong, for two of one name, and for a flow that cannot be asked for or left out.
    """
    folders = find_flows(folder / "flows", flows, asked_for)
    optional = {
        name
        for name, one in folders.items()
        if one.parent == folder / "flows" and name not in INSTALLED_ALWAYS
    }
    _refuse_names_of_flows(asked_for, without, folders, optional)
    all_of_them = [read_flow(one) for one in folders.values()]
    offered = [flow for flow in all_of_them if flow.name in optional.difference(asked_for)]
    found = [flow for flow in all_of_them if flow not in offered]
    routines = [
        SqlFile(path.relative_to(folder).as_posix(), read_text(path))
        for path in sorted((folder / "functions").rglob("*.sql"))
    ]
    for flow in found:
        routines += flow.without_steps() if flow.name in without else flow.routines
    _refuse_same_names(routines)
    ours = read_migrations(folder / "migrations", "migrations")
    _refuse_names_of_tables((one for one in found if folders[one.name].parent == flows), ours)
    return Source(
        migrations=(
            *ours,
            *(migration for flow in found for migration in flow.migrations),
        ),
        routines=tuple(routines),
        declarations=tuple(flow.declaration for flow in found if flow.name not in without),
        left_out=tuple(sorted(set(without) - optional)),
        gone=tuple(sorted(set(without) - folders.keys())),
        offered=tuple(offered),
        unwanted=frozenset(optional.intersection(without)),
        own=frozenset(name for name, one in folders.items() if one.parent == flows),
        usual=tuple(
            flow
            for flow in found
            if flow.name in INSTALLED_ALWAYS.difference((HOME,), asked_for, without)
        ),
        predecessor=_read_predecessor(folder / PREDECESSOR),
    )


def read_whole_source(folder: Path) -> Source:
    """Read `folder` with every flow that ships. Raises SourceError as read_source does."""
    return read_source(folder, asked_for=find_flows(folder / "flows", None))


def _refuse_names_of_flows(
    asked_for: Collection[str],
    without: Collection[str],
    known: Collection[str],
    optional: Collection[str],
) -> None:
    if HOME in without:
        raise SourceError(f"the flow {HOME} cannot be left out: every other begins and ends there")
    if both := sorted(set(asked_for).intersection(without)):
        raise SourceError(f"the flow {', '.join(both)} is both asked for and left out")
    if unknown := sorted(set(asked_for).difference(known)):
        can_be = ", ".join(sorted(optional)) or "none"
        raise SourceError(
            f"there is no flow {', '.join(unknown)} to ask for; those that can be: {can_be}"
        )


def _refuse_names_of_tables(flows: Iterable[Flow], ours: Sequence[Migration]) -> None:
    for flow in flows:
        if table := find_table_of_ours(flow.prefix, ours):
            raise SourceError(
                f"{flow.declaration.path}: the table wa.{table} would be taken for the flow's own,"
                f" as {flow.prefix} is what its names begin with; give it another name or prefix"
            )


def _refuse_same_names(routines: Iterable[SqlFile]) -> None:
    paths: dict[str, str] = {}
    for file in routines:
        name = PurePosixPath(file.path).stem
        if name in paths:
            raise SourceError(
                f"{file.path}: {paths[name]} makes a routine of this name; begin the names of a"
                " flow's routines with the flow's"
            )
        paths[name] = file.path


def _read_predecessor(path: Path) -> Manifest:
    return read_manifest(read_text(path)) if path.exists() else Manifest()
