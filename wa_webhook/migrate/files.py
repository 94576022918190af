"""A file of SQL, and what identifies it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


COMPONENT = "wa_webhook"
"""Whose files these are that are no flow's."""


def component_of(path: str) -> str:
    """Return the flow that a path below db/ belongs to, or COMPONENT."""
    folder, _, rest = path.partition("/")
    flow, is_below, _ = rest.partition("/")
    return flow if folder == "flows" and is_below else COMPONENT


@dataclass(frozen=True)
class SqlFile:
    """One file; `path` is relative to db/ and uses forward slashes.

    A flow's is below flows/<name>/, wherever its folder lies.
    """

    path: str
    text: str

    @property
    def checksum(self) -> str:
        """The first 16 hex digits of the SHA-256 of the file's UTF-8 bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Migration(SqlFile):
    """A file of db/migrations, or of a flow; `version` is its 14 digits, UTC YYYYMMDDHHMMSS."""

    version: str
    name: str

    @property
    def component(self) -> str:
        """Whose history it is in: migrations of different components have no order."""
        return component_of(self.path)

    @property
    def key(self) -> str:
        """What tells it from every other; see `key_of`."""
        return key_of(self.component, self.version)


def key_of(component: str, version: str) -> str:
    """Return what tells a migration from every other: its version, after the name of its flow."""
    return version if component == COMPONENT else f"{component}/{version}"


def parts_of(key: str) -> tuple[str, str]:
    """Return component and version of a migration's key."""
    component, _, version = key.rpartition("/")
    return component or COMPONENT, version


def read_text(path: Path) -> str:
    """Return a file's text with the line ends it has, so that its checksum is that of its bytes.

    Raises SourceError where it cannot be read, or is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        raise SourceError(f"{path} is not written in UTF-8") from None
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None


def write_whole(contents: Mapping[Path, str]) -> None:
    """Write files as UTF-8, each whole or not at all, and none where one cannot be written.

    The folder that one is in is made if need be. Raises SourceError.
    """
    beside = {path: path.with_name(f".{path.name}.new") for path in contents}
    try:
        for path, new in beside.items():
            path.parent.mkdir(exist_ok=True)
            new.write_text(contents[path], encoding="utf-8", newline="")
        for path, new in beside.items():
            new.replace(path)
    except OSError as error:
        for new in beside.values():
            with suppress(OSError):
                new.unlink()
        raise SourceError(f"{path}: {error.strerror}") from None
