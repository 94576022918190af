"""Where the bytes of media are kept: one small interface, whatever is behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import timedelta

_KEY = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,127}(/[a-z0-9_-][a-z0-9._-]{0,127}){0,7}", re.ASCII)


class StoreError(Exception):
    """The store did not do what it was asked for, and may do it later."""


class MissingMediaError(StoreError):
    """There is nothing under this key."""


class MediaStore(Protocol):
    """Keeps bytes under keys, and gives them to nobody but whoever holds its credentials or a link.

    All methods raise StoreError, and ValueError for a key that `check_key` refuses.
    """

    async def put(self, key: str, content: bytes, mime_type: str) -> None:
        """Keep the content, whole or not at all, in place of what the key had."""

    async def get(self, key: str) -> bytes:
        """Return the content. Raises MissingMediaError."""

    async def size(self, key: str) -> int | None:
        """Return how many bytes there are under a key; None: there is nothing."""

    async def delete(self, key: str) -> None:
        """Leave nothing under the key, whether there was something or not."""

    async def sign(self, key: str, lifetime: timedelta) -> str:
        """Return a URL that gives the content to whoever knows it, for so long."""


def check_key(key: str) -> str:
    """Return the key. Raises ValueError where it could lead anywhere but into the store."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a media store")
    return key
