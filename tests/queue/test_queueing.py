"""The ways into the outbox: replies, wa_notify, broadcasts; and the way out again, cancelling."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch
from tests.fixtures.citus import listens_there
from tests.queue.conftest import ANA, BRUNO, CARLA_BSUID, text

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue


def rows_of(queue: Queue) -> list[DictRow]:
    return queue.owner.execute("select * from public.notifications order by id").fetchall()


def is_woken(listener: Connection[DictRow]) -> bool:
    listener.execute("select 1")
    return bool(list(listener.notifies(timeout=0)))


@pytest.fixture
def listener(connect: Connect) -> Connection[DictRow]:
    """A notifier that sleeps."""
    opened = connect("wa_notifier_role")
    opened.execute("listen wa_notifications")
    return opened


def test_replies_are_queued_in_order_for_the_number_that_was_written_to(queue: Queue) -> None:
    user = queue.add_user(ANA)
    queue.answer(user, text("1"), text("2"), text("3"))
    rows = rows_of(queue)
    assert [row["payload"]["text"]["body"] for row in rows] == ["1", "2", "3"]
    assert {(row["recipient"], row["phone_number_id"]) for row in rows} == {(ANA, "1060")}
    assert len({row["send_at"] for row in rows}) == 1


def test_a_reply_to_a_user_without_a_number_goes_to_the_bsuid(queue: Queue) -> None:
    queue.answer(queue.add_user(None, CARLA_BSUID), text())
    assert rows_of(queue)[0]["recipient"] == CARLA_BSUID


@listens_there
def test_a_reply_wakes_a_sleeping_notifier(queue: Queue, listener: Connection[DictRow]) -> None:
    queue.answer(queue.add_user(), text("1"), text("2"))
    assert is_woken(listener)


@listens_there
def test_a_busy_notifier_is_not_woken(queue: Queue, listener: Connection[DictRow]) -> None:
    user = queue.add_user()
    queue.queue()
    queue.claim(batch=1)
    is_woken(listener)
    queue.answer(user, text())
    assert not is_woken(listener)


@listens_there
def test_of_transactions_that_queue_at_once_one_wakes_the_notifier(
    queue: Queue, connect: Connect, listener: Connection[DictRow]
) -> None:
    first = connect(autocommit=False)
    first.execute("select wa.wake_notifier()")
    queue.answer(queue.add_user(), text())
    assert not is_woken(listener)
    first.commit()
    assert is_woken(listener)


@listens_there
def test_no_reply_queues_nothing_and_wakes_nobody(
    queue: Queue, listener: Connection[DictRow]
) -> None:
    queue.answer(queue.add_user())
    assert rows_of(queue) == []
    assert not is_woken(listener)


def test_wa_notify_finds_the_profile_or_creates_it(queue: Queue) -> None:
    user = queue.add_user(ANA)
    known, unknown = queue.queue(ANA), queue.queue(BRUNO)
    assert queue.row(known)["user_id"] == user
    assert (
        queue.value(
            "select whatsapp_e164 from public.profiles where user_id = %s",
            queue.row(unknown)["user_id"],
        )
        == BRUNO
    )


def test_wa_notify_queues_a_dedupe_key_once(queue: Queue) -> None:
    query = "select public.wa_notify(%s, %s, dedupe_key => 'order-7')"
    first = queue.value(query, ANA, Jsonb(text("1")))
    assert queue.value(query, ANA, Jsonb(text("2"))) == first
    assert [row["payload"]["text"]["body"] for row in rows_of(queue)] == ["1"]


def test_a_dedupe_key_stays_used_after_the_message_was_sent(queue: Queue) -> None:
    queue.add_user(ANA)
    query = "select public.wa_notify(%s, %s, dedupe_key => 'order-7')"
    first = queue.value(query, ANA, Jsonb(text()))
    queue.accept(queue.claim())
    queue.apply_statuses(queue.status_of(first, "read"))
    assert queue.value(query, ANA, Jsonb(text())) == first


@pytest.mark.parametrize(
    "recipient", ["34600111222", "+34", "es.1", "ES.", "", None, "+34 600 111"]
)
def test_wa_notify_refuses_what_is_no_recipient(queue: Queue, recipient: str | None) -> None:
    with pytest.raises(psycopg.Error) as caught:
        queue.value("select public.wa_notify(%s, %s)", recipient, Jsonb(text()))
    assert caught.value.sqlstate == "WA010"
    assert caught.value.diag.message_hint is not None


@listens_there
def test_wa_notify_wakes_the_notifier_unless_it_is_for_later(
    queue: Queue, listener: Connection[DictRow]
) -> None:
    queue.queue()
    assert is_woken(listener)
    queue.value("select public.wa_notify(%s, %s, now() + interval '1 hour')", ANA, Jsonb(text()))
    assert not is_woken(listener)


def test_an_operator_may_queue_and_cancel(queue: Queue, operator: Connection[DictRow]) -> None:
    row = operator.execute("select public.wa_notify(%s, %s) as id", (ANA, Jsonb(text()))).fetchone()
    assert row is not None
    cancelled = operator.execute("select public.wa_notification_cancel(%s) as done", (row["id"],))
    assert cancelled.fetchone() == {"done": True}
    assert queue.status(row["id"]) == "cancelled"


def events_of(connection: Connection[DictRow]) -> list[dict[str, Any]]:
    """Return the events that reach a connection, as they come."""
    events: list[dict[str, Any]] = []
    connection.add_notice_handler(
        lambda notice: events.append(json.loads(str(notice.message_primary)))
    )
    return events


def test_queueing_is_told_with_a_masked_recipient(connect: Connect) -> None:
    operator = connect("wa_operator_role")
    events = events_of(operator)
    operator.execute("select public.wa_notify(%s, %s)", (ANA, Jsonb(text())))
    (event,) = events
    assert (event["event"], event["recipient"]) == ("NOTIFY_QUEUE", "+346***22")


def test_a_reply_is_told_with_a_masked_recipient(edge: Connection[DictRow]) -> None:
    answer = dispatch(edge, payloads.envelope([payloads.text_message("hello", sender=ANA[1:])]))
    assert answer["events"] == [
        {"event": "NOTIFY_QUEUE", "level": "info", "recipient": "+346***22", "count": 1}
    ]


def test_a_pause_is_told_once(connect: Connect) -> None:
    operator = connect("wa_operator_role")
    events = events_of(operator)
    for _ in range(2):
        operator.execute("select public.wa_queue_pause('template under review')")
    assert [(event["event"], event["reason"]) for event in events] == [
        ("NOTIFY_QUEUE_PAUSED", "template under review")
    ]


def test_what_is_being_sent_cannot_be_cancelled(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    assert queue.value("select public.wa_notification_cancel(%s)", notification) is False
    assert queue.value("select public.wa_notification_cancel(%s)", 12345) is False


def test_a_broadcast_queues_one_message_for_each_person(queue: Queue) -> None:
    user = queue.add_user(ANA, "ES.1")
    queued = queue.value(
        "select public.wa_notify_many(%s, %s)", [ANA, BRUNO, ANA, "ES.1"], Jsonb(text())
    )
    rows = rows_of(queue)
    assert queued == len(rows) == 2
    assert [row["user_id"] for row in rows].count(user) == 1
    assert {row["priority"] for row in rows} == {2}


def test_a_broadcast_that_is_repeated_reaches_only_those_it_missed(queue: Queue) -> None:
    query = "select public.wa_notify_many(%s, %s, dedupe_prefix => 'campaign-1')"
    assert queue.value(query, [ANA], Jsonb(text())) == 1
    assert queue.value(query, [ANA, BRUNO], Jsonb(text())) == 1


def test_a_broadcast_with_one_wrong_recipient_queues_nothing(queue: Queue) -> None:
    with pytest.raises(psycopg.Error) as caught:
        queue.value("select public.wa_notify_many(%s, %s)", [ANA, "nobody"], Jsonb(text()))
    assert caught.value.sqlstate == "WA010"
    assert rows_of(queue) == []


@pytest.mark.parametrize("sender", ["http://host/x", "../../v1.0/1", "1/2", "1\n", "", "9" * 33])
def test_a_sender_that_is_no_id_of_a_number_is_stored_nowhere(queue: Queue, sender: str) -> None:
    queue.add_user()
    queue.queue()
    for change in (
        "update public.notifications set phone_number_id = %s",
        "insert into wa.number_pace (phone_number_id) values ('x' || %s)",
        "insert into wa.pair_pace (user_id, phone_number_id, paid_until)"
        " values (gen_random_uuid(), 'x' || %s, now())",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            queue.owner.execute(change.encode(), (sender,))
