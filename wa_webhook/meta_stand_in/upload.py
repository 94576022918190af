"""Reading a media upload, and Meta's limits for it."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING

from wa_webhook.meta_stand_in.errors import GraphError

if TYPE_CHECKING:
    from email.message import MIMEPart

_MEGABYTE = 1024 * 1024
_LARGEST = {
    "image/jpeg": 5 * _MEGABYTE,
    "image/png": 5 * _MEGABYTE,
    "image/webp": _MEGABYTE // 2,
    "audio/aac": 16 * _MEGABYTE,
    "audio/amr": 16 * _MEGABYTE,
    "audio/mpeg": 16 * _MEGABYTE,
    "audio/mp4": 16 * _MEGABYTE,
    "audio/ogg": 16 * _MEGABYTE,
    "video/mp4": 16 * _MEGABYTE,
    "video/3gpp": 16 * _MEGABYTE,
}
_LARGEST_DOCUMENT = 100 * _MEGABYTE
_DOCUMENT_PREFIXES = ("application/", "text/plain")
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def read_upload(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Return type and content of the uploaded file; raise GraphError if Meta would refuse it."""
    fields = _multipart_fields(content_type, body)
    if _content(fields.get("messaging_product")) != b"whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    file = fields.get("file")
    if file is None:
        raise GraphError(100, "The parameter file is required.")
    mime_type, content = file.get_content_type(), _content(file)
    largest = _LARGEST.get(mime_type)
    if largest is None and mime_type.startswith(_DOCUMENT_PREFIXES):
        largest = _LARGEST_DOCUMENT
    if largest is None:
        raise GraphError(100, f"Param file must be a file of a supported type, not {mime_type}")
    if not content or len(content) > largest:
        raise GraphError(100, f"A file of type {mime_type} has 1 to {largest} bytes")
    if not content.startswith(_SIGNATURES.get(mime_type, b"")):
        raise GraphError(131053, f"The file is no {mime_type}")
    return mime_type, content


def _multipart_fields(content_type: str, body: bytes) -> dict[str, MIMEPart]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = message_from_bytes(head + body, policy=HTTP)
    if not form.is_multipart():
        raise GraphError(100, "A multipart/form-data body is required.")
    return {
        str(part.get_param("name", header="content-disposition")): part
        for part in form.iter_parts()
    }


def _content(part: MIMEPart | None) -> bytes:
    content = None if part is None else part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
