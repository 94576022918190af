"""Media that has to be uploaded first, and is then sent by its id for as long as Meta keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.queue.conftest import ANA, BRUNO

if TYPE_CHECKING:
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

QR = {"type": "image", "image": {"qr": "https://wa.me/15550001111?text=JB", "caption": "Scan me"}}
FILE = {
    "type": "document",
    "document": {"file": "terms.pdf", "mime_type": "application/pdf", "filename": "Terms.pdf"},
}


@pytest.fixture(autouse=True)
def _users(queue: Queue) -> None:
    for user in (ANA, BRUNO):
        queue.add_user(user)


def claim_one(queue: Queue, recipient: str, payload: dict[str, Any]) -> DictRow:
    queue.queue(recipient, payload)
    (claimed,) = queue.claim()
    return claimed


def settle_uploaded(queue: Queue, claimed: DictRow, media_id: str) -> None:
    media = {"cache_key": claimed["upload"]["cache_key"], "media_id": media_id}
    queue.settle(claimed, "accepted", media=media)


def test_a_qr_is_uploaded_first(queue: Queue) -> None:
    claimed = claim_one(queue, ANA, QR)
    assert claimed["request"]["image"] == {"caption": "Scan me"}
    upload = claimed["upload"]
    assert (upload["kind"], upload["content"]) == ("qr", "https://wa.me/15550001111?text=JB")
    assert upload["cache_key"]


def test_a_file_is_uploaded_first(queue: Queue) -> None:
    claimed = claim_one(queue, ANA, FILE)
    assert claimed["request"]["document"] == {"filename": "Terms.pdf"}
    upload = claimed["upload"]
    assert (upload["kind"], upload["path"], upload["mime_type"]) == (
        "file",
        "terms.pdf",
        "application/pdf",
    )


def test_an_uploaded_medium_is_sent_by_its_id_the_next_time(queue: Queue) -> None:
    settle_uploaded(queue, claim_one(queue, ANA, QR), "media-1")
    claimed = claim_one(queue, BRUNO, QR)
    assert claimed["upload"] is None
    assert claimed["request"]["image"] == {"caption": "Scan me", "id": "media-1"}


def test_another_content_is_another_medium(queue: Queue) -> None:
    settle_uploaded(queue, claim_one(queue, ANA, QR), "media-1")
    other = {"type": "image", "image": {"qr": "https://wa.me/15550001111?text=OTHER"}}
    assert claim_one(queue, BRUNO, other)["upload"] is not None


def test_a_medium_that_meta_will_soon_forget_is_uploaded_again(queue: Queue) -> None:
    settle_uploaded(queue, claim_one(queue, ANA, QR), "media-1")
    age = queue.value(
        "select extract(epoch from expires_at - clock_timestamp()) from wa.media_cache"
    )
    assert round(age / 86400) == 29
    queue.execute("update wa.media_cache set expires_at = now()")
    assert claim_one(queue, BRUNO, QR)["upload"] is not None


def test_a_medium_that_meta_has_forgotten_is_uploaded_again_for_the_same_message(
    queue: Queue,
) -> None:
    settle_uploaded(queue, claim_one(queue, ANA, QR), "media-1")
    refused = claim_one(queue, BRUNO, QR)
    assert queue.reject(refused, 131053)["retried"] == 1
    queue.make_due(refused["id"])
    (again,) = queue.claim()
    assert again["upload"] is not None


def test_other_media_are_kept_when_meta_has_forgotten_one(queue: Queue) -> None:
    settle_uploaded(queue, claim_one(queue, ANA, QR), "media-1")
    settle_uploaded(queue, claim_one(queue, ANA, FILE), "media-2")
    queue.reject(claim_one(queue, BRUNO, QR), 131053)
    assert claim_one(queue, ANA, FILE)["request"]["document"]["id"] == "media-2"


def test_a_medium_that_meta_refuses_when_it_is_new_fails_the_message(queue: Queue) -> None:
    assert queue.reject(claim_one(queue, ANA, QR), 131053)["failed"] == 1
