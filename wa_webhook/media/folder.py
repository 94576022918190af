"""A store in a folder of this machine, for development."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from typing import TYPE_CHECKING

from wa_webhook.media.store import MissingMediaError, StoreError, check_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path


class FolderStore:
    """Files beneath `folder`, which is made with the first; only their owner may read them.

    A link is a `file:` URL: it leads whoever can read the folder anyway, and does not end.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    async def put(self, key: str, content: bytes, mime_type: str) -> None:
        """Keep the content; what it is only its bytes say here."""
        await asyncio.to_thread(self._put, self._path(key), content)

    async def get(self, key: str) -> bytes:
        """Return the content. Raises MissingMediaError."""
        path = self._path(key)
        with _store_errors():
            return await asyncio.to_thread(path.read_bytes)

    async def size(self, key: str) -> int | None:
        """Return how many bytes there are under a key; None: there is nothing."""
        path = self._path(key)
        try:
            with _store_errors():
                return (await asyncio.to_thread(path.stat)).st_size
        except MissingMediaError:
            return None

    async def delete(self, key: str) -> None:
        """Leave nothing under the key."""
        path = self._path(key)
        with _store_errors():
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def sign(self, key: str, lifetime: timedelta) -> str:
        """Return a `file:` URL."""
        return self._path(key).as_uri()

    def _path(self, key: str) -> Path:
        return self._folder / check_key(key)

    @staticmethod
    def _put(path: Path, content: bytes) -> None:
        with _store_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Beside its place and under no key, so that a crash leaves nothing that looks kept.
            number, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)  # noqa: PTH105
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108
                raise


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingMediaError(f"the folder has no such file: {error.strerror}") from error
    except OSError as error:
        raise StoreError(f"the folder of media: {error.strerror}") from error
