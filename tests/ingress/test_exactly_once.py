"""A message has its effect once, however often and however it arrives."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import (
    counts,
    dispatch,
    envelopes,
    replies,
    reply_texts,
    say,
    send,
    text,
    value,
    values,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect


def test_one_body_and_an_array_of_bodies_count_alike(edge: Connection[DictRow]) -> None:
    messages = [payloads.text_message(sender=f"3460000000{n}") for n in range(3)]
    assert send(edge, *messages) == {"processed": 3}
    assert counts(dispatch(edge, envelopes(messages))) == {"duplicate": 3}


def test_entries_and_changes_are_all_read(edge: Connection[DictRow]) -> None:
    one, two, three = (payloads.envelope([payloads.text_message()]) for _ in range(3))
    one["entry"][0]["changes"] += two["entry"][0]["changes"]
    one["entry"] += three["entry"]
    assert counts(dispatch(edge, one)) == {"processed": 3}
    beside = payloads.envelope([payloads.text_message()])
    assert counts(dispatch(edge, [beside, one])) == {"processed": 1, "duplicate": 3}


@pytest.mark.parametrize("in_one_body", [True, False])
def test_a_duplicate_within_one_call_is_counted_as_one(
    edge: Connection[DictRow], connection: Connection[DictRow], in_one_body: bool
) -> None:
    message = payloads.text_message()
    payload = payloads.envelope([message] * 3) if in_one_body else envelopes([message] * 3)
    assert counts(dispatch(edge, payload)) == {"processed": 1, "duplicate": 2}
    assert len(replies(connection)) == 1


def test_a_duplicate_of_a_message_that_was_not_processed_is_a_duplicate_too(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute(
        """update wa.settings set value = '["34"]' where key = 'allowed_phone_prefixes'"""
    )
    messages = [payloads.reaction_message(), payloads.text_message(sender="15551234567")]
    assert send(edge, *messages) == {"ignored": 1, "invalid_sender": 1}
    assert send(edge, *messages) == {"duplicate": 2}


def test_deleting_the_event_lets_the_message_be_processed_again(
    edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    message = payloads.text_message()
    send(edge, message)
    operator.execute("delete from public.wa_events where wa_message_id = %s", (message["id"],))
    assert send(edge, message) == {"processed": 1}


def test_simultaneous_deliveries_of_one_message_have_one_effect(
    connect: Connect, connection: Connection[DictRow]
) -> None:
    body = payloads.envelope([payloads.text_message(user_id=payloads.SENDER_USER_ID)])
    handlers = [connect("wa_edge_role") for _ in range(12)]
    barrier = threading.Barrier(len(handlers), timeout=20)

    def deliver(handler: Connection[DictRow]) -> dict[str, int]:
        barrier.wait()
        return counts(dispatch(handler, body))

    with ThreadPoolExecutor(len(handlers)) as pool:
        answers = list(pool.map(deliver, handlers))
    assert answers.count({"processed": 1}) == 1
    assert answers.count({"duplicate": 1}) == 11
    assert len(replies(connection)) == 1


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_racing_delivery_waits_and_counts_what_the_first_one_made_of_it(
    connect: Connect, connection: Connection[DictRow], is_committed: bool
) -> None:
    first, second = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    message = payloads.text_message()
    assert send(first, message) == {"processed": 1}
    with ThreadPoolExecutor(1) as pool:
        racing = pool.submit(send, second, message)
        while not value(connection, "select exists(select from pg_locks where not granted)"):
            assert not racing.done()
        first.commit() if is_committed else first.rollback()
        assert racing.result() == ({"duplicate": 1} if is_committed else {"processed": 1})
    assert values(connection, "select status from public.wa_events") == ["processed"]


def test_messages_of_a_payload_take_effect_by_timestamp_and_then_by_place(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "menu")
    now = int(payloads.unix_seconds())
    send(
        edge,
        payloads.text_message("help", timestamp=now),
        payloads.text_message("language", timestamp=now - 2),
        payloads.text_message("start", timestamp=now - 2),
    )
    expected = ["language.ask", "subscription.started", "home.menu", "help.body"]
    assert reply_texts(connection)[1:] == [text(connection, key) for key in expected]


def test_numbers_and_strings_of_the_same_timestamp_are_the_same_moment(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, payloads.text_message() | {"timestamp": 1790000000})
    assert value(
        connection, "select extract(epoch from sent_at)::bigint from public.wa_events"
    ) == (1790000000)


def test_many_users_over_many_connections_end_where_one_by_one_would_have_led(
    connect: Connect, connection: Connection[DictRow]
) -> None:
    users = [str(34600000000 + n) for n in range(12)]
    said = ["help", "language", "fr", "help"]
    handlers = [connect("wa_edge_role") for _ in range(4)]

    def converse(handler: Connection[DictRow], own: list[str]) -> None:
        for words in said:
            dispatch(handler, envelopes([payloads.text_message(words, sender=one) for one in own]))

    with ThreadPoolExecutor(len(handlers)) as pool:
        list(pool.map(converse, handlers, [users[n::4] for n in range(4)]))
    assert set(values(connection, "select state from public.chat_state")) == {"help"}
    assert set(values(connection, "select locale from public.profiles")) == {"fr"}
    assert value(connection, "select count(*) from public.wa_events") == 48
