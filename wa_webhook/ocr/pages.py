"""The pages of a picture or a PDF, as pictures of a size that can be read."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from wa_webhook.ocr.reading import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PIXELS = 50_000_000
"""Of a picture as it comes: a phone's have a quarter of it."""
LONGEST_SIDE = 2000
"""In pixels, of a page that is read: the engine makes larger ones smaller."""
_PICTURES = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_PDF = b"%PDF-"
_PDF_WITHIN = 1024
_ENCRYPTED = b"/Encrypt"
_POINTS_AN_INCH = 72
_DOTS_AN_INCH = 200


def open_pages(content: bytes, max_pages: int) -> tuple[int, Iterator[Image.Image]]:
    """Return how many pages there are, and the first of them, made one after the other.

    A picture is one page, as its camera says that it is held. Raises UnreadableError, also while
    the pages are made.
    """
    if _PDF in content[:_PDF_WITHIN]:
        return _open_pdf(content, max_pages)
    return 1, iter([_open_picture(content)])


def _open_picture(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow's own bound is beyond ours.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=_PICTURES)
        _check_pixels(picture.width * picture.height)
        # A JPEG is decoded at a half or a quarter of its size where that is enough.
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.load()
    except UnidentifiedImageError:
        raise UnreadableError("it is no picture and no PDF") from None
    except Image.DecompressionBombError:
        raise UnreadableError(_too_many_pixels()) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableError(f"the picture is damaged: {error}") from None
    return _prepare(ImageOps.exif_transpose(picture))


def _open_pdf(content: bytes, max_pages: int) -> tuple[int, Iterator[Image.Image]]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        # PDFium may tell of an earlier document's password.
        if "password" in str(error).lower() and _ENCRYPTED in content:
            raise UnreadableError("the PDF has a password") from None
        raise UnreadableError("the PDF is damaged") from None
    count = len(document)

    def render() -> Iterator[Image.Image]:
        for number in range(min(count, max_pages)):
            try:
                page = document[number]
                longest = max(page.get_size())
                if longest <= 0:
                    raise UnreadableError(f"page {number + 1} of the PDF has no size")
                scale = min(_DOTS_AN_INCH / _POINTS_AN_INCH, LONGEST_SIDE / longest)
                yield _prepare(page.render(scale=scale).to_pil())
            except pypdfium2.PdfiumError:
                raise UnreadableError(f"page {number + 1} of the PDF is damaged") from None

    return count, render()


def _prepare(picture: Image.Image) -> Image.Image:
    # What is transparent is paper.
    is_transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    page = picture.convert("RGBA" if is_transparent else "RGB")
    page.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if is_transparent:
        page = Image.alpha_composite(Image.new("RGBA", page.size, "white"), page).convert("RGB")
    return page


def _check_pixels(pixels: int) -> None:
    if pixels > MAX_PIXELS:
        raise UnreadableError(_too_many_pixels())


def _too_many_pixels() -> str:
    return f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels"
