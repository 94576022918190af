"""One user's messages leave one at a time and in order; other users do not wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from tests.queue.conftest import ANA, BRUNO, TEMPLATE, text

if TYPE_CHECKING:
    from tests.queue.conftest import Queue


def test_the_next_message_is_due_only_when_the_one_before_is_settled(queue: Queue) -> None:
    queue.add_user()
    first, second, third = (queue.queue(ANA, text(body)) for body in "123")
    claimed = queue.claim()
    assert [row["id"] for row in claimed] == [first]
    assert queue.claim() == []
    queue.accept(claimed)
    assert queue.claimed_ids() == [second]
    assert queue.status(third) == "queued"


def test_a_message_that_is_tried_again_keeps_the_later_ones_back(queue: Queue) -> None:
    queue.add_user()
    first, second = queue.queue(), queue.queue()
    (claimed,) = queue.claim()
    queue.reject(claimed, 131000, 500)
    assert queue.claim() == []
    queue.make_due(first)
    assert queue.claimed_ids() == [first]
    assert queue.row(second)["blocked_by"] == first


def test_a_message_that_failed_lets_the_next_one_go(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    second = queue.queue()
    (claimed,) = queue.claim()
    queue.reject(claimed, 100)
    assert queue.claimed_ids() == [second]


def test_a_cancelled_message_lets_the_next_one_go(queue: Queue) -> None:
    queue.add_user()
    first, second, third = queue.queue(), queue.queue(), queue.queue()
    claimed = queue.claim()
    queue.value("select public.wa_notification_cancel(%s)", second)
    queue.accept(claimed)
    assert [row["id"] for row in claimed] == [first]
    assert queue.claimed_ids() == [third]


def test_a_message_scheduled_for_later_keeps_nothing_back(queue: Queue) -> None:
    queue.add_user()
    queue.value("select public.wa_notify(%s, %s, now() + interval '1 day')", ANA, Jsonb(text()))
    now = queue.queue()
    assert queue.claimed_ids() == [now]


def test_a_message_that_waits_for_the_user_keeps_nothing_back(queue: Queue) -> None:
    queue.add_user(silent_for="2 days")
    waiting = queue.queue()
    template = queue.queue(ANA, TEMPLATE)
    assert queue.claimed_ids() == [template]
    assert queue.row(waiting)["waiting_for"] == "user"


def test_messages_queued_at_the_same_moment_leave_in_the_order_of_their_ids(queue: Queue) -> None:
    user = queue.add_user()
    queue.execute(
        """
        insert into public.notifications (user_id, recipient, payload, send_at, next_attempt_at)
        select %s, '+34600111222',
          jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', n::text)),
          now(), now()
        from generate_series(1, 3) as n""",
        user,
    )
    sent = []
    while claimed := queue.claim():
        sent += [row["request"]["text"]["body"] for row in claimed]
        queue.accept(claimed)
    assert sent == ["1", "2", "3"]


def test_a_users_thousand_messages_do_not_keep_another_user_waiting(queue: Queue) -> None:
    user = queue.add_user(ANA)
    queue.execute(
        """
        insert into public.notifications (user_id, recipient, payload)
        select %s, '+34600111222', '{"type": "text", "text": {"body": "again"}}'
        from generate_series(1, 1000)""",
        user,
    )
    queue.add_user(BRUNO)
    other = queue.queue(BRUNO)
    claimed = queue.claimed_ids()
    assert len(claimed) == 2
    assert other in claimed


def test_blocked_messages_leave_the_due_list(queue: Queue) -> None:
    queue.add_user()
    for _ in range(20):
        queue.queue()
    queue.claim()
    due = queue.value(
        "select count(*) from public.notifications where status = 'queued' and turn_at <= now()"
    )
    assert due == 0


def test_users_take_turns(queue: Queue) -> None:
    for user in (ANA, BRUNO):
        queue.add_user(user)
    for user in (ANA, ANA, ANA, BRUNO, BRUNO):
        queue.queue(user)
    turns = []
    for _ in range(4):
        claimed = queue.claim(batch=1)
        turns.append(claimed[0]["request"]["to"])
        queue.accept(claimed)
    assert turns == [ANA, BRUNO, ANA, BRUNO]


def test_a_reply_behind_a_broadcast_takes_it_along(queue: Queue) -> None:
    queue.add_user(BRUNO)
    queue.add_user(ANA)
    queue.value("select public.wa_notify_many(array[%s, %s], %s)", BRUNO, ANA, Jsonb(text("news")))
    reply = queue.queue(ANA)
    broadcast = queue.value(
        "select id from public.notifications where recipient = %s and priority = 2", ANA
    )
    claimed = queue.claim(batch=1)
    assert [row["id"] for row in claimed] == [broadcast]
    queue.accept(claimed)
    assert queue.claimed_ids(batch=1) == [reply]


def test_a_blocked_message_is_found_again_when_the_one_before_was_removed_by_hand(
    queue: Queue,
) -> None:
    queue.add_user()
    first, second = queue.queue(), queue.queue()
    queue.claim()
    queue.execute("delete from public.notifications where id = %s", first)
    assert queue.row(second)["blocked_by"] == first
    queue.make_due(second)
    assert queue.claimed_ids() == [second]


def test_messages_of_merged_profiles_keep_their_order(queue: Queue) -> None:
    first_profile, second_profile = queue.add_user(ANA), queue.add_user(None, "ES.1")
    first = queue.queue(ANA)
    second = queue.queue("ES.1")
    third = queue.queue(ANA)
    queue.value("select wa.merge_notifications(%s, %s)", second_profile, first_profile)
    sent = []
    while claimed := queue.claim():
        sent += [row["id"] for row in claimed]
        queue.accept(claimed)
    assert sent == [first, second, third]
