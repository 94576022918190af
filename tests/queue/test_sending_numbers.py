"""From which business number a message leaves: one that is ours, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import value, values
from tests.fixtures.numbers import FOREIGN, OURS, SECOND, enter_number, retire_number
from tests.queue.conftest import ANA, Queue, text

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect


def senders(claimed: list[DictRow]) -> list[Any]:
    return [row["phone_number_id"] for row in claimed]


def test_what_names_no_number_leaves_from_the_first_that_is_ours(queue: Queue) -> None:
    queue.add_user()
    enter_number(queue.owner, OURS)
    enter_number(queue.owner, SECOND)
    queue.queue()
    assert values(queue.owner, "select phone_number_id from public.notifications") == [OURS]


def test_what_names_no_number_leaves_from_the_one_that_its_user_last_wrote_to(queue: Queue) -> None:
    user = queue.add_user()
    enter_number(queue.owner, OURS)
    enter_number(queue.owner, SECOND)
    queue.open_window(user, OURS, silent_for="2 minutes")
    queue.open_window(user, SECOND, silent_for="1 minute")
    queue.queue()
    assert senders(queue.claim()) == [SECOND]


def test_the_window_with_one_number_opens_none_with_another(queue: Queue) -> None:
    user = queue.add_user()
    enter_number(queue.owner, OURS)
    enter_number(queue.owner, SECOND)
    queue.open_window(user, OURS)
    waiting = queue.queue(ANA, text(phone_number_id=SECOND))
    assert queue.claim() == []
    assert queue.row(waiting)["waiting_for"] == "user"
    queue.write(user, OURS)
    assert queue.claim() == []
    queue.write(user, SECOND)
    assert senders(queue.claim()) == [SECOND]


def test_without_known_numbers_it_leaves_from_the_notifiers_own(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    assert senders(queue.claim()) == [None]


def test_what_was_queued_before_a_number_was_known_leaves_from_one_that_is_ours(
    queue: Queue,
) -> None:
    queue.add_user()
    queue.queue()
    enter_number(queue.owner, OURS)
    assert senders(queue.claim()) == [OURS]


def test_a_message_says_by_which_number_it_is_sent(queue: Queue) -> None:
    user = queue.add_user()
    enter_number(queue.owner, OURS)
    enter_number(queue.owner, SECOND)
    queue.open_window(user, SECOND)
    queue.queue(ANA, text(phone_number_id=SECOND))
    assert senders(queue.claim()) == [SECOND]


@pytest.mark.parametrize("number", [FOREIGN, SECOND])
def test_a_message_from_a_number_that_is_not_ours_is_not_queued(queue: Queue, number: str) -> None:
    enter_number(queue.owner, OURS)
    enter_number(queue.owner, SECOND)
    retire_number(queue.owner, SECOND)
    with pytest.raises(psycopg.Error, match="is not one of our business numbers") as refused:
        queue.queue(ANA, text(phone_number_id=number))
    assert refused.value.sqlstate == "WA045"


def test_what_is_queued_from_a_number_that_is_retired_is_held_and_told(
    queue: Queue, connect: Connect
) -> None:
    user = queue.add_user()
    enter_number(queue.owner, OURS)
    enter_number(queue.owner, SECOND)
    queue.open_window(user, SECOND)
    queue.queue(ANA, text(phone_number_id=SECOND))
    retire_number(queue.owner, SECOND)
    assert queue.claim() == []
    operator: Connection[DictRow] = connect("wa_operator_role")
    problems = value(operator, "select public.wa_status()")["problems"]
    assert [one["message"] for one in problems if one["code"] == "sends_held"] == [
        f"messages are queued from the number {SECOND}, which is not one of ours"
    ]
    queue.execute("update wa.numbers set retired_at = null")
    assert senders(queue.claim()) == [SECOND]
