"""A picture or a PDF becomes pages, and what is neither is told as what it is."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bench.ocr.documents import Text, draw_pdf
from wa_webhook.ocr.pages import LONGEST_SIDE, open_pages
from wa_webhook.ocr.reading import UnreadableError

pytestmark = pytest.mark.any_server

PDF = draw_pdf([[Text(30, 40, 12, f"page {number}")] for number in (1, 2, 3)])


def as_file(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that would be decoded to so many pixels."""
    header = b"IHDR" + struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack("!I", 13) + header + struct.pack("!I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no picture and no PDF"),
        (b"PK\x03\x04 a letter of a word processor", "it is no picture and no PDF"),
        (as_file(Image.effect_noise((90, 90), 9), "PNG")[:-2000], "the picture is damaged"),
        (png_that_says(8000, 8000), "the picture has more than 50 million pixels"),
        (png_that_says(60_000, 60_000), "the picture has more than 50 million pixels"),
        (PDF[:200], "the PDF is damaged"),
        (
            PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 9 0 R /ID [<00> <00>]").replace(
                b"9 0 obj\n",
                b"9 0 obj\n<< /Filter /Standard /V 1 /R 2 /P -4 /O <"
                + b"00" * 32
                + b"> /U <"
                + b"00" * 32
                + b"> >>\nendobj\n10 0 obj\n",
            ),
            "the PDF has a password",
        ),
        (draw_pdf([]), "the PDF is damaged"),
    ],
)
def test_what_is_no_document_is_told_as_what_it_is(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        list(open_pages(content, 5)[1])


def test_no_more_pages_are_made_than_asked_for_and_all_are_counted() -> None:
    count, pages = open_pages(PDF, 2)
    assert (count, [max(page.size) <= LONGEST_SIDE for page in pages]) == (3, [True, True])


def test_a_picture_is_as_its_camera_was_held_no_larger_than_is_read_and_on_white_paper() -> None:
    held = Image.Exif()
    held[0x0112] = 6
    _, (page,) = open_pages(as_file(Image.new("RGB", (3000, 900)), "JPEG", exif=held), 1)
    assert page.size == (600, 2000)

    _, (page,) = open_pages(as_file(Image.new("RGBA", (40, 40)), "PNG"), 1)
    assert page.getpixel((0, 0)) == (255, 255, 255)
