"""A claimed row belongs to one worker while its lease lasts; what nobody reports is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.fixtures.citus import limits_there
from tests.queue.conftest import event_names, result_of

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue


def test_an_accepted_message_is_sent_with_its_message_id(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    report = queue.accept(queue.claim())
    row = queue.row(notification)
    assert (row["status"], row["wa_message_id"]) == ("sent", f"wamid.{notification}")
    assert row["sent_at"] is not None
    assert row["locked_until"] is None
    assert (report["sent"], event_names(report)) == (1, ["NOTIFY_SEND_OK"])


def test_a_wrong_token_settles_nothing(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    report = queue.settle(claimed, "accepted", lock_token=str(uuid4()))
    assert (report["sent"], report["stale"]) == (0, 1)
    assert queue.status(notification) == "sending"


def test_what_was_claimed_anew_before_it_was_settled_is_named_if_it_was_accepted(
    queue: Queue,
) -> None:
    queue.set("in_doubt_seconds", 0)
    for number in range(3):
        queue.add_user(f"+3460000000{number}")
        queue.queue(f"+3460000000{number}")
    accepted, rejected, own = queue.claim()
    queue.end_lease(accepted["id"])
    queue.end_lease(rejected["id"])
    assert len(queue.claim()) == 2
    report = queue.settle_many(
        [
            result_of(accepted, "accepted"),
            result_of(rejected, "rejected", http_status=400, error_code=100),
            result_of(own, "accepted"),
        ]
    )
    assert (report["sent"], report["stale"], report["lost"]) == (1, 2, [accepted["id"]])


def test_an_expired_lease_counts_as_an_attempt_and_leaves_the_row_in_doubt(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    queue.end_lease(notification)
    assert queue.claim() == []
    row = queue.row(notification)
    assert (row["status"], row["retry_count"]) == ("queued", 1)
    assert row["in_doubt_since"] is not None


def test_a_row_in_doubt_is_tried_again_after_its_time(queue: Queue) -> None:
    queue.set("in_doubt_seconds", 0)
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    queue.end_lease(notification)
    (claimed,) = queue.claim()
    assert (claimed["id"], claimed["retry_count"]) == (notification, 1)


def test_a_row_waits_for_a_status_as_long_as_the_setting_says(queue: Queue) -> None:
    queue.set("in_doubt_seconds", 1000)
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    assert queue.settle(claimed, "unknown")["in_doubt"] == 1
    row = queue.row(notification)
    assert 1000 <= (row["next_attempt_at"] - row["in_doubt_since"]).total_seconds() <= 1250


AWAY = {
    "a standby was promoted, or the server restarted": "server_started_at = '2026-01-01'",
    "nothing was claimed for two minutes": "seen_at = now() - interval '2 minutes'",
    "the clock was set back": "seen_at = now() + interval '1 hour'",
}


@pytest.mark.parametrize("change", AWAY.values(), ids=AWAY)
def test_a_row_in_doubt_waits_anew_when_no_status_could_come_in(queue: Queue, change: str) -> None:
    notification = leave_in_doubt(queue)
    queue.owner.execute(f"update wa.server_presence set {change}".encode())
    assert queue.claim() == []
    row = queue.row(notification)
    assert row["in_doubt_since"] is not None
    waits = queue.value("select extract(epoch from %s - now())::integer", row["next_attempt_at"])
    assert 170 <= waits <= 180


def test_a_row_in_doubt_waits_no_longer_while_statuses_can_come_in(queue: Queue) -> None:
    notification = leave_in_doubt(queue)
    queue.execute("update wa.server_presence set seen_at = now() - interval '50 seconds'")
    assert queue.claimed_ids() == [notification]


def test_claims_that_go_on_keep_the_server_present(queue: Queue) -> None:
    leave_in_doubt(queue)
    queue.execute("update wa.server_presence set seen_at = now() - interval '50 seconds'")
    queue.claim()
    assert queue.value("select seen_at > now() - interval '40 seconds' from wa.server_presence")


@limits_there
def test_claims_at_the_same_moment_wait_for_whoever_notes_that_the_server_is_back(
    queue: Queue, connect: Connect
) -> None:
    leave_in_doubt(queue)
    queue.execute("update wa.server_presence set server_started_at = '2026-01-01'")
    first = connect("wa_notifier_role", autocommit=False)
    claim = "select * from public.wa_notifications_claim('worker-2', 10, '1 minute')"
    assert first.execute(claim).fetchall() == []
    queue.worker.execute("set lock_timeout = '1ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        queue.claim()
    first.commit()
    assert queue.claim() == []


def leave_in_doubt(queue: Queue) -> int:
    """Leave a message in doubt that has waited for long, on a server that is there for a day."""
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    queue.settle(claimed, "unknown")
    queue.make_due(notification)
    queue.execute("update wa.server_presence set present_since = now() - interval '1 day'")
    return notification


def test_a_late_worker_cannot_settle_a_row_that_another_one_owns(queue: Queue) -> None:
    queue.set("in_doubt_seconds", 0)
    queue.add_user()
    notification = queue.queue()
    (late,) = queue.claim()
    queue.end_lease(notification)
    (current,) = queue.claim()
    assert queue.reject(late, 100)["stale"] == 1
    assert queue.settle(late, "accepted", wa_message_id="wamid.late")["stale"] == 1
    assert queue.accept([current])["sent"] == 1


def test_a_late_worker_settles_a_row_in_doubt_that_nobody_else_has_claimed(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (late,) = queue.claim()
    queue.end_lease(notification)
    queue.claim()
    assert queue.accept([late])["sent"] == 1
    row = queue.row(notification)
    assert (row["status"], row["in_doubt_since"]) == ("sent", None)


def test_a_result_reported_twice_changes_nothing_the_second_time(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    queue.accept([claimed])
    queue.apply_statuses(queue.status_of(notification, "read"))
    before = queue.row(notification)
    queue.accept([claimed])
    queue.reject(claimed, 100)
    assert queue.row(notification) == before


def test_one_call_settles_a_whole_batch_whatever_became_of_each(queue: Queue) -> None:
    for number in range(6):
        queue.add_user(f"+3460000000{number}")
        queue.queue(f"+3460000000{number}")
    rows = queue.claim()
    report = queue.settle_many(
        [
            result_of(rows[0], "accepted"),
            result_of(rows[1], "rejected", http_status=500, error_code=131000),
            result_of(rows[2], "rejected", http_status=400, error_code=131056),
            result_of(rows[3], "rejected", http_status=400, error_code=100),
            result_of(rows[4], "unknown"),
            result_of(rows[5], "accepted", lock_token=str(uuid4())),
        ]
    )
    report.pop("events")
    assert report == {
        "sent": 1,
        "retried": 1,
        "waiting": 1,
        "failed": 1,
        "in_doubt": 1,
        "stale": 1,
        "lost": [rows[5]["id"]],
        "paused": False,
    }


def test_what_was_accepted_is_told_in_the_order_of_the_queue(queue: Queue) -> None:
    for number in range(3):
        queue.add_user(f"+3460000000{number}")
        queue.queue(f"+3460000000{number}")
    report = queue.accept(sorted(queue.claim(), key=lambda row: row["id"], reverse=True))
    assert [event["id"] for event in report["events"]] == [1, 2, 3]


def test_events_show_no_whole_recipient(queue: Queue) -> None:
    queue.add_user("+34600111222")
    queue.queue("+34600111222")
    queue.queue("+34600111222")
    (claimed,) = queue.claim()
    accepted = queue.accept([claimed])
    (claimed,) = queue.claim()
    rejected = queue.reject(claimed, 131026)
    assert [event["recipient"] for event in accepted["events"] + rejected["events"]] == [
        "+346***22",
        "+346***22",
    ]
    assert "600111222" not in str(accepted) + str(rejected)


def test_a_row_that_is_lost_again_and_again_fails_in_the_end(queue: Queue) -> None:
    queue.set("in_doubt_seconds", 0)
    queue.execute("update wa.send_error_classes set max_retries = 2 where code = 'in_doubt'")
    queue.add_user()
    notification = queue.queue()
    for _ in range(3):
        assert len(queue.claim()) == 1
        queue.end_lease(notification)
    assert queue.claim() == []
    assert queue.status(notification) == "failed"
