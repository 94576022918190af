"""Answering with what people sent, of which nothing may run on a page."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

_SHOWN = frozenset(
    {
        *("image/jpeg", "image/png", "image/webp", "image/gif"),
        *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"),
        *("video/mp4", "video/3gpp", "video/webm", "audio/webm"),
    }
)
"""What holds no script. Everything else is downloaded: SVG is a document, and PDF a program."""


def file_response(content: bytes, mime_type: str, filename: str | None = None) -> Response:
    """Return a file that a page shows or offers: `mime_type` is its sender's, and not believed."""
    declared = mime_type.partition(";")[0].strip().lower()
    is_shown = declared in _SHOWN
    how = "inline" if is_shown else "attachment"
    name = f"; filename*=UTF-8''{quote(filename, safe='')}" if filename else ""
    return Response(
        content,
        media_type=declared if is_shown else "application/octet-stream",
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": how + name,
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
