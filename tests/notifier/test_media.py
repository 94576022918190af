"""What a message may take from the media folder: regular files, within Meta's limits."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.notifier.conftest import ANA, until
from wa_webhook.notifier import media
from wa_webhook.notifier.media import MediaMaker, UnusableMediaError, make_media_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notifier.conftest import Outbox


def make(folder: Path, path: str, message_type: str = "document", **fields: Any) -> media.MediaFile:
    upload = {"kind": "file", "path": path, "mime_type": "application/pdf"} | fields
    return make_media_file(upload, message_type, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A media folder with a file in it, beside a file that is nobody's business."""
    (tmp_path / "secret.pdf").write_bytes(b"secret")
    inside = tmp_path / "media"
    (inside / "terms").mkdir(parents=True)
    (inside / "terms" / "en.pdf").write_bytes(b"%PDF-1.7")
    return inside


def test_a_file_in_a_folder_of_the_media_folder_is_read(folder: Path) -> None:
    file = make(folder, "terms/en.pdf")
    assert (file.name, file.content) == ("en.pdf", b"%PDF-1.7")


def test_the_media_folder_itself_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert make(tmp_path / "link", "terms/en.pdf").content == b"%PDF-1.7"


@pytest.mark.parametrize("path", ["../secret.pdf", "terms/../../secret.pdf", "/etc/hostname"])
def test_a_path_that_leaves_the_folder_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(UnusableMediaError, match="outside"):
        make(folder, path)


def test_a_link_is_followed_nowhere(folder: Path, tmp_path: Path) -> None:
    (folder / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (folder / "out").symlink_to(tmp_path)
    for path in ("link.pdf", "out/secret.pdf"):
        with pytest.raises(UnusableMediaError, match="cannot be read"):
            make(folder, path)


def test_what_is_no_regular_file_is_refused_at_once(folder: Path) -> None:
    os.mkfifo(folder / "fifo.pdf")
    for path in ("fifo.pdf", "terms", "", "nothing.pdf", "a\0b"):
        with pytest.raises(UnusableMediaError):
            make(folder, path)


@pytest.mark.parametrize(
    ("message_type", "most_bytes"),
    [("sticker", 500 * 1024), ("image", 5 * 1024**2), ("audio", 16 * 1024**2)],
)
def test_no_more_is_read_than_meta_takes(folder: Path, message_type: str, most_bytes: int) -> None:
    file = folder / "large"
    file.write_bytes(b"")
    os.truncate(file, most_bytes)
    assert len(make(folder, "large", message_type).content) == most_bytes
    os.truncate(file, most_bytes + 1)
    with pytest.raises(UnusableMediaError, match="more than"):
        make(folder, "large", message_type)


@pytest.mark.parametrize(
    "mime_type", ["application/pdf\r\nX-Injected: 1", "pdf", "a/b/c", "", "a/b\n", "é/b", "a /b"]
)
def test_a_mime_type_that_is_none_is_refused(folder: Path, mime_type: str) -> None:
    with pytest.raises(UnusableMediaError, match="mime_type"):
        make(folder, "terms/en.pdf", mime_type=mime_type)


def test_a_mime_type_may_name_its_codec(folder: Path) -> None:
    mime_type = "audio/ogg; codecs=opus"
    assert make(folder, "terms/en.pdf", mime_type=mime_type).mime_type == mime_type


async def test_a_disk_that_is_away_holds_up_neither_other_messages_nor_the_end(
    outbox: Outbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, away = threading.Event(), threading.Event()

    def read_for_ever(*_: object) -> bytes:
        begun.set()
        away.wait()
        raise OSError

    monkeypatch.setattr(media, "_read_file", read_for_ever)
    document = {"file": "terms/en.pdf", "mime_type": "application/pdf"}
    first = outbox.queue_payload(outbox.add_user(ANA), {"type": "document", "document": document})
    other = outbox.queue(outbox.add_user("+33612345678"))
    async with outbox.run_notifier(wa_media_folder=folder, wa_notify_drain_seconds=0):
        await until(begun.is_set)
        await until(lambda: outbox.status(other) == "delivered")
    assert outbox.row(first)["retry_count"] == 1
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "media")
    away.set()


async def test_no_more_threads_wait_for_a_disk_than_messages_may_be_under_way(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = threading.Event()
    monkeypatch.setattr(media, "_read_file", lambda *_: away.wait())
    maker = MediaMaker(folder, most_at_once=2)
    upload = {"kind": "file", "path": "terms/en.pdf", "mime_type": "application/pdf"}
    hanging = [asyncio.create_task(maker.make(upload, "document")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(UnusableMediaError, match="does not answer"):
        await maker.make(upload, "document")
    away.set()
    await asyncio.gather(*hanging)
