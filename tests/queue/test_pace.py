"""How fast messages leave: per business number, and per user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from tests.queue.conftest import ANA, text

if TYPE_CHECKING:
    from typing import Any

    from tests.queue.conftest import Queue


def queue_for_many(queue: Queue, count: int, phone_number_id: str = "") -> None:
    queue.execute(
        """
        with profile as (
          insert into public.profiles (whatsapp_e164)
          select '+346' || lpad(n::text, 8, '0') from generate_series(1, %s) as n
          returning user_id, whatsapp_e164
        ), opened as (
          insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
          select user_id, %s, now() from profile
        )
        insert into public.notifications (user_id, recipient, phone_number_id, payload)
        select user_id, whatsapp_e164, nullif(%s, ''), %s from profile""",
        count,
        phone_number_id,
        phone_number_id,
        Jsonb(text()),
    )


def queue_for_one(queue: Queue, count: int) -> Any:
    user = queue.add_user()
    queue.execute(
        """
        insert into public.notifications (user_id, recipient, payload)
        select %s, %s, %s from generate_series(1, %s)""",
        user,
        ANA,
        Jsonb(text()),
        count,
    )
    return user


def send_all(queue: Queue) -> int:
    sent = 0
    while claimed := queue.claim():
        queue.accept(claimed)
        sent += len(claimed)
    return sent


def test_a_number_sends_no_more_than_its_rate(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0.01)
    queue.set("number_burst_seconds", 500)
    queue_for_many(queue, 8)
    assert len(queue.claim()) == 5
    assert queue.claim() == []


def test_a_number_may_send_again_as_time_passes(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0.01)
    queue.set("number_burst_seconds", 500)
    queue_for_many(queue, 8)
    queue.claim()
    queue.execute("update wa.number_pace set paid_until = paid_until - interval '200 seconds'")
    assert len(queue.claim()) == 2


def test_workers_share_a_numbers_rate(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0.01)
    queue.set("number_burst_seconds", 500)
    queue_for_many(queue, 8)
    assert [len(queue.claim(batch=3)) for _ in range(3)] == [3, 2, 0]


def test_what_is_not_sent_is_not_charged(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0.01)
    queue.set("number_burst_seconds", 500)
    queue_for_many(queue, 2)
    queue.claim(batch=100)
    queue_for_one(queue, 1)
    assert len(queue.claim()) == 1


def test_a_rate_of_zero_is_no_limit(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0)
    queue_for_many(queue, 300)
    assert len(queue.claim(batch=300)) == 300


def test_a_number_without_a_limit_sends_at_its_first_claim(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0)
    queue_for_many(queue, 2, "7")
    assert len(queue.claim()) == 2


def test_one_user_gets_a_burst_and_then_one_message_at_a_time(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0)
    queue.set("pair_burst", 5)
    user = queue_for_one(queue, 8)
    assert send_all(queue) == 5
    queue.execute(
        """
        update wa.pair_pace set paid_until = paid_until - interval '12 seconds'
        where user_id = %s""",
        user,
    )
    queue.execute("update public.notifications set next_attempt_at = now() where status = 'queued'")
    assert send_all(queue) == 2


def test_the_pace_of_one_user_is_no_failure_and_no_retry(queue: Queue) -> None:
    queue.set("pair_burst", 1)
    queue_for_one(queue, 2)
    send_all(queue)
    row = queue.owner.execute(
        """
        select status, retry_count, next_attempt_at - clock_timestamp() as ahead
        from public.notifications where status <> 'sent'"""
    ).fetchone()
    assert row is not None
    assert (row["status"], row["retry_count"]) == ("queued", 0)
    assert 1 < row["ahead"].total_seconds() <= 6


def test_without_an_interval_nothing_is_kept_of_a_pair(queue: Queue) -> None:
    queue.set("pair_interval_seconds", 0)
    queue.add_user()
    queue.send()
    assert queue.value("select count(*) from wa.pair_pace") == 0
