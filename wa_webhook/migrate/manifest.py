"""What a database, an export or a released version holds: a line for each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.files import component_of, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "0" * 16
"""The checksum of a file that is to be applied again whatever it holds."""


@dataclass(frozen=True)
class AppliedFile:
    """A file that is applied again when it changes; `shape` as in `signatures`."""

    checksum: str
    shape: str


@dataclass(frozen=True)
class Manifest:
    """Checksums of migrations by their keys, and files by their path below db/."""

    migrations: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, AppliedFile] = field(default_factory=dict)

    def without_checksums(self) -> Manifest:
        """Return it with every file to be applied again."""
        files = {path: AppliedFile(UNKNOWN, one.shape) for path, one in self.files.items()}
        return Manifest(self.migrations, files)

    def components(self) -> set[str]:
        """Return whose migrations and files these are."""
        return {parts_of(key)[0] for key in self.migrations} | set(map(component_of, self.files))

    def as_text(self) -> str:
        """Return the lines that read_manifest reads."""
        lines = [f"migration {key} {checksum}" for key, checksum in self.migrations.items()]
        lines += [f"{path} {one.checksum} {one.shape}" for path, one in self.files.items()]
        return "".join(f"{line.rstrip()}\n" for line in lines)


def read_manifest(text: str) -> Manifest:
    """Read what as_text wrote, with or without comments (#). Raises SourceError."""
    migrations: dict[str, str] = {}
    files: dict[str, AppliedFile] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        try:
            first, second, *shape = line.split(" ", 2)
        except ValueError:
            raise SourceError(f"not a line of a manifest: {line}") from None
        if first == "migration" and shape:
            migrations[second] = shape[0]
        else:
            files[first] = AppliedFile(second, "".join(shape))
    return Manifest(migrations, files)
