"""Words that are read right, page by page, by RapidOCR and by Debian's Tesseract."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from bench.ocr.documents import Photograph, Text, draw_pdf, photograph
from bench.report import Section, Table
from bench.run import MissingPeerError
from wa_webhook.ocr.reader import is_installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.run import Run

_CERTIFICATE = (
    "ATTESTATION D'ASSURANCE AUTOMOBILE",
    "Numéro de police : RW-482913",
    "Assurée|Uwase Aline Béatrice",
    "Valable du|1er août 2026",
    "Valable jusqu'au|31 juillet 2027",
    "Véhicule|Toyota RAV4, année 2019",
    "Plaque|RAD 123 B",
    "Châssis|WVWZZZ1JZ3W386902",
    "Prime réglée|45 000,50 RWF",
)
_CARD = (
    "CERTIFICATE OF MOTOR INSURANCE",
    "Policy number: KE-730158",
    "Holder|James Mwangi Otieno",
    "Valid from|1 September 2026",
    "Valid until|31 August 2027",
    "Vehicle|Nissan X-Trail, built 2017",
    "Plate|KDA 482 X",
    "Chassis|JN1TBNT32A0123456",
    "Premium paid|18,250.00 KES",
)
PAGES = {"French": (_CERTIFICATE, "Times-Roman"), "English": (_CARD, "Helvetica")}
PHOTOGRAPHS = {
    "scanned": Photograph(),
    "turned by 90": Photograph(turned=90),
    "upside down": Photograph(turned=180),
    "askew by 4": Photograph(askew=4),
    "blurred": Photograph(blur=2),
    "with noise": Photograph(noise=70, contrast=0.6),
    "half as large": Photograph(size=0.5),
    "all of it": Photograph(
        turned=270, askew=3, blur=1.2, noise=40, contrast=0.7, size=0.8, quality=60
    ),
}


def draw(lines: tuple[str, ...], font: str) -> bytes:
    """Return a page with these lines, each a text or a label and its value."""
    texts = []
    for number, line in enumerate(lines):
        for place, words in enumerate(line.split("|")):
            size = 16 if number == 0 else 11
            texts.append(Text(30 + 150 * place, 40 + 27 * number, size, words))
    return draw_pdf([texts], font)


def words_of(text: str) -> Counter[str]:
    """Return the words of a text, as often as each is there."""
    return Counter(text.replace("|", " ").split())


def plain(words: Counter[str]) -> Counter[str]:
    """Return words without their accents."""
    found: Counter[str] = Counter()
    for word, count in words.items():
        bare = unicodedata.normalize("NFD", word)
        found["".join(one for one in bare if not unicodedata.combining(one))] += count
    return found


def read_with_rapidocr() -> Callable[[bytes], str]:
    """Return a function that reads a picture as a worker's reader does."""
    if not is_installed():
        raise MissingPeerError("the extra wa-webhook[ocr] is not installed: make test does")
    from wa_webhook.ocr.engine import Engine
    from wa_webhook.ocr.pages import open_pages

    engine = Engine()

    def read(picture: bytes) -> str:
        _, pages = open_pages(picture, 1)
        return " ".join(line.text for page in pages for line in engine.read(page)[1])

    return read


def read_with_tesseract(picture: bytes) -> str:
    """Read a picture in one thread, with both languages and the page's turn to be found."""
    command = ["tesseract", "-", "-", "--psm", "1", "-l", "fra+eng"]
    environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
    return subprocess.run(  # noqa: S603
        command, input=picture, capture_output=True, env=environment, check=False
    ).stdout.decode()


def spent_seconds() -> float:
    """Return the time of processors that we and what we started took."""
    return sum(os.times()[:4])


def measure(run: Run) -> Section:
    """Let each engine read every photograph of every page."""
    engines: dict[str, Callable[[bytes], str]] = {"RapidOCR": read_with_rapidocr()}
    notes = []
    if shutil.which("tesseract"):
        engines["Tesseract"] = read_with_tesseract
    else:
        notes.append("Tesseract is absent: apt-get install tesseract-ocr tesseract-ocr-fra.")
    header = [f"{name}, {language}" for name in engines for language in PAGES]
    table = Table(("words read right, of those on the page", *header))
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    total: dict[str, Counter[str]] = {name: Counter() for name in engines}
    for condition, how in PHOTOGRAPHS.items():
        cells = []
        for name, read in engines.items():
            for language, (lines, font) in PAGES.items():
                run.say(f"{name}: {language}, {condition}")
                picture = photograph(draw(lines, font), how)
                began = spent_seconds()
                found = words_of(read(picture))
                seconds[name].append(spent_seconds() - began)
                wanted = words_of(" ".join(lines))
                right = (wanted & found).total()
                total[name] += Counter(
                    right=right, words=wanted.total(), plain=(plain(wanted) & plain(found)).total()
                )
                cells.append(f"{right} of {wanted.total()}")
        table.add(condition, *cells)
    sums = Table(("", *engines))
    for title, of in (("all words", "right"), ("all words, accents aside", "plain")):
        sums.add(title, *(f"{total[name][of] / total[name]['words']:.1%}" for name in engines))
    sums.add(
        "seconds a page (median)", *(f"{statistics.median(seconds[one]):.1f}" for one in engines)
    )
    return Section(
        "ocr",
        "Reading documents",
        "Two pages are drawn as PDFs, photographed in eight ways, and read. A word is right when"
        " each of its letters is. Tesseract is told that it may be French or English.",
        tables=[table, sums],
        notes=notes,
    )
