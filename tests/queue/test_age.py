"""Until when a message makes sense: what is pointless by its age is not sent, counted and told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import break_step, say, send, values
from tests.queue.conftest import ANA, text
from tests.queue.test_runbook import DRAIN, fail

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

AGE = (
    "update public.notifications set send_at = now() - %s::interval, expires_at = %s where id = %s"
)


def drain(operator: Connection[DictRow]) -> list[dict[str, Any]]:
    """Run the runbook's statement, and return the events that it printed."""
    printed: list[dict[str, Any]] = []
    operator.add_notice_handler(lambda said: printed.append(json.loads(said.message_primary or "")))
    operator.execute(DRAIN.encode())
    return printed


def test_a_drain_leaves_out_what_failed_forty_days_ago_and_says_how_many(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user(silent_for="1 minute")
    old, new = fail(queue), fail(queue)
    queue.execute(AGE, "40 days", None, old)
    (told,) = drain(operator)
    assert (told["event"], told["count"]) == ("NOTIFY_LEFT_OUT", 1)
    assert queue.status(old) == "cancelled"
    assert queue.claimed_ids() == [new]
    alert = queue.value("select kind || seen_count from wa.alert_overview where kind like '%%out'")
    assert alert == "messages_left_out1"


def test_a_drain_that_leaves_nothing_out_says_nothing(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    fail(queue)
    assert drain(operator) == []


def test_each_drain_counts_for_itself(queue: Queue, operator: Connection[DictRow]) -> None:
    queue.add_user()
    with operator.transaction():
        for _ in range(2):
            queue.execute(AGE, "40 days", None, fail(queue))
            assert [told["count"] for told in drain(operator)][-1] == 1


@pytest.mark.parametrize(
    ("age", "days", "status"),
    [
        ("6 days 23 hours", 7, "queued"),
        ("7 days 1 hour", 7, "cancelled"),
        ("7 days 1 hour", 8, "queued"),
    ],
)
def test_how_old_a_message_without_an_end_may_be_is_a_setting(
    queue: Queue, operator: Connection[DictRow], age: str, days: int, status: str
) -> None:
    queue.add_user()
    queue.set("requeue_within_days", days)
    notification = fail(queue)
    queue.execute(AGE, age, None, notification)
    drain(operator)
    assert queue.status(notification) == status


@pytest.mark.parametrize(
    ("expires_at", "status"), [("tomorrow", "queued"), ("yesterday", "cancelled")]
)
def test_the_end_that_a_message_names_counts_and_not_its_age(
    queue: Queue, operator: Connection[DictRow], expires_at: str, status: str
) -> None:
    queue.add_user()
    notification = fail(queue)
    queue.execute(AGE, "40 days", expires_at, notification)
    drain(operator)
    assert queue.status(notification) == status


def test_a_reply_that_waited_for_its_user_longer_than_a_day_is_not_sent_when_they_write(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    say(edge, "hello", sender=ANA[1:])
    (stale,) = values(queue.owner, "select id from public.notifications")
    queue.execute(
        "update public.notifications set next_attempt_at = null, waiting_for = 'user',"
        " send_at = send_at - interval '25 hours', expires_at = expires_at - interval '25 hours'"
    )
    say(edge, "help", sender=ANA[1:])
    claimed = queue.claimed_ids()
    assert claimed
    assert stale not in claimed
    assert queue.status(stale) == "cancelled"


def test_how_long_a_reply_makes_sense_is_a_setting(queue: Queue, edge: Connection[DictRow]) -> None:
    queue.set("reply_ttl_seconds", 90)
    say(edge, "hello")
    lasts = queue.value(
        "select reply.expires_at - said.sent_at = interval '90 s'"
        " from public.notifications as reply inner join public.wa_events as said using (user_id)"
    )
    assert lasts is True


def test_the_word_that_something_went_wrong_has_an_end_too(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    break_step(queue.owner)
    send(edge, payloads.text_message("help"))
    assert queue.value("select expires_at < now() + interval '25 hours' from public.notifications")


def test_a_message_that_names_its_own_end_keeps_it(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue(ANA, text(expires_in_seconds=60))
    row = queue.row(notification)
    assert (row["expires_at"] - row["send_at"]).total_seconds() == 60
