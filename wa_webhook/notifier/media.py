"""Files that a message needs at Meta before it can be sent."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno

_PIXELS_PER_MODULE = 12
_QUIET_MODULES = 4


class UnusableMediaError(Exception):
    """The file named in an upload cannot be made or read."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file ready to be uploaded."""

    name: str
    mime_type: str
    content: bytes


def make_media_file(upload: dict[str, Any], folder: Path | None) -> MediaFile:
    """Make the file that an upload names.

    `{"kind": "qr", "content"}` is drawn as a PNG, `{"kind": "file", "path", "mime_type"}` is read
    from inside `folder`. Raises UnusableMediaError.
    """
    match upload:
        case {"kind": "qr", "content": str(content)}:
            return MediaFile("qr.png", "image/png", _draw_qr_code(content))
        case {"kind": "file", "path": str(path), "mime_type": str(mime_type)}:
            return MediaFile(Path(path).name, mime_type, _read_file(path, folder))
    raise UnusableMediaError(f"unknown upload of kind {upload.get('kind')!r}")


def _draw_qr_code(content: str) -> bytes:
    try:
        code = segno.make_qr(content, error="m")
    except (segno.DataOverflowError, ValueError) as error:
        raise UnusableMediaError(f"no QR code holds this content: {error}") from error
    image = io.BytesIO()
    code.save(image, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES)
    return image.getvalue()


def _read_file(path: str, folder: Path | None) -> bytes:
    # A row of the outbox must not be able to send any file of this machine to anybody.
    if folder is None:
        raise UnusableMediaError("files are not sent: WA_MEDIA_FOLDER is not set")
    file = (folder / path).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise UnusableMediaError("the file is outside WA_MEDIA_FOLDER")
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnusableMediaError(f"the file cannot be read: {error.strerror}") from error
