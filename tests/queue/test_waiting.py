"""What waits for a user to write goes on when that user does (`release_waiting`); others' stays."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import dispatch
from tests.field_payloads import FIELDS, field_webhook
from tests.queue.conftest import ANA, BRUNO

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

BLOCK = """
    insert into wa.recipient_blocks (user_id, template_name, error_code, ends_when_user_writes)
    values (%s, %s, '131026', %s)
"""


def test_only_the_messages_of_who_has_written_go_on(queue: Queue) -> None:
    ana, bruno = (
        queue.add_user(ANA, silent_for="2 days"),
        queue.add_user(BRUNO, silent_for="2 days"),
    )
    sent, waiting, others = queue.queue(ANA), queue.queue(ANA), queue.queue(BRUNO)
    assert queue.claim() == []
    queue.write(ana)
    assert queue.row(others)["waiting_for"] == "user"
    assert queue.claimed_ids() == [sent]
    queue.write(bruno)
    assert queue.row(waiting)["waiting_for"] is None


@pytest.mark.parametrize(
    ("call", "phone_number_id", "expected"),
    [
        ({}, payloads.PHONE_NUMBER_ID, None),
        ({"direction": "BUSINESS_INITIATED"}, payloads.PHONE_NUMBER_ID, "user"),
        ({"timestamp": "1"}, payloads.PHONE_NUMBER_ID, "user"),
        ({"timestamp": "soon"}, payloads.PHONE_NUMBER_ID, None),
        ({}, "9876543210", "user"),
    ],
    ids=["of the user", "of ours", "of long ago", "of no time", "to another number"],
)
def test_a_call_of_the_user_opens_the_window_of_the_number_that_was_called(
    queue: Queue,
    edge: Connection[DictRow],
    call: payloads.Json,
    phone_number_id: str,
    expected: str | None,
) -> None:
    ana = queue.add_user(ANA, silent_for="2 days")
    queue.open_window(ana, phone_number_id, silent_for="2 days")
    waiting = queue.queue(ANA)
    queue.execute("update public.notifications set phone_number_id = %s", phone_number_id)
    assert queue.claim() == []
    (said,) = FIELDS["calls"]["calls"]
    said = said | {"from": ANA[1:], "timestamp": str(int(time()))} | call
    dispatch(edge, field_webhook("calls", FIELDS["calls"] | {"calls": [said]}))
    assert queue.row(waiting)["waiting_for"] == expected


def test_a_call_of_somebody_unknown_opens_nothing(queue: Queue, edge: Connection[DictRow]) -> None:
    answer = dispatch(edge, field_webhook("calls", FIELDS["calls"]))
    assert answer["events"] == []
    assert queue.value("select count(*) from wa.service_windows") == 0


def test_what_does_not_wait_keeps_its_time(queue: Queue) -> None:
    ana = queue.add_user(ANA)
    later = queue.queue(ANA)
    queue.execute("update public.notifications set next_attempt_at = now() + interval '1 hour'")
    before = queue.row(later)["next_attempt_at"]
    queue.write(ana)
    assert queue.row(later)["next_attempt_at"] == before


def test_a_block_ends_with_a_message_of_its_own_user_where_it_ends_with_one(queue: Queue) -> None:
    ana, bruno = queue.add_user(ANA), queue.add_user(BRUNO)
    queue.execute(BLOCK, ana, "", True)
    queue.execute(BLOCK, ana, "news", False)
    queue.execute(BLOCK, bruno, "", True)
    queue.write(ana)
    left = queue.owner.execute(
        "select user_id, template_name from wa.recipient_blocks order by template_name"
    ).fetchall()
    assert [(row["user_id"], row["template_name"]) for row in left] == [(bruno, ""), (ana, "news")]


def test_a_user_is_awaited_by_what_waits_and_by_a_block_that_a_message_ends(queue: Queue) -> None:
    def is_awaited(user: object) -> object:
        return queue.value("select wa.is_awaited(array[%s::uuid])", user)

    ana, bruno = queue.add_user(ANA), queue.add_user(BRUNO, silent_for="2 days")
    queue.execute(BLOCK, ana, "", True)
    queue.execute(BLOCK, bruno, "news", False)
    assert (is_awaited(ana), is_awaited(bruno)) == (True, False)
    queue.queue(BRUNO)
    assert queue.claim() == []
    assert is_awaited(bruno) is True
