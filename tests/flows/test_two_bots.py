"""Two bots that answer each other come to an end, and people are answered meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import (
    break_step,
    dispatch,
    mend_step,
    reply_texts,
    row,
    say,
    send,
    tap,
    text,
    value,
    values,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

BURST = 20
NUMBERS = {"34910000001": "910000001", "34920000002": "920000002"}
"""Two business numbers as people dial them, and Meta's ids of them."""
SILENCED = "select count(*) from wa.alert_occurrences where kind = 'chat_silenced'"


@pytest.fixture(autouse=True)
def _few_answers_are_enough(connection: Connection[DictRow]) -> None:
    connection.execute(
        "update wa.settings set value = to_jsonb(%s::integer) where key = 'answers_burst'", (BURST,)
    )


def let_hours_pass(connection: Connection[DictRow], hours: int) -> None:
    """Let everything about silences have happened so much earlier."""
    connection.execute(
        "update public.chat_state set answers_until = answers_until - make_interval(hours => %s)",
        (hours,),
    )
    connection.execute(
        "update wa.silences set since = since - make_interval(hours => %s),"
        " until = until - make_interval(hours => %s)",
        (hours, hours),
    )


def relay(connection: Connection[DictRow], edge: Connection[DictRow], after: int) -> int:
    """Deliver what one bot has said since a row as what the other hears; return the last row."""
    said = connection.execute(
        "select id, recipient, phone_number_id,"
        " coalesce(payload #>> '{text,body}', payload #>> '{interactive,body,text}') as words"
        " from public.notifications where id > %s order by id",
        (after,),
    ).fetchall()
    for one in said:
        hears = one["recipient"].removeprefix("+")
        (speaks,) = (dialled for dialled, meta in NUMBERS.items() if meta == one["phone_number_id"])
        message = payloads.text_message(one["words"], sender=speaks)
        answer = dispatch(edge, payloads.envelope([message], phone_number_id=NUMBERS[hears]))
        assert answer["processed"] == 1
        after = one["id"]
    return after


def test_two_bots_that_answer_each_other_fall_silent(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    one, other = NUMBERS
    first = payloads.text_message("hello", sender=one)
    dispatch(edge, payloads.envelope([first], phone_number_id=NUMBERS[other]))

    heard, rounds = 0, 0
    while (last := relay(connection, edge, heard)) != heard:
        heard, rounds = last, rounds + 1
        assert rounds <= 2 * BURST + 1

    said = connection.execute(
        "select phone_number_id, count(*) from public.notifications group by 1 order by 1"
    ).fetchall()
    assert [one["count"] for one in said] == [BURST, BURST]
    assert set(values(connection, "select status from public.wa_events")) == {"processed"}
    assert value(connection, "select count(*) from public.wa_events") == 2 * BURST + 1
    assert values(connection, "select reason from wa.silences") == ["many_answers"] * 2
    assert value(connection, SILENCED) == 2


def test_what_is_written_during_a_silence_is_recorded_with_the_reason_and_not_answered(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *["hello"] * BURST)
    before = row(connection, "select state, data, updated_at from public.chat_state")
    answer = dispatch(edge, payloads.envelope([payloads.text_message("help")]))
    assert answer["processed"] == 1
    assert [(one["event"], one["reason"]) for one in answer["events"]] == [
        ("MESSAGE_UNANSWERED", "many_answers")
    ]
    assert row(connection, "select state, data, updated_at from public.chat_state") == before
    assert value(connection, "select count(*) from public.notifications") == BURST
    assert value(connection, SILENCED) == 1


def test_who_is_not_answered_can_still_opt_out(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *["hello"] * BURST, "STOP")
    assert value(connection, "select opted_out_at is not null from public.profiles")
    assert value(connection, "select count(*) from public.notifications") == BURST


def test_a_silence_ends_with_time_and_everything_begins_anew(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *["hello"] * BURST)
    let_hours_pass(connection, 23)
    say(edge, "help")
    assert value(connection, "select count(*) from public.notifications") == BURST
    let_hours_pass(connection, 1)
    say(edge, *["help"] * (BURST + 1))
    assert value(connection, "select count(*) from public.notifications") == 2 * BURST
    assert value(connection, SILENCED) == 2


def test_an_operator_ends_a_silence_by_deleting_its_row(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    say(edge, *["hello"] * BURST)
    operator.execute("delete from wa.silences")
    say(edge, "help")
    assert reply_texts(connection)[-1] == text(connection, "help.body")


def test_who_writes_at_a_humans_pace_is_always_answered(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    for _ in range(3):
        say(edge, *["hello"] * (BURST - 1))
        let_hours_pass(connection, 1)
    assert value(connection, "select count(*) from public.notifications") == 3 * (BURST - 1)


def test_another_user_and_another_number_are_answered_meanwhile(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *["hello"] * (BURST + 1))
    say(edge, "hello", sender="34600999888")
    send(edge, payloads.text_message("hello"), phone_number_id="920000002")
    assert value(connection, "select count(*) from public.notifications") == BURST + 2


def test_many_messages_in_one_webhook_are_bounded_as_well(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    messages = [payloads.text_message("hello") for _ in range(200)]
    assert send(edge, *messages) == {"processed": 200}
    assert value(connection, "select count(*) from public.notifications") <= BURST + 64


def test_words_that_something_went_wrong_are_answers_too(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    say(edge, *["help"] * (BURST + 2))
    mend_step(connection)
    assert value(connection, "select count(*) from public.notifications") == BURST
    assert value(connection, SILENCED) == 1


def test_what_fails_during_a_silence_is_kept_and_the_user_not_told(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *["hello"] * BURST)
    break_step(connection, "unsubscribe")
    assert send(edge, payloads.text_message("stop"), payloads.text_message("menu")) == {
        "processed": 1,
        "failed": 1,
    }
    assert value(connection, "select count(*) from public.notifications") == BURST


def test_without_an_interval_there_is_no_bound(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("update wa.settings set value = '0' where key = 'answers_interval_seconds'")
    say(edge, *["hello"] * (BURST + 5))
    tap(edge, "menu.help")
    assert value(connection, "select count(*) from public.notifications") == BURST + 6


def test_what_the_bot_says_nothing_to_is_no_answer(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute(
        "create or replace function wa.step_help(p_chat wa.chat) returns wa.step_result"
        " language plpgsql volatile set search_path = pg_catalog, pg_temp as $$"
        " begin return wa.stay('[]'); end $$"
    )
    say(edge, *["help"] * (BURST + 1), "language")
    assert value(connection, "select count(*) from public.notifications") == 1
