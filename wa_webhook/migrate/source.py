"""The SQL files under db/ and in folders of flows: migrations in order, a file a routine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import COMPONENT, SqlFile, component_of, read_text
from wa_webhook.migrate.flows import HOME, find_flows, find_table_of_ours, read_flow
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
    which only what reaches their tables is there, or nothing any more (`gone`). `predecessor` is
    what the one version held that kept its history elsewhere.
    """

    migrations: tuple[Migration, ...]
    routines: tuple[SqlFile, ...]
    declarations: tuple[SqlFile, ...] = ()
    left_out: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    predecessor: Manifest = field(default_factory=Manifest)

    def files(self) -> tuple[SqlFile, ...]:
        """Return what is applied again when it changes."""
        return (*self.routines, *self.declarations)

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
    folder: Path, *, flows: Path | None = None, without: Collection[str] = ()
) -> Source:
    """Read every migration, routine and flow under `folder`, and the flows in the folder `flows`.

    `without`: names of flows to leave out, whether their folders are there or not. Raises
    SourceError for files that are not where they belong, and for two of one name.
    """
    folders = find_flows(folder / "flows", flows)
    if HOME in without:
        raise SourceError(f"the flow {HOME} cannot be left out: every other begins and ends there")
    found = [read_flow(one) for one in folders.values()]
    routines = [
        SqlFile(path.relative_to(folder).as_posix(), read_text(path))
        for path in sorted((folder / "functions").rglob("*.sql"))
    ]
    for flow in found:
        routines += flow.left_out() if flow.name in without else flow.routines
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
        left_out=tuple(sorted(without)),
        gone=tuple(sorted(set(without) - folders.keys())),
        predecessor=_read_predecessor(folder / PREDECESSOR),
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
