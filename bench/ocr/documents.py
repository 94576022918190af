"""Documents that nobody has: drawn as a PDF, photographed badly."""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
from PIL import Image, ImageEnhance, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 420, 298
"""Of a page, in points: A6, as a card or a certificate's upper half."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line on a page: where it begins from the upper left corner, and its size, in points."""

    left: float
    base: float
    size: float
    words: str


@dataclass(frozen=True, slots=True)
class Photograph:
    """How a page is photographed.

    Turned clockwise by `turned` degrees and askew by `askew` more, `blur` in pixels, `noise` from 0
    to 255, `contrast` and `size` as parts of the whole; `quality` is a JPEG's.
    """

    turned: int = 0
    askew: float = 0
    blur: float = 0
    noise: int = 0
    contrast: float = 1
    size: float = 1
    quality: int = 85


def draw_pdf(pages: Iterable[Sequence[Text]], font: str = "Helvetica") -> bytes:
    """Return a PDF in one of the fonts that every reader of PDFs has; its letters are Latin 1."""
    bodies = [
        "\n".join(
            f"BT /F {one.size} Tf {one.left} {HEIGHT - one.base} Td ({_escape(one.words)}) Tj ET"
            for one in page
        ).encode("cp1252")
        for page in pages
    ]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(bodies)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(bodies)} >>".encode(),
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>".encode(),
    ]
    for number, body in enumerate(bodies):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents"
            f" {5 + 2 * number} 0 R /Resources << /Font << /F 3 0 R >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
        ]
    document = BytesIO(b"%PDF-1.4\n")
    document.seek(0, 2)
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(document.tell())
        document.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    table = document.tell()
    document.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    document.writelines(b"%010d 00000 n \n" % place for place in places)
    document.write(
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table)
    )
    return document.getvalue()


def photograph(pdf: bytes, how: Photograph = Photograph(), seed: int = 1) -> bytes:
    """Return a JPEG of the first page: 1,260 pixels wide where it is taken whole."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=3 * how.size).to_pil().convert("RGB")
    if how.askew:
        page = page.rotate(-how.askew, Image.Resampling.BICUBIC, expand=True, fillcolor="#d8d4cc")
    if how.blur:
        page = page.filter(ImageFilter.GaussianBlur(how.blur))
    page = ImageEnhance.Contrast(page).enhance(how.contrast)
    if how.noise:
        grain = random.Random(seed).randbytes(page.width * page.height)  # noqa: S311
        speckles = Image.frombytes("L", page.size, grain).convert("RGB")
        page = Image.blend(page, speckles, how.noise / 255)
    page = page.rotate(-how.turned, expand=True)
    jpeg = BytesIO()
    page.save(jpeg, "JPEG", quality=how.quality)
    return jpeg.getvalue()


def _escape(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
