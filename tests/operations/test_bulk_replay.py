"""`wa_replay_events`: failed messages again, by error and time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests import payloads
from tests.dispatching import break_step, mend_step, reply_texts, send, text, value, values
from tests.fixtures.numbers import SECOND, enter_number

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

REPLAY = "select public.wa_replay_events()"
FAILED = "select count(*) from public.wa_events where status = 'failed'"
OTHERS = ("34600000001", "34600000002", "34600000003")


def fail_help(edge: Connection[DictRow], *senders: str, **fields: Any) -> list[str]:
    """Send "help" once from each sender; return the message ids."""
    messages = [payloads.text_message("help", sender=sender, **fields) for sender in senders]
    for message in messages:
        assert send(edge, message) == {"failed": 1}
    return [message["id"] for message in messages]


def move_failure(connection: Connection[DictRow], message_id: str, ago: str) -> None:
    connection.execute(
        "update public.wa_events set received_at = now() - %s::interval where wa_message_id = %s",
        (ago, message_id),
    )
    # With the chat that its failure was told in.
    connection.execute(
        """
        update public.chat_state as chat
        set updated_at = event.received_at, expires_at = event.received_at
        from public.wa_events as event
        where event.wa_message_id = %s and chat.user_id = event.user_id
        """,
        (message_id,),
    )


def test_everything_that_failed_is_processed_after_the_cause_is_mended(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    fail_help(edge, *OTHERS)
    mend_step(connection)
    answer = value(operator, REPLAY)
    assert (answer["replayed"], answer["processed"], answer["has_more"]) == (3, 3, False)
    assert value(connection, FAILED) == 0


def test_one_that_still_fails_undoes_none_of_the_others(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    _, broken, _ = fail_help(edge, *OTHERS)
    mend_step(connection)
    connection.execute(
        'update public.wa_events set payload = \'{"object": "page"}\' where wa_message_id = %s',
        (broken,),
    )
    answer = value(operator, REPLAY)
    assert (answer["processed"], answer["failed"], answer["has_more"]) == (2, 1, False)
    left = "select wa_message_id || left(error, 5) from public.wa_events where status = 'failed'"
    assert values(connection, left) == [f"{broken}WA001"]


def test_a_call_is_bounded_and_the_next_one_goes_on(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    fail_help(edge, *OTHERS)
    mend_step(connection)
    bounded = "select public.wa_replay_events(max_messages => 2)"
    first, second = value(operator, bounded), value(operator, bounded)
    assert (first["replayed"], first["has_more"]) == (2, True)
    assert (second["replayed"], second["has_more"]) == (1, False)


def test_what_fails_again_is_not_met_twice_by_a_loop_with_a_fixed_end(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    fail_help(edge, *OTHERS)
    started = value(operator, "select now()")
    replay = "select public.wa_replay_events(received_before => %s, max_messages => 2)"
    answers = [value(operator, replay, started) for _ in range(2)]
    assert [answer["failed"] for answer in answers] == [2, 1]
    assert [answer["has_more"] for answer in answers] == [True, False]


def test_only_errors_like_the_pattern_are_replayed(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    (undefined,) = fail_help(edge, OTHERS[0])
    mend_step(connection)
    connection.execute("delete from wa.texts where key = 'help.body'")
    (untold,) = fail_help(edge, OTHERS[1])
    answer = value(operator, "select public.wa_replay_events('WA006%%')")
    assert (answer["replayed"], answer["failed"]) == (1, 1)
    waiting = "select wa_message_id from public.wa_events where status = 'failed' order by 1"
    assert sorted(values(connection, waiting)) == sorted([undefined, untold])


def test_only_a_span_of_time_is_replayed(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    old, middle, new = fail_help(edge, *OTHERS)
    mend_step(connection)
    move_failure(connection, old, "3 hours")
    move_failure(connection, middle, "2 hours")
    move_failure(connection, new, "1 hour")
    answer = value(
        operator,
        "select public.wa_replay_events(null, now() - interval '150 minutes',"
        " now() - interval '90 minutes')",
    )
    assert answer["processed"] == 1
    done = "select wa_message_id from public.wa_events where status = 'processed'"
    assert values(connection, done) == [middle]


@pytest.mark.parametrize("calls", [1, 2])
def test_a_users_messages_take_effect_in_the_order_they_were_sent(
    edge: Connection[DictRow],
    operator: Connection[DictRow],
    connection: Connection[DictRow],
    calls: int,
) -> None:
    send(edge, payloads.text_message("hello"))
    connection.execute("update wa.flow_states set step_function = 'step_gone'")
    now = int(payloads.unix_seconds())
    late = payloads.list_reply("menu.language", timestamp=now)
    early = payloads.list_reply("menu.help", timestamp=now - 60)
    for message in (late, early):
        assert send(edge, message) == {"failed": 1}
    connection.execute("update wa.flow_states set step_function = 'step_' || state")
    replay = "select public.wa_replay_events(max_messages => %s)"
    answers = [value(operator, replay, 2 // calls) for _ in range(calls)]
    assert sum(answer["processed"] for answer in answers) == 2
    expected = [text(connection, key) for key in ("help.body", "language.ask")]
    assert reply_texts(connection)[-2:] == expected


@pytest.mark.parametrize("most", ["0", "1001", "null"])
def test_a_call_without_a_sensible_bound_is_refused(
    operator: Connection[DictRow], most: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        value(operator, f"select public.wa_replay_events(max_messages => {most})")
    assert (caught.value.sqlstate, caught.value.diag.message_hint is None) == ("WA009", False)


def test_two_replays_at_once_process_each_message_once(
    edge: Connection[DictRow],
    operator: Connection[DictRow],
    connection: Connection[DictRow],
    connect: Connect,
) -> None:
    break_step(connection)
    fail_help(edge, *OTHERS)
    mend_step(connection)
    rival = connect("wa_operator_role")
    waits = "select exists (select from pg_stat_activity where %s = any(pg_blocking_pids(pid)))"
    with ThreadPoolExecutor(1) as executor:
        with operator.transaction():
            first = value(operator, REPLAY)
            second = executor.submit(value, rival, REPLAY)
            while not value(connection, waits, operator.info.backend_pid):
                pass
        answer = second.result(timeout=60)
    assert (first["processed"], answer["replayed"]) == (3, 0)


def test_errors_are_listed_without_what_they_quote(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    fail_help(edge, *OTHERS[:2])
    connection.execute(
        "update public.wa_events set error = '22P02: invalid input syntax for type integer:'"
        " || ' \"my name is Ana\" of 34600111222'"
    )
    failed = value(operator, "select public.wa_failed_events()")
    assert failed["messages"] == 2
    assert [(one["messages"], one["error"]) for one in failed["errors"]] == [
        (2, '22P02: invalid input syntax for type integer: "***" of ***')
    ]


@pytest.mark.any_server
def test_what_was_kept_for_a_number_is_listed_within_its_span_alone(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    kept = payloads.text_message()
    send(edge, kept, phone_number_id=SECOND)
    enter_number(connection, SECOND)
    (at,) = values(connection, "select received_at from public.wa_events")
    listed = "select public.wa_failed_events(received_after => %s, received_before => %s)"
    hour = timedelta(hours=1)
    spans = ((at - hour, at), (at, at + hour), (at + hour, at + 2 * hour))
    assert [value(operator, listed, *span)["messages"] for span in spans] == [0, 1, 0]


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    (failed,) = fail_help(edge, OTHERS[0])
    mend_step(connection)
    move_failure(connection, failed, "1 hour")
    (at,) = values(connection, "select received_at from public.wa_events")
    until = "select public.wa_replay_events(received_before => %s) -> 'replayed'"
    since = "select public.wa_replay_events(received_after => %s) -> 'replayed'"
    assert value(operator, until, at) == 0
    assert value(operator, since, at) == 1
