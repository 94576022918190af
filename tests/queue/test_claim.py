"""What a claim hands out, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.queue.conftest import ANA, BRUNO, CARLA, CARLA_BSUID, TEMPLATE, text

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue


def test_a_message_to_a_phone_number_becomes_a_complete_request(queue: Queue) -> None:
    queue.add_user(ANA)
    notification = queue.queue(ANA, text("hello"))
    (claimed,) = queue.claim()
    assert claimed["request"] == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": ANA,
        "type": "text",
        "text": {"body": "hello"},
        "biz_opaque_callback_data": queue.value(
            """
            select
              id || '.' || (extract(epoch from created_at) * 1000000)::bigint || '.' || token
            from public.notifications, wa.lives
            where id = %s""",
            notification,
        ),
    }
    assert claimed["upload"] is None
    assert claimed["phone_number_id"] is None
    assert claimed["retry_count"] == 0


def test_a_bsuid_is_named_as_recipient_and_never_in_to(queue: Queue) -> None:
    queue.add_user(None, CARLA_BSUID)
    queue.queue(CARLA_BSUID)
    (claimed,) = queue.claim()
    assert claimed["request"]["recipient"] == CARLA_BSUID
    assert "to" not in claimed["request"]


def test_a_message_queued_for_a_bsuid_goes_to_the_phone_number_once_it_is_known(
    queue: Queue,
) -> None:
    user = queue.add_user(None, CARLA_BSUID)
    queue.queue(CARLA_BSUID)
    queue.execute("update public.profiles set whatsapp_e164 = %s where user_id = %s", CARLA, user)
    (claimed,) = queue.claim()
    assert claimed["request"]["to"] == CARLA


def test_a_group_has_no_user_and_gets_its_messages_at_once(queue: Queue) -> None:
    for _ in range(2):
        queue.execute(
            """
            insert into public.notifications (recipient, payload)
            values (
              'group-1', '{"recipient_type": "group", "type": "text", "text": {"body": "hi"}}'
            )"""
        )
    claimed = queue.claim()
    assert [row["request"]["to"] for row in claimed] == ["group-1", "group-1"]
    assert claimed[0]["request"]["recipient_type"] == "group"


def test_a_claimed_row_is_sending_under_a_lease(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    (claimed,) = queue.claim(lease="90 seconds")
    row = queue.row(notification)
    assert (row["status"], row["locked_by"], row["lock_token"]) == (
        "sending",
        "worker-1",
        claimed["lock_token"],
    )
    assert 80 < (row["locked_until"] - row["last_attempt_at"]).total_seconds() <= 91


def test_due_rows_are_claimed_oldest_first(queue: Queue) -> None:
    users = (ANA, BRUNO, CARLA)
    for user in users:
        queue.add_user(user)
    ids = [queue.queue(user) for user in users]
    assert queue.claimed_ids(batch=1) + queue.claimed_ids(batch=1) == ids[:2]


def test_what_is_claimed_is_not_claimed_again(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    assert len(queue.claim()) == 1
    assert queue.claim() == []


def test_a_scheduled_message_is_not_claimed_before_its_time(queue: Queue) -> None:
    queue.add_user()
    queue.execute(
        "select public.wa_notify(%s, %s, now() + interval '1 hour')",
        ANA,
        Jsonb(text()),
    )
    assert queue.claim() == []


def test_every_business_number_gets_its_turn(queue: Queue) -> None:
    for number in range(4):
        user = queue.add_user(f"+3460000000{number}")
        queue.open_window(user, f"7{number % 2}")
        queue.queue(f"+3460000000{number}")
    queue.execute(
        "update public.notifications set phone_number_id = '7' || right(recipient, 1)::int %% 2"
    )
    numbers = [queue.claim(batch=1)[0]["phone_number_id"] for _ in range(2)]
    assert sorted(numbers) == ["70", "71"]


def test_a_claim_that_is_full_holds_no_further_number(queue: Queue, connect: Connect) -> None:
    for number in (1, 2):
        user = queue.add_user(f"+3460000000{number}")
        queue.open_window(user, f"{number}")
        queue.queue(f"+3460000000{number}")
    queue.execute("update public.notifications set phone_number_id = right(recipient, 1)")
    queue.execute("insert into wa.number_pace (phone_number_id) values ('1'), ('2')")
    claiming = connect("wa_notifier_role", autocommit=False)
    claiming.execute("select from public.wa_notifications_claim('worker-1', 1, '1 minute')")
    held = """
        select array_agg(pace.phone_number_id) from wa.number_pace as pace
        where pace.phone_number_id not in (
          select free.phone_number_id from wa.number_pace as free for update skip locked
        )"""
    assert queue.value(held) == ["1"]


def test_a_reply_is_claimed_before_a_broadcast_that_is_older(queue: Queue) -> None:
    for user in (ANA, BRUNO):
        queue.add_user(user)
    queue.execute("select public.wa_notify_many(array[%s], %s)", BRUNO, Jsonb(TEMPLATE))
    reply = queue.queue(ANA)
    assert queue.claimed_ids(batch=1) == [reply]


def test_nothing_is_claimed_while_the_queue_is_paused(queue: Queue) -> None:
    queue.add_user()
    notification = queue.queue()
    queue.execute("select public.wa_queue_pause('a test')")
    assert queue.claim() == []
    queue.execute("select public.wa_queue_resume()")
    assert queue.claimed_ids() == [notification]


@pytest.mark.parametrize(
    "arguments", ["'', 10, '1 minute'", "'w', 0, '1 minute'", "'w', 10, '0 seconds'", "null"]
)
def test_a_claim_without_worker_batch_or_lease_is_refused(queue: Queue, arguments: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        queue.worker.execute(f"select * from public.wa_notifications_claim({arguments})".encode())
    assert caught.value.sqlstate == "WA013"


def test_a_worker_is_to_be_woken_unless_its_batch_was_full(queue: Queue) -> None:
    waits = "select notifier_waits from wa.queue_state"
    queue.claim(batch=1)
    assert queue.value(waits) is True
    queue.add_user()
    queue.queue()
    queue.claim(batch=1)
    assert queue.value(waits) is False
    queue.claim(batch=1)
    assert queue.value(waits) is True
