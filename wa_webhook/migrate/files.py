"""A file of SQL, and what identifies it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class SqlFile:
    """One file; `path` is relative to db/ and uses forward slashes."""

    path: str
    text: str

    @property
    def checksum(self) -> str:
        """The first 16 hex digits of the SHA-256 of the file's UTF-8 bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Migration(SqlFile):
    """A file of db/migrations; `version` is its 14 digits, UTC YYYYMMDDHHMMSS."""

    version: str
    name: str
