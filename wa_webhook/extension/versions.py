"""Which versions of the extension there are, and what each is made of.

A version is all migrations up to its last one. Migrations are frozen and the release step puts the
routines into them, so that a version that is out can be made again at any time. `versions.txt`
remembers where each one ended.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.migrate import SourceError
from wa_webhook.migrate.release import plan_release

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wa_webhook.migrate.source import Migration, Source

VERSIONS = "extension/versions.txt"


@dataclass(frozen=True)
class Version:
    """`name` as in `create extension ... version`; `migrations` are all that it is made of."""

    name: str
    migrations: tuple[Migration, ...]

    @property
    def digest(self) -> str:
        """SHA-256, lower-case hex, of its migrations' versions and checksums."""
        lines = (f"{migration.version} {migration.sha256}\n" for migration in self.migrations)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def added_since(self, earlier: Version) -> tuple[Migration, ...]:
        """Return what an update from `earlier` has to apply."""
        return self.migrations[len(earlier.migrations) :]


def read_versions(folder: Path, source: Source, current: str) -> tuple[Version, ...]:
    """Return the versions that are out and `current`, which all of `source` makes; oldest first.

    `folder` is db/. Raises SourceError when a version that is out would not be what it was, when
    `current` is out and there is more by now, or when changed routines are not released.
    """
    if plan_release(source):
        raise SourceError("routines have changed since the last release: run `make release` first")
    recorded = tuple(_read_recorded(folder, source))
    newest = Version(current, source.migrations)
    if current not in {version.name for version in recorded}:
        return (*recorded, newest)
    if recorded[-1] != newest:
        raise SourceError(
            f"version {current} is out and there are newer migrations:"
            " raise the version in pyproject.toml"
        )
    return recorded


def record_version(folder: Path, version: Version) -> None:
    """Write that `version` is out, unless it is written."""
    line = f"{version.name} {version.migrations[-1].version} {version.digest}\n"
    path = folder / VERSIONS
    written = path.read_text(encoding="utf-8")
    if line not in written:
        path.write_text(written + line, encoding="utf-8")


def _read_recorded(folder: Path, source: Source) -> Iterable[Version]:
    for line in (folder / VERSIONS).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, last, digest = line.split()
            version = Version(name, tuple(m for m in source.migrations if m.version <= last))
            if version.digest != digest:
                raise SourceError(
                    f"version {name} is out, and its migrations up to {last} are no longer what"
                    " they were: one was edited, added or removed"
                )
            yield version
