"""Documents are read in a process of their own."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest

from bench.ocr.documents import Photograph, Text, draw_pdf, photograph
from wa_webhook.ocr import reader as readers
from wa_webhook.ocr.reader import Reader, ReaderLostError
from wa_webhook.ocr.reading import UnreadableError

pytestmark = pytest.mark.any_server

CARD = [
    Text(30, 40, 18, "VEHICLE CARD"),
    Text(30, 90, 12, "Plate: RAD 123 B"),
    Text(30, 120, 12, "Valid until"),
    Text(220, 120, 12, "31 July 2027"),
]


async def process_that(monkeypatch: pytest.MonkeyPatch, does: str) -> asyncio.subprocess.Process:
    """Let the next reader be a process that does something else."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", does, stdin=PIPE, stdout=PIPE
    )

    async def start() -> asyncio.subprocess.Process:
        return process

    monkeypatch.setattr(readers, "_start", start)
    return process


async def test_what_is_read_has_words_places_and_how_far_it_is_turned() -> None:
    reader = Reader(max_pages=1)
    try:
        with pytest.raises(UnreadableError, match="no picture and no PDF"):
            await reader.read(b"hello")
        card = draw_pdf([CARD, CARD])
        of_pdf = await reader.read(card)
        of_photograph = await reader.read(
            photograph(card, Photograph(turned=90, askew=2, blur=1, noise=30))
        )
    finally:
        await reader.close()

    assert of_pdf["page_count"] == 2
    for found, turned in ((of_pdf, 0), (of_photograph, 90)):
        (page,) = found["pages"]
        assert (page["page"], page["turned"]) == (1, turned)
        assert [line["text"] for line in page["lines"]] == [one.words for one in CARD]
        label, value = page["lines"][2:]
        assert value["box"][0] > 0.4 > label["box"][0]
        assert abs(value["box"][1] - label["box"][1]) < 0.05
        assert 0.8 < value["confidence"] <= 1


async def test_a_reader_that_dies_is_told_and_has_no_successor_that_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await process_that(monkeypatch, "import os; os.abort()")
    reader = Reader(max_pages=1)
    with pytest.raises(ReaderLostError, match="ended by signal 6"):
        await reader.read(b"x" * 200_000)

    await process_that(monkeypatch, 'print(\'{"unreadable": "so"}\')')
    with pytest.raises(UnreadableError, match="so"):
        await reader.read(b"x")
    await reader.close()


async def test_what_goes_wrong_in_a_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    await process_that(monkeypatch, 'print(\'{"failed": "ImportError: libX"}\')')
    reader = Reader(max_pages=1)
    with pytest.raises(ReaderLostError, match="ImportError: libX"):
        await reader.read(b"x")
    await reader.close()


async def test_a_reading_that_is_given_up_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    process = await process_that(monkeypatch, "import time; time.sleep(600)")
    reading = asyncio.create_task(Reader(max_pages=1).read(b"x"))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert process.returncode == -9
