"""Mark-as-read and the typing indicator: queued like the rest, and never in a reply's way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.queue.conftest import text

if TYPE_CHECKING:
    from tests.queue.conftest import Queue


def answer(queue: Queue, user: Any, *replies: dict[str, Any]) -> None:
    queue.open_window(user, "1060")
    queue.answer(user, *replies)


def test_none_is_sent_unless_the_setting_says_so(queue: Queue) -> None:
    answer(queue, queue.add_user(), text())
    assert [row["request"]["type"] for row in queue.claim()] == ["text"]


def test_an_answered_message_is_marked_as_read(queue: Queue) -> None:
    queue.set("read_receipts", "read")
    answer(queue, queue.add_user(), text())
    _, receipt = sorted(queue.claim(), key=lambda row: row["id"])
    assert receipt["request"] == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.in",
    }
    assert receipt["phone_number_id"] == "1060"


def test_typing_is_shown_only_while_no_reply_is_there(queue: Queue) -> None:
    queue.set("read_receipts", "typing")
    user = queue.add_user()
    answer(queue, user)
    (receipt,) = queue.claim()
    assert receipt["request"]["typing_indicator"] == {"type": "text"}
    answer(queue, user, text())
    assert all("typing_indicator" not in row["request"] for row in queue.claim())


def test_replies_go_first(queue: Queue) -> None:
    queue.set("read_receipts", "read")
    answer(queue, queue.add_user(), text())
    assert queue.claim(batch=1)[0]["request"]["type"] == "text"


def test_a_receipt_has_no_place_in_the_users_order(queue: Queue) -> None:
    queue.set("read_receipts", "read")
    user = queue.add_user()
    answer(queue, user, text("1"))
    answer(queue, user, text("2"))
    claimed = queue.claim()
    assert sorted(row["request"].get("type", "receipt") for row in claimed) == [
        "receipt",
        "receipt",
        "text",
    ]
    queue.accept(claimed)
    assert [row["request"]["text"]["body"] for row in queue.claim()] == ["2"]


def test_a_typing_indicator_that_is_late_is_not_sent(queue: Queue) -> None:
    queue.set("read_receipts", "typing")
    answer(queue, queue.add_user())
    queue.execute("update public.notifications set expires_at = now()")
    assert queue.claim() == []


def test_an_accepted_receipt_needs_no_message_id(queue: Queue) -> None:
    queue.set("read_receipts", "read")
    answer(queue, queue.add_user())
    (receipt,) = queue.claim()
    assert queue.settle(receipt, "accepted", wa_message_id=None)["sent"] == 1
    assert queue.status(receipt["id"]) == "sent"


def test_an_accepted_receipt_leaves_the_users_messages_their_place_in_the_line(
    queue: Queue,
) -> None:
    queue.set("read_receipts", "read")
    answer(queue, queue.add_user())
    claimed = queue.claim()
    message = queue.queue()
    due_at = queue.row(message)["next_attempt_at"]
    queue.accept(claimed)
    assert queue.row(message)["next_attempt_at"] == due_at
