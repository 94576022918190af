"""The SQL files under db/: migrations in order, and one file for each routine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import Migration, SqlFile
from wa_webhook.migrate.manifest import AppliedFile, Manifest, read_manifest
from wa_webhook.migrate.signatures import shape_of

PREDECESSOR = "takeover.txt"

MIGRATION_FILE_NAME = re.compile(r"(?P<version>[0-9]{14})_(?P<name>[a-z0-9_]+)\.sql")


@dataclass(frozen=True)
class Source:
    """Everything that a database is made of: migrations by version, routines by path.

    `predecessor` is what the one version held that kept its history elsewhere.
    """

    migrations: tuple[Migration, ...]
    routines: tuple[SqlFile, ...]
    predecessor: Manifest = field(default_factory=Manifest)

    def manifest(self) -> Manifest:
        """Return what a database holds once all of it is applied."""
        return Manifest(
            {one.version: one.checksum for one in self.migrations},
            {one.path: AppliedFile(one.checksum, shape_of(one)) for one in self.routines},
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


def read_source(folder: Path) -> Source:
    """Read every migration and routine under `folder`.

    Raises SourceError for a migration whose name the Supabase CLI would not take, or a version
    used twice.
    """
    return Source(
        migrations=tuple(_read_migrations(folder)),
        routines=tuple(
            SqlFile(path.relative_to(folder).as_posix(), _read_text(path))
            for part in ("functions", "flows")
            for path in sorted((folder / part).rglob("*.sql"))
        ),
        predecessor=_read_predecessor(folder / PREDECESSOR),
    )


def _read_predecessor(path: Path) -> Manifest:
    return read_manifest(_read_text(path)) if path.exists() else Manifest()


def _read_migrations(folder: Path) -> list[Migration]:
    migrations: dict[str, Migration] = {}
    for path in sorted((folder / "migrations").glob("*.sql")):
        relative = path.relative_to(folder).as_posix()
        parts = MIGRATION_FILE_NAME.fullmatch(path.name)
        if parts is None:
            raise SourceError(
                f"{relative}: not named <14 digits>_<lower_case_name>.sql, so its place in the "
                "order is unknown"
            )
        version = parts["version"]
        if version in migrations:
            raise SourceError(f"{relative}: has the version of {migrations[version].path}")
        migrations[version] = Migration(relative, _read_text(path), version, parts["name"])
    return list(migrations.values())


def _read_text(path: Path) -> str:
    # newline="" keeps line ends, so that the checksum is that of the file's bytes.
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
