"""A replay that no longer fits its conversation is told, and done only when asked for."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests import payloads
from tests.dispatching import break_step, counts, dispatch, mend_step, send, value
from tests.operations.command import answer, run

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

REPLAY = "select public.wa_replay_event(%s)"
STATUS = "select status from public.wa_events where wa_message_id = %s"


def seconds_from_now(seconds: int) -> str:
    return str(int(payloads.unix_seconds()) + seconds)


@pytest.fixture
def failed(edge: Connection[DictRow], connection: Connection[DictRow]) -> str:
    """The id of a message that failed with what is mended meanwhile."""
    break_step(connection)
    message = payloads.text_message("help")
    assert send(edge, message) == {"failed": 1}
    mend_step(connection)
    return str(message["id"])


def write_again(edge: Connection[DictRow]) -> None:
    assert send(edge, payloads.text_message("language", timestamp=seconds_from_now(60))) == {
        "processed": 1
    }


def time_out(connection: Connection[DictRow]) -> None:
    connection.execute(
        "insert into public.chat_state (user_id, phone_number_id, state, expires_at)"
        " select user_id, %s, 'language', now() - interval '1 second' from public.profiles"
        " on conflict (user_id, phone_number_id) do update"
        " set state = excluded.state, expires_at = excluded.expires_at",
        (payloads.PHONE_NUMBER_ID,),
    )
    connection.execute("update public.wa_events set received_at = now() - interval '1 hour'")


def test_a_message_whose_user_has_written_since_is_not_replayed_unasked(
    edge: Connection[DictRow], operator: Connection[DictRow], failed: str
) -> None:
    write_again(edge)
    with pytest.raises(psycopg.Error) as refusal:
        value(operator, REPLAY, failed)
    assert refusal.value.sqlstate == "WA042"
    assert value(operator, STATUS, failed) == "failed"
    assert value(operator, "select state from public.chat_state") == "language"


def test_the_hint_names_both_ways_to_go_on(
    edge: Connection[DictRow], operator: Connection[DictRow], failed: str
) -> None:
    write_again(edge)
    with pytest.raises(psycopg.Error) as refusal:
        value(operator, REPLAY, failed)
    dismiss, _, replay = (refusal.value.diag.message_hint or "").partition("; or ")
    for offered in (dismiss, replay):
        with operator.transaction(force_rollback=True):
            statement = offered[offered.index("select") :]
            assert operator.execute(statement.encode()).rowcount == 1
            assert value(operator, STATUS, failed) != "failed"


def test_it_is_replayed_when_asked_for(
    edge: Connection[DictRow], operator: Connection[DictRow], failed: str
) -> None:
    write_again(edge)
    again = value(operator, "select public.wa_replay_event(%s, even_if_moved_on => true)", failed)
    assert counts(again) == {"processed": 1}


def test_a_conversation_that_timed_out_since_has_moved_on(
    connection: Connection[DictRow], operator: Connection[DictRow], failed: str
) -> None:
    time_out(connection)
    with pytest.raises(psycopg.Error) as refusal:
        value(operator, REPLAY, failed)
    assert refusal.value.sqlstate == "WA042"


def test_a_conversation_times_out_at_the_moment_that_was_set(
    connection: Connection[DictRow], failed: str
) -> None:
    time_out(connection)
    with connection.transaction():
        connection.execute("update public.chat_state set expires_at = now()")
        moved_on = """
            select wa.has_moved_on(user_id, phone_number_id, sent_at, received_at)
            from public.wa_events where wa_message_id = %s"""
        assert value(connection, moved_on, failed) is True


def test_a_conversation_that_had_timed_out_before_has_not(
    connection: Connection[DictRow], operator: Connection[DictRow], failed: str
) -> None:
    time_out(connection)
    connection.execute("update public.wa_events set received_at = now()")
    assert counts(value(operator, REPLAY, failed)) == {"processed": 1}


def test_what_somebody_else_wrote_or_the_user_wrote_before_moves_nothing_on(
    edge: Connection[DictRow], operator: Connection[DictRow], failed: str
) -> None:
    send(edge, payloads.text_message("language", timestamp=seconds_from_now(-60)))
    send(
        edge,
        payloads.text_message("language", sender="34600000009", timestamp=seconds_from_now(60)),
    )
    assert counts(value(operator, REPLAY, failed)) == {"processed": 1}


def test_a_later_message_of_the_same_webhook_moves_the_conversation_on(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    failing = payloads.text_message("help")
    later = payloads.text_message("language", timestamp=seconds_from_now(60))
    assert send(edge, failing, later) == {"processed": 1, "failed": 1}
    mend_step(connection)
    with pytest.raises(psycopg.Error) as refusal:
        value(operator, REPLAY, failing["id"])
    assert refusal.value.sqlstate == "WA042"


def test_a_users_failed_messages_are_replayed_in_order_although_each_moves_the_chat(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    for second in range(3):
        send(edge, payloads.text_message("help", timestamp=seconds_from_now(second)))
    mend_step(connection)
    one_at_a_time = "select public.wa_replay_events(max_messages => 1)"
    ends: list[dict[str, Any]] = [value(operator, one_at_a_time) for _ in range(3)]
    assert [end["processed"] for end in ends] == [1, 1, 1]
    assert [end["has_more"] for end in ends] == [True, True, False]


def test_a_bulk_replay_leaves_them_and_says_how_many(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    stays = payloads.text_message("help")
    goes = payloads.text_message("help", sender="34600000009")
    send(edge, stays, goes)
    mend_step(connection)
    write_again(edge)
    end = value(operator, "select public.wa_replay_events()")
    assert (end["processed"], end["moved_on"], end["has_more"]) == (1, 1, False)
    assert value(operator, STATUS, stays["id"]) == "failed"
    end = value(operator, "select public.wa_replay_events(even_if_moved_on => true)")
    assert (end["processed"], end["moved_on"]) == (1, 0)


def test_the_command_leaves_them_says_so_and_exits_with_1(
    edge: Connection[DictRow], database: Database, failed: str
) -> None:
    assert failed
    write_again(edge)
    listed = run("replay", "--dry-run", database=database).stdout
    assert "0 failed messages would be replayed" in listed
    assert "1 would be left: their conversations have moved on" in listed
    left = run("replay", database=database)
    assert left.exit_code == 1
    assert "1 left: their conversations have moved on" in left.stderr
    alone = run("replay", "--message", failed, database=database)
    assert (alone.exit_code, alone.stdout) == (1, "0 replayed\n")
    asked = run("replay", "--even-if-moved-on", "--json", database=database)
    assert answer(asked)["ends"] == {"processed": 1}


def test_a_kept_payload_whose_sender_has_moved_on_is_left_too(
    edge: Connection[DictRow], operator: Connection[DictRow], database: Database
) -> None:
    body = json.dumps(payloads.envelope([payloads.text_message("help")])).encode()
    kept = {"body": b64encode(body).decode(), "reason": "dispatch_error", "error": "XX000: broken"}
    dispatch(edge, None, {"keep": [kept]})
    write_again(edge)
    with pytest.raises(psycopg.Error) as refusal:
        value(operator, "select public.wa_replay_payload(1)")
    assert refusal.value.sqlstate == "WA042"
    left = run("replay", "--payloads", database=database)
    assert (left.exit_code, left.stdout) == (1, "0 replayed\n")
    assert counts(value(operator, "select public.wa_replay_payload(1, true)")) == {"processed": 1}
