"""Payloads as large as a webhook can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import break_step, dispatch, say, send, value
from tests.work import count_kilobytes_sorted
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect


def test_ten_thousand_messages_of_ten_thousand_new_users_fit_into_the_lock_table(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    messages = [
        payloads.reaction_message(sender=str(34600000000 + n), user_id=f"ES.{n}")
        for n in range(10_000)
    ]
    assert send(edge, *messages) == {"ignored": 10_000}
    assert value(connection, "select count(*) from public.profiles") == 10_000


def test_ten_thousand_messages_of_one_user_are_one_chat(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "stop")
    assert send(edge, *(payloads.text_message() for _ in range(10_000))) == {"processed": 10_000}
    assert value(connection, "select count(*) from public.chat_state") == 1


def test_staying_in_a_state_rewrites_the_chat_once_a_payload(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "menu")
    send(edge, *(payloads.text_message("what?") for _ in range(50)))
    assert value(connection, "select expires_at is null from public.chat_state") is True
    written = "select (ctid::text::point)[1] from public.chat_state"
    assert value(connection, written) <= 3


def test_every_failure_of_a_payload_is_reported(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    messages = [payloads.text_message("help", sender=str(34600000000 + n)) for n in range(200)]
    answer = dispatch(edge, payloads.envelope(messages))
    assert (answer["failed"], len(answer["events"])) == (200, 200)


def test_what_the_statuses_of_a_payload_take_grows_with_their_number(connect: Connect) -> None:
    few, many = (
        count_kilobytes_sorted(
            connect(SUPERUSER),
            "select public.wa_dispatch(%s)",
            Jsonb([payloads.envelope(statuses=[payloads.status_update() for _ in range(number)])]),
        )
        for number in (500, 2000)
    )
    assert many < 5 * few
