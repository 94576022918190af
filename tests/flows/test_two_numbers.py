"""A conversation is one user and one business number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import dispatch, send, value
from tests.fixtures.numbers import OURS, SECOND, enter_number

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

STATES = "select phone_number_id, state from public.chat_state"
WINDOWS = "select count(*) from wa.service_windows where last_inbound_at > now() - interval '1 day'"


def states(connection: Connection[DictRow]) -> dict[str, str]:
    return {row["phone_number_id"]: row["state"] for row in connection.execute(STATES)}


def latest_reply(connection: Connection[DictRow]) -> Any:
    row = connection.execute(
        "select phone_number_id, payload from public.notifications order by id desc limit 1"
    ).fetchone()
    assert row is not None
    return row


@pytest.fixture(autouse=True)
def numbers(connection: Connection[DictRow]) -> None:
    enter_number(connection, OURS)
    enter_number(connection, SECOND)


def test_one_user_stands_elsewhere_with_each_number_and_is_answered_by_it(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    for words, number in (("hello", OURS), ("language", OURS), ("help", SECOND)):
        send(edge, payloads.text_message(words), phone_number_id=number)
        assert latest_reply(connection)["phone_number_id"] == number
    assert states(connection) == {OURS: "language", SECOND: "help"}
    assert value(connection, "select count(*) from public.profiles") == 1


def test_where_no_number_is_named_a_conversation_goes_on_as_well(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.numbers")
    for words in ("hello", "language", "?"):
        body = payloads.envelope([payloads.text_message(words)])
        del body["entry"][0]["changes"][0]["value"]["metadata"]
        dispatch(edge, body)
    assert states(connection) == {"": "language"}


def test_messages_to_both_numbers_in_one_body_move_each_chat(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    bodies = [
        payloads.envelope([payloads.text_message(words)], phone_number_id=number)
        for words, number in (("language", OURS), ("help", SECOND), ("language", OURS))
    ]
    assert dispatch(edge, bodies)["processed"] == 3
    assert states(connection) == {OURS: "language", SECOND: "help"}
    again = [
        payloads.envelope([payloads.text_message(words)], phone_number_id=number)
        for words, number in (("help", OURS), ("language", SECOND))
    ]
    assert dispatch(edge, again)["processed"] == 2
    assert states(connection) == {OURS: "help", SECOND: "language"}
    assert value(connection, WINDOWS) == 2


def test_deleting_a_users_rows_resets_every_chat_and_leaves_the_windows_open(
    edge: Connection[DictRow], connection: Connection[DictRow], connect: Connect
) -> None:
    for number in (OURS, SECOND):
        send(edge, payloads.text_message("language"), phone_number_id=number)
    user_id = value(connection, "select user_id from public.profiles")
    operator = connect("wa_operator_role")
    operator.execute("delete from public.chat_state where user_id = %s", (user_id,))
    assert value(connection, WINDOWS) == 2
    send(edge, payloads.text_message("help"), phone_number_id=OURS)
    assert states(connection) == {OURS: "help"}


def test_a_chat_that_times_out_leaves_the_other_where_it_is(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    for number in (OURS, SECOND):
        send(edge, payloads.text_message("language"), phone_number_id=number)
    connection.execute(
        "update public.chat_state set expires_at = now() where phone_number_id = %s", (SECOND,)
    )
    for number in (OURS, SECOND):
        send(edge, payloads.text_message("what?"), phone_number_id=number)
    assert states(connection) == {OURS: "language", SECOND: "home"}


def test_each_number_has_its_own_home(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute(
        "update wa.numbers set home_state = 'language' where phone_number_id = %s", (SECOND,)
    )
    for number in (OURS, SECOND):
        send(edge, payloads.text_message("hello"), phone_number_id=number)
    assert states(connection) == {OURS: "home", SECOND: "language"}
    send(edge, payloads.text_message("help"), phone_number_id=SECOND)
    assert states(connection)[SECOND] == "help"
    send(edge, payloads.text_message("menu"), phone_number_id=SECOND)
    assert states(connection)[SECOND] == "language"


def test_a_replay_fits_when_only_the_other_chat_has_gone_on(
    edge: Connection[DictRow], connection: Connection[DictRow], connect: Connect
) -> None:
    message = payloads.text_message(timestamp=int(payloads.unix_seconds()) - 60)
    connection.execute(
        "update wa.numbers set retired_at = now() where phone_number_id = %s", (SECOND,)
    )
    send(edge, message, phone_number_id=SECOND)
    connection.execute("update wa.numbers set retired_at = null")
    send(edge, payloads.text_message(), phone_number_id=OURS)
    operator = connect("wa_operator_role")
    assert value(operator, "select public.wa_replay_event(%s)", message["id"])["processed"] == 1
