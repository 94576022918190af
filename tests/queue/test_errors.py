"""What becomes of a message that Meta refuses: a row of wa.send_error_classes decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.queue.conftest import ANA, BRUNO, TEMPLATE, event_names, text

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

SECONDS_UNTIL_NEXT = """
select extract(epoch from next_attempt_at - clock_timestamp())::float8
from public.notifications where id = %s"""


def test_a_passing_error_is_tried_again_later_each_time(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    delays = []
    for _ in range(3):
        queue.make_due(notification)
        (claimed,) = queue.claim()
        report = queue.reject(claimed, 131000, 500)
        assert (report["retried"], event_names(report)) == (1, ["NOTIFY_SEND_RETRY"])
        delays.append(queue.value(SECONDS_UNTIL_NEXT, notification))
    assert [delay > low for delay, low in zip(delays, (5, 13, 26), strict=True)] == [True] * 3
    assert delays[2] <= 50
    assert queue.row(notification)["retry_count"] == 3


def test_retries_come_to_an_end(queue: Queue) -> None:
    queue.execute("update wa.send_error_classes set max_retries = 1 where code = '131000'")
    queue.add_user()
    notification = queue.queue()
    told = []
    for _ in range(2):
        queue.make_due(notification)
        (claimed,) = queue.claim()
        report = queue.reject(claimed, 131000, 500)
        told += [(event["event"], "next_attempt_at" in event) for event in report["events"]]
    assert told == [("NOTIFY_SEND_RETRY", True), ("NOTIFY_SEND_FAIL", False)]
    row = queue.row(notification)
    assert (row["status"], row["retry_count"], row["error_code"]) == ("failed", 1, 131000)
    assert row["failed_at"] is not None


def test_waiting_uses_up_no_retry_and_honours_retry_after(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    report = queue.settle(
        claimed, "rejected", http_status=400, error_code=131056, retry_after_seconds=120
    )
    assert report["waiting"] == 1
    assert 100 < queue.value(SECONDS_UNTIL_NEXT, notification) <= 150
    assert queue.row(notification)["retry_count"] == 0


@pytest.mark.parametrize("seconds", [99_999_999_999_999, 10**400])
def test_a_retry_after_of_more_than_a_day_is_a_day(queue: Queue, seconds: int) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    report = queue.settle(claimed, "rejected", error_code=131056, retry_after_seconds=seconds)
    assert report["waiting"] == 1
    assert 86_300 < queue.value(SECONDS_UNTIL_NEXT, notification) <= 108_000


def test_a_throttled_number_holds_its_messages_back_and_no_other_numbers(queue: Queue) -> None:
    for phone in (ANA, BRUNO, "+34600000001"):
        user = queue.add_user(phone)
        for number in ("71", "72"):
            queue.open_window(user, number)
        queue.queue(phone)
    queue.execute("update public.notifications set phone_number_id = '71'")
    (claimed,) = queue.claim(batch=1)
    queue.reject(claimed, 130429, 429)
    assert queue.claim() == []
    queue.execute(
        "update public.notifications set phone_number_id = '72' where recipient = %s", BRUNO
    )
    assert [row["request"]["to"] for row in queue.claim()] == [BRUNO]


@pytest.mark.parametrize("code", [100, 131008, 131051, 131061, 132000, 132016])
def test_an_error_of_the_message_fails_it_at_once(queue: Queue, code: int) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    assert queue.reject(claimed, code)["failed"] == 1
    assert (queue.status(notification), queue.row(notification)["error_code"]) == ("failed", code)


def test_a_recipient_who_cannot_be_reached_fails_fast_until_they_write(queue: Queue) -> None:
    user = queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    queue.reject(claimed, 131026)
    later = queue.queue()
    assert queue.claim() == []
    assert (queue.status(later), queue.row(later)["error_code"]) == ("failed", 131026)
    queue.write(user)
    after = queue.queue()
    assert queue.claimed_ids() == [after]


def test_a_message_that_fails_fast_raises_the_alert_of_the_first_failure(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    queue.reject(claimed, 131026)
    queue.queue()
    assert queue.claim() == []
    row = queue.worker.execute("select alert from public.wa_alerts_claim('worker-1')").fetchone()
    assert row is not None
    alert = row["alert"]
    assert (alert["kind"], alert["group_key"], alert["count"]) == (
        "notification_failed",
        "131026",
        2,
    )
    assert alert["detail"]["recipient"] == "+346***22"


def test_a_refused_marketing_template_blocks_only_itself(queue: Queue) -> None:
    queue.add_user()
    queue.queue(ANA, TEMPLATE)
    (claimed,) = queue.claim()
    queue.reject(claimed, 131049)
    same = queue.queue(ANA, TEMPLATE)
    other = queue.queue(ANA, text())
    assert queue.claimed_ids() == [other]
    assert queue.status(same) == "failed"


def test_a_user_who_stopped_marketing_gets_none_even_after_writing(queue: Queue) -> None:
    user = queue.add_user()
    queue.queue(ANA, TEMPLATE)
    (claimed,) = queue.claim()
    queue.reject(claimed, 131050)
    queue.write(user)
    again = queue.queue(ANA, TEMPLATE)
    assert queue.claim() == []
    assert queue.status(again) == "failed"


@pytest.mark.parametrize(
    ("code", "http_status"), [(190, 401), (131031, 403), (210, 403), (None, 401)]
)
def test_an_error_of_the_account_pauses_the_queue_and_burns_nothing(
    queue: Queue, code: int | None, http_status: int
) -> None:
    for user in (ANA, BRUNO):
        queue.add_user(user)
    first, second = queue.queue(ANA), queue.queue(BRUNO)
    (claimed,) = queue.claim(batch=1)
    report = queue.reject(claimed, code, http_status)
    assert report["paused"] is True
    assert "NOTIFY_QUEUE_PAUSED" in event_names(report)
    assert queue.claim() == []
    assert queue.value("select count(*) from wa.alert_overview where kind = 'queue_paused'") == 1
    queue.execute("select public.wa_queue_resume()")
    assert sorted(queue.claimed_ids()) == [first, second]
    assert queue.row(first)["retry_count"] == 0


def test_an_unknown_code_is_tried_again_and_reported(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    assert queue.reject(claimed, 999999, 400)["retried"] == 1
    query = "select group_key from wa.alert_overview where kind = 'unknown_error_code'"
    assert queue.value(query) == "999999"


def test_a_closed_window_reported_by_meta_makes_the_message_wait(queue: Queue) -> None:
    user = queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    assert queue.reject(claimed, 131047)["waiting"] == 1
    assert queue.claim() == []
    queue.write(user)
    assert queue.claimed_ids() == [notification]


def test_a_closed_window_reported_by_meta_turns_the_message_into_its_template(queue: Queue) -> None:
    queue.add_user()
    queue.queue(ANA, text(template=TEMPLATE))
    (claimed,) = queue.claim()
    queue.reject(claimed, 131047)
    (claimed,) = queue.claim()
    assert claimed["request"]["template"]["name"] == "news"


def test_what_never_left_is_tried_again_without_doubt(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim()
    assert queue.settle(claimed, "not_sent", error_message="refused")["retried"] == 1
    assert queue.row(notification)["in_doubt_since"] is None


@pytest.mark.parametrize("http_status", [408, 500, 502, 503, 504])
def test_an_answer_from_something_in_between_leaves_the_message_in_doubt(
    queue: Queue, http_status: int
) -> None:
    queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    assert queue.reject(claimed, None, http_status)["in_doubt"] == 1


def test_changing_a_class_is_an_update_of_a_row(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    operator.execute("update wa.send_error_classes set class = 'message' where code = '131000'")
    queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    assert queue.reject(claimed, 131000, 500)["failed"] == 1


def test_a_permanent_failure_raises_one_alert_for_each_code(queue: Queue) -> None:
    for number in range(3):
        queue.add_user(f"+3460000000{number}")
        queue.queue(f"+3460000000{number}")
    for claimed in queue.claim():
        queue.reject(claimed, 131026)
    alert = queue.owner.execute(
        "select kind, group_key, seen_count, detail from wa.alert_overview"
    ).fetchone()
    assert alert is not None
    assert (alert["kind"], alert["group_key"], alert["seen_count"]) == (
        "notification_failed",
        "131026",
        3,
    )
    assert alert["detail"]["recipient"].startswith("+346***")
