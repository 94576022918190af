"""Payloads as large as a webhook can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import break_step, dispatch, say, send, value, values
from tests.fixtures.citus import looks_at_plans
from tests.plans import count_kilobytes_sorted, count_rows_handled, count_writes
from tests.queue.conftest import ANA, BRUNO, Queue
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.payloads import Json


def of_one_user(number: int) -> Json:
    """Return a body in which one user writes as often, going in and out of a state."""
    return payloads.envelope(
        [payloads.text_message("help" if n % 2 else "what?") for n in range(number)]
    )


def of_many_users(number: int, text: str = "menu") -> Json:
    """Return a body in which as many people write for the first time, with their contacts."""
    senders = [str(34600000000 + n) for n in range(number)]
    return payloads.envelope(
        [payloads.text_message(text, sender=sender, user_id=f"ES.{sender}") for sender in senders],
        contacts=[{"wa_id": sender, "user_id": f"ES.{sender}"} for sender in senders],
    )


def of_reactions(number: int) -> Json:
    """Return a body in which as many people react who never wrote."""
    senders = [str(34600000000 + n) for n in range(number)]
    return payloads.envelope([payloads.reaction_message(sender=sender) for sender in senders])


def of_nobody(number: int) -> Json:
    """Return a body of as many messages of which no contact says who wrote them."""
    return payloads.envelope(
        [payloads.text_message(sender=None) for _ in range(number)],
        contacts=[payloads.contact(str(34600000000 + n)) for n in range(number)],
    )


def of_changes(number: int) -> Json:
    """Return a body of as many changes, each with the message of another new user."""
    body = payloads.envelope([])
    body["entry"][0]["changes"] = [
        change
        for n in range(number)
        for change in payloads.envelope([payloads.text_message(sender=str(34600000000 + n))])[
            "entry"
        ][0]["changes"]
    ]
    return body


def of_nothing(number: int) -> Json:
    """Return a body of as many empty changes, messages and statuses, each of them."""
    body = payloads.envelope([{} for _ in range(number)], [{} for _ in range(number)], [])
    body["entry"][0]["changes"] += [{} for _ in range(number)]
    return body


LARGE = pytest.mark.parametrize(
    "build", [of_one_user, of_many_users, of_reactions, of_changes, of_nobody, of_nothing]
)


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


@looks_at_plans
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


@looks_at_plans
@pytest.mark.fresh_database
@LARGE
def test_the_work_of_messages_grows_with_their_number_and_not_with_its_square(
    connect: Connect, build: Callable[[int], Json]
) -> None:
    few, many = (
        count_rows_handled(
            connect(SUPERUSER), "select public.wa_dispatch(%s)", Jsonb(build(number))
        )
        for number in (64, 512)
    )
    assert many < 10 * few


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize("text", ["menu", "help"])
def test_nor_does_it_where_the_tables_were_emptied_and_look_small(
    connect: Connect, text: str
) -> None:
    superuser = connect(SUPERUSER)
    break_step(superuser)
    dispatch(superuser, of_many_users(200))
    superuser.execute("set session_replication_role = replica")
    for table in ("chat_state", "wa_events", "notifications", "profiles"):
        superuser.execute(f"delete from public.{table}".encode())
    superuser.execute("set session_replication_role = origin")
    superuser.execute("vacuum (analyze, truncate false)")
    few, many = (
        count_rows_handled(
            connect(SUPERUSER), "select public.wa_dispatch(%s)", Jsonb(of_many_users(number, text))
        )
        for number in (64, 512)
    )
    assert many < 10 * few


@looks_at_plans
@LARGE
def test_many_messages_share_what_is_written(
    connect: Connect, build: Callable[[int], Json]
) -> None:
    written = count_writes(connect(SUPERUSER), "select public.wa_dispatch(%s)", Jsonb(build(512)))
    assert written < 512 / 8


@looks_at_plans
def test_messages_that_fail_share_what_is_written(
    connect: Connect, connection: Connection[DictRow]
) -> None:
    break_step(connection)
    written = count_writes(
        connect(SUPERUSER), "select public.wa_dispatch(%s)", Jsonb(of_many_users(512, "help"))
    )
    assert written < 512 / 8


def test_what_looks_the_same_is_logged_once_with_a_count(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    dispatch(edge, of_nothing(50))
    private = [payloads.field_envelope("new", {"name": name}) for name in ("Ana", "Ben")]
    dispatch(edge, private)
    dispatch(edge, private[0])
    logged = values(
        connection, "select detail from public.webhook_logs order by length(detail::text) desc"
    )
    assert logged == [
        {"count": 50, "statuses": [{}]}, {"name": "***", "count": 2}, {"name": "***"},
        {"count": 50}, {"count": 50},
    ]  # fmt: skip


def test_what_is_longer_than_any_id_is_none_and_its_neighbours_count(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    # Not of one letter: compressed, an index would take that.
    endless = payloads.text_message(message_id="".join(f"{n:x}" for n in range(20_000)))
    assert send(edge, endless, payloads.text_message()) == {"processed": 1}
    assert value(connection, "select kind from public.webhook_logs") == "unknown"


def test_a_status_with_an_id_longer_than_any_is_none_and_its_neighbours_count(
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    notifier_connection: Connection[DictRow],
) -> None:
    queue = Queue(connection, notifier_connection)
    queue.add_user(ANA)
    queue.add_user(BRUNO)
    first, second = queue.queue(ANA), queue.queue(BRUNO)
    queue.claim()
    endless = "".join(f"{n:x}" for n in range(20_000))
    statuses = [queue.status_of(first, "sent", id=endless), queue.status_of(second, "sent")]
    dispatch(edge, payloads.envelope(statuses=statuses))
    assert (queue.status(first), queue.status(second)) == ("sending", "sent")


def test_neighbours_of_different_users_are_handled_together(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, *[payloads.text_message(sender=f"3460000000{n}") for n in range(3)])
    subtransactions = "select count(distinct xmin::text) from public.chat_state"
    assert value(connection, subtransactions) == 1


def test_what_one_user_writes_in_a_payload_is_taken_in_its_order(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, *[payloads.text_message(said) for said in ("hello", "help", "language")])
    assert value(connection, "select state from public.chat_state") == "language"
