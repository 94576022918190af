"""Status webhooks move rows forwards, in any order, and settle what nobody reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.payloads import status_update
from tests.queue.conftest import ANA, event_names, status_of

if TYPE_CHECKING:
    from tests.queue.conftest import Queue


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "sent"], "delivered"),
        (["read", "played"], "read"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["failed", "sent"], "failed"),
    ],
)
def test_statuses_move_a_row_forwards_only(
    queue: Queue, arrivals: list[str], expected: str
) -> None:
    queue.add_user()
    notification = queue.send()
    for status in arrivals:
        code = 131026 if status == "failed" else None
        queue.apply_statuses(status_of(notification, status, error_code=code))
    assert queue.status(notification) == expected


def test_statuses_of_one_payload_may_come_in_any_order(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    statuses = [
        status_of(notification, status, timestamp=timestamp)
        for status, timestamp in (
            ("read", 1790000003),
            ("sent", 1790000001),
            ("delivered", 1790000002),
        )
    ]
    report = queue.apply_statuses(*statuses)
    row = queue.row(notification)
    assert (report["statuses"], report["applied"], report["unmatched"]) == (3, 3, 0)
    assert row["status"] == "read"
    assert (row["delivered_at"].timestamp(), row["read_at"].timestamp()) == (1790000002, 1790000003)


def test_a_repeated_status_is_not_applied_again(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(status_of(notification, "delivered"))
    assert queue.apply_statuses(status_of(notification, "delivered"))["applied"] == 0


def test_delivery_wins_over_failure_and_the_error_stays_visible(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(status_of(notification, "delivered"))
    queue.apply_statuses(status_of(notification, "failed", error_code=131026))
    row = queue.row(notification)
    assert (row["status"], row["error_code"]) == ("delivered", 131026)


def test_a_status_without_callback_data_is_matched_by_its_message_id(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(status_update(f"wamid.{notification}", "delivered"))
    assert queue.status(notification) == "delivered"


def test_a_status_may_come_before_the_response_is_recorded(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    report = queue.apply_statuses(status_of(notification, "delivered"))
    assert event_names(report) == ["NOTIFY_SEND_OK"]
    assert queue.status(notification) == "delivered"
    report = queue.accept([claimed])
    assert (report["sent"], report["stale"], event_names(report)) == (1, 0, [])
    row = queue.row(notification)
    assert (row["status"], row["wa_message_id"]) == ("delivered", f"wamid.{notification}")


def test_a_status_settles_a_row_in_doubt_and_lets_the_next_one_go(queue: Queue) -> None:
    queue.add_user()
    first, second = queue.queue(), queue.queue()
    (claimed,) = queue.claim()
    queue.settle(claimed, "unknown")
    assert queue.claim() == []
    queue.apply_statuses(status_of(first, "sent"))
    assert queue.status(first) == "sent"
    assert queue.claimed_ids() == [second]


def test_a_status_settles_a_row_whose_worker_died(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    queue.end_lease(notification)
    queue.apply_statuses(status_of(notification, "sent"))
    assert queue.claim() == []
    assert (queue.status(notification), queue.row(notification)["retry_count"]) == ("sent", 0)


def test_a_failed_status_blocks_a_recipient_like_a_refusal_would(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    report = queue.apply_statuses(status_of(notification, "failed", error_code=131026))
    assert event_names(report) == ["NOTIFY_SEND_FAIL"]
    assert queue.status(notification) == "failed"
    later = queue.queue()
    queue.claim()
    assert queue.status(later) == "failed"


def test_a_failed_status_of_a_passing_error_sends_the_message_again_once(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    for _ in range(2):
        queue.apply_statuses(status_of(notification, "failed", error_code=131000))
    row = queue.row(notification)
    assert (row["status"], row["retry_count"]) == ("queued", 1)
    queue.make_due(notification)
    (claimed,) = queue.claim()
    queue.settle(claimed, "accepted", wa_message_id="wamid.again")
    queue.apply_statuses(status_of(notification, "failed", error_code=131000))
    assert queue.status(notification) == "sent"


def test_a_failed_status_of_the_account_pauses_the_queue(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    report = queue.apply_statuses(status_of(notification, "failed", error_code=131042))
    assert "NOTIFY_QUEUE_PAUSED" in event_names(report)
    assert queue.status(notification) == "queued"


def test_a_failed_status_without_an_error_is_tried_again(queue: Queue) -> None:
    queue.add_user()
    notification = queue.send()
    queue.apply_statuses(status_of(notification, "failed"))
    assert (queue.status(notification), queue.row(notification)["error_code"]) == ("queued", None)


def test_statuses_of_messages_that_are_not_ours_are_counted(queue: Queue) -> None:
    queue.add_user()
    unsent = queue.queue()
    report = queue.apply_statuses(
        status_update("wamid.foreign", "delivered"),
        status_update("wamid.foreign", "failed", callback_data="99999999"),
        status_update("wamid.foreign", "read", callback_data="order-7"),
        status_update("wamid.foreign", "read", callback_data=str(unsent)),
        status_update("wamid.foreign", "read", callback_data="9" * 40),
    )
    assert (report["applied"], report["unmatched"], report["events"]) == (0, 5, [])
    assert queue.status(unsent) == "queued"


def test_callback_data_counts_only_from_the_number_that_sent(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.execute("update public.notifications set phone_number_id = '1'")
    queue.claim()
    queue.apply_statuses(status_of(notification, "sent", phone_number_id="2"))
    assert queue.status(notification) == "sending"
    queue.apply_statuses(status_of(notification, "sent", phone_number_id="1"))
    assert queue.status(notification) == "sent"


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"id": "wamid.1"},
        {"id": 1, "status": 2, "timestamp": 3, "errors": 4, "biz_opaque_callback_data": 5},
        {"id": "wamid.1", "status": "warped", "timestamp": "soon", "errors": [{"code": "x"}]},
        {"id": "wamid.1", "status": "failed", "errors": []},
        {"status": None, "id": None, "errors": None},
    ],
)
def test_a_strange_status_raises_nothing(queue: Queue, status: dict[str, object]) -> None:
    queue.add_user(ANA)
    queue.send()
    assert queue.apply_statuses(status)["statuses"] == 1
