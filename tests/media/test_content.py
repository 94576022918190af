"""Bytes are what they are, whatever their sender says."""

from __future__ import annotations

import io
import zipfile

import pytest

from wa_webhook.media.content import find_mime_type, is_of_kind


def word_document() -> bytes:
    """Return what every Word document begins with."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("word/document.xml", "<document/>")
    return content.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "declared", "mime_type", "kind"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(90), "image/jpeg", "image/jpeg", "image"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(50), "image/webp", "image/webp", "sticker"),
        (
            b"OggS\0\2" + bytes(22) + b"OpusHead",
            "audio/ogg; codecs=opus",
            "audio/ogg",
            "voice",
        ),
        (b"\0\0\0\x18ftypM4A \0\0\0\0mp42isom", "audio/mp4", "audio/mp4", "audio"),
        (b"#!AMR\n" + bytes(50), "audio/amr", "audio/amr", "audio"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4", "video/mp4", "video"),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0mp42isom", "video/3gpp", "video/3gpp", "video"),
        (b"%PDF-1.7\n" + bytes(90), "application/pdf", "application/pdf", "document"),
        (word_document(), WORD, WORD, "document"),
        (b"a,b\n1,2\n", "text/csv", "application/octet-stream", "document"),
    ],
)
def test_what_whatsapp_carries_is_known_by_its_content(
    content: bytes, declared: str, mime_type: str, kind: str
) -> None:
    assert find_mime_type(content, declared) == mime_type
    assert is_of_kind(kind, declared, mime_type)


@pytest.mark.parametrize(
    ("content", "declared", "kind"),
    [
        (b"<!DOCTYPE html><html><script>", "image/png", "image"),
        (b"MZ\x90\0" + bytes(200), "video/mp4", "video"),
        (b"%PDF-1.7\n", "audio/ogg", "voice"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "image/webp", "sticker"),
        (b"just text", "application/pdf", "document"),
        (b"", "image/png", "image"),
    ],
)
def test_what_says_it_is_something_else_is_not_of_its_kind(
    content: bytes, declared: str, kind: str
) -> None:
    assert not is_of_kind(kind, declared, find_mime_type(content, declared))
