"""What bytes are, whatever their sender says."""

from __future__ import annotations

import puremagic

UNKNOWN = "application/octet-stream"

_CONTAINERS = {
    "audio": ("application/ogg", "video/mp4", "video/3gpp"),
    "voice": ("application/ogg", "video/mp4", "video/3gpp"),
    "video": ("application/ogg",),
}
"""Types of files that hold sounds as well as pictures."""
_FAMILIES = {
    "image": "image/",
    "sticker": "image/webp",
    "audio": "audio/",
    "voice": "audio/",
    "video": "video/",
}
_TOLD_BY_CONTENT = ("image/", "application/pdf")
_WITHOUT_TYPE = {".amr": "audio/amr"}


def find_mime_type(content: bytes, declared: str | None) -> str:
    """Return the MIME type of the content; the declared one where it is among what it can be.

    Text and what nobody knows is `application/octet-stream`.
    """
    wanted = (declared or "").partition(";")[0].strip().lower()
    found = _candidates(content)
    if wanted in found:
        return wanted
    return found[0] if found else UNKNOWN


def is_of_kind(kind: str, declared: str | None, mime_type: str) -> bool:
    """Say whether content of this type can be what its sender calls it.

    `kind` is that of the message: image, sticker, audio, voice, video, document. A document may be
    anything, but a PDF or a picture that is another thing than it says.
    """
    if family := _FAMILIES.get(kind):
        return mime_type.startswith(family) or mime_type in _CONTAINERS.get(kind, ())
    wanted = (declared or "").partition(";")[0].strip().lower()
    return not wanted.startswith(_TOLD_BY_CONTENT) or wanted == mime_type


def _candidates(content: bytes) -> list[str]:
    try:
        matches = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return []
    types = (one.mime_type or _WITHOUT_TYPE.get(one.extension, "") for one in matches)
    return list(dict.fromkeys(one for one in types if one and one != UNKNOWN))
