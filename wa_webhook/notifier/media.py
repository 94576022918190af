"""Files that a message needs at Meta before it can be sent."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import stat
import threading
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import segno

from wa_webhook.media.store import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from wa_webhook.media.store import MediaStore

_PIXELS_PER_MODULE = 12
_QUIET_MODULES = 4

_MIME_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(; ?[\w.+-]{1,50}=[\w.+-]{1,50})?", re.ASCII)
"""As `wa.find_media_problem` has it. Nothing in it can end the header that it stands in."""

_MOST_BYTES = {
    "audio": 16 * 2**20,
    "document": 100 * 2**20,
    "image": 5 * 2**20,
    "sticker": 500 * 2**10,
    "video": 16 * 2**20,
}
"""What Meta takes, by the type of the message."""


class UnusableMediaError(Exception):
    """The file named in an upload cannot be made or read."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file ready to be uploaded."""

    name: str
    mime_type: str
    content: bytes


class MediaMaker:
    """Makes files in threads, `most_at_once` of them: a folder may be on a disk that is away.

    Such a thread cannot be ended, so that none is waited for, not even at the end of the process.
    """

    def __init__(
        self, folder: Path | None, store: MediaStore | None = None, *, most_at_once: int
    ) -> None:
        self._folder = folder
        self._store = store
        self._most_at_once = most_at_once
        self._threads: set[threading.Thread] = set()

    async def make(self, upload: dict[str, Any], message_type: str) -> MediaFile:
        """Make the file that an upload names. Raises UnusableMediaError.

        `{"kind": "qr", "content"}` is drawn as a PNG, `{"kind": "file", "path", "mime_type"}` is
        read from inside the folder, up to the size that Meta takes for a message of this type, and
        `{"kind": "stored", "key", "mime_type"}` comes out of the media store.
        """
        if upload.get("kind") == "stored":
            return await self._take(upload, _MOST_BYTES.get(message_type, 0))
        self._threads = {thread for thread in self._threads if thread.is_alive()}
        if len(self._threads) >= self._most_at_once:
            raise UnusableMediaError("WA_MEDIA_FOLDER does not answer")
        loop = asyncio.get_running_loop()
        made: asyncio.Future[MediaFile] = loop.create_future()

        def run() -> None:
            try:
                file = make_media_file(upload, message_type, self._folder)
            except Exception as error:  # noqa: BLE001, RUF100 (it is raised where it is awaited)
                tell(made.set_exception, error)
            else:
                tell(made.set_result, file)

        def tell(how: Any, what: object) -> None:  # noqa: ANN401
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(lambda: None if made.done() else how(what))

        thread = threading.Thread(target=run, name="media", daemon=True)
        self._threads.add(thread)
        thread.start()
        return await made

    async def _take(self, upload: dict[str, Any], most_bytes: int) -> MediaFile:
        key, mime_type = upload.get("key"), upload.get("mime_type")
        if not isinstance(key, str) or not isinstance(mime_type, str):
            raise UnusableMediaError("what a user sent is stored no longer")
        if not _MIME_TYPE.fullmatch(mime_type):
            raise UnusableMediaError("the mime_type is none")
        if self._store is None:
            raise UnusableMediaError("WA_MEDIA_STORE is not set")
        try:
            content = await self._store.get(key)
        except StoreError as error:
            raise UnusableMediaError(f"the media store: {error}") from error
        if len(content) > most_bytes:
            raise UnusableMediaError(f"the file has more than {most_bytes} bytes")
        return MediaFile("media", mime_type, content)


def make_media_file(upload: dict[str, Any], message_type: str, folder: Path | None) -> MediaFile:
    """Make the file that an upload names, in this thread; see `MediaMaker.make`."""
    match upload:
        case {"kind": "qr", "content": str(content)}:
            return MediaFile("qr.png", "image/png", _draw_qr_code(content))
        case {"kind": "file", "path": str(path), "mime_type": str(mime_type)}:
            if not _MIME_TYPE.fullmatch(mime_type):
                raise UnusableMediaError("the mime_type is none")
            read = _read_file(path, folder, _MOST_BYTES.get(message_type, 0))
            return MediaFile(PurePosixPath(path).name, mime_type, read)
    raise UnusableMediaError(f"unknown upload of kind {upload.get('kind')!r}")


def _draw_qr_code(content: str) -> bytes:
    try:
        code = segno.make_qr(content, error="m")
    except (segno.DataOverflowError, ValueError) as error:
        raise UnusableMediaError(f"no QR code holds this content: {error}") from error
    image = io.BytesIO()
    code.save(image, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES)
    return image.getvalue()


def _read_file(path: str, folder: Path | None, most_bytes: int) -> bytes:
    # A row of the outbox must not be able to send any file of this machine to anybody.
    if folder is None:
        raise UnusableMediaError("files are not sent: WA_MEDIA_FOLDER is not set")
    try:
        with os.fdopen(_open_inside(folder, PurePosixPath(path)), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise UnusableMediaError("it is no regular file")
            # Not what fstat says: a file may grow meanwhile.
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnusableMediaError(f"the file cannot be read: {reason}") from error
    if len(content) > most_bytes:
        raise UnusableMediaError(f"the file has more than {most_bytes} bytes")
    return content


def _open_inside(folder: Path, path: PurePosixPath) -> int:
    """Open a file beneath the folder, through no symbolic link. Raises OSError."""
    *folders, name = path.parts
    if path.is_absolute() or ".." in path.parts:
        raise UnusableMediaError("the file is outside WA_MEDIA_FOLDER")
    inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for one in folders:
            outer = inside
            inside = os.open(one, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=outer)
            os.close(outer)
        # A FIFO would wait for somebody to write into it.
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    finally:
        os.close(inside)
