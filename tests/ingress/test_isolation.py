"""A message or status that fails costs nothing but itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import (
    break_step,
    counts,
    dispatch,
    errors_of,
    mend_step,
    reply_texts,
    row,
    say,
    send,
    text,
    value,
    values,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


def test_a_failing_message_among_good_ones_is_kept_and_the_good_ones_count(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    bad = payloads.text_message("help", sender="34600000002")
    good = [payloads.text_message(sender=f"3460000000{n}") for n in (1, 2, 3)]
    answer = dispatch(edge, payloads.envelope([good[0], bad, *good[1:]]))
    assert counts(answer) == {"processed": 3, "failed": 1}
    (event,) = [event for event in answer["events"] if event["event"] != "NOTIFY_QUEUE"]
    assert (event["event"], event["wa_message_id"]) == ("MESSAGE_FAILED", bad["id"])
    kept = row(connection, "select error, payload from public.wa_events where status = 'failed'")
    assert kept["error"].startswith("WA003: ")
    assert kept["payload"]["entry"][0]["changes"][0]["value"]["messages"] == [bad]
    assert value(connection, "select count(*) from public.profiles") == 3


@pytest.mark.any_server
def test_beside_failures_each_conversation_stands_where_it_would_stand_alone(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    silent, late, third = "34600000001", "34600000002", "34600000003"
    for sender in (silent, late, third):
        say(edge, "hello", "language", sender=sender)
    connection.execute(
        "insert into wa.silences (user_id, phone_number_id, reason, until)"
        " select user_id, phone_number_id, 'many_answers', 'infinity' from public.chat_state"
        " inner join public.profiles using (user_id) where whatsapp_e164 ~ '1$'"
    )
    connection.execute(
        "update public.chat_state set expires_at = now() from public.profiles as profile"
        " where profile.user_id = chat_state.user_id and whatsapp_e164 ~ '2$'"
    )
    before = reply_texts(connection)
    break_step(connection)
    # As many as are tried together, so that the rest is not.
    failing = [payloads.text_message("help", sender=str(34700000000 + n)) for n in range(64)]
    others = [payloads.text_message("what?", sender=sender) for sender in (silent, late, third)]
    answer = dispatch(edge, payloads.envelope([*failing, *others]))
    assert counts(answer) == {"processed": 3, "failed": 64}
    told = [event["event"] for event in answer["events"]]
    assert sorted(told[:-64]) == ["MESSAGE_UNANSWERED", "NOTIFY_QUEUE", "NOTIFY_QUEUE"]
    heard = values(
        connection,
        "select state from public.chat_state inner join public.profiles using (user_id)"
        " where whatsapp_e164 ~ '^.346' order by whatsapp_e164",
    )
    assert heard == ["language", "home", "language"]
    assert len(reply_texts(connection)) == len(before) + 64 + 2


@pytest.mark.any_server
def test_messages_of_which_none_fails_take_effect_in_one_subtransaction(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    messages = [payloads.text_message(sender=f"3460000000{n}") for n in range(3)]
    assert send(edge, *messages) == {"processed": 3}
    assert value(connection, "select count(distinct xmin::text) from public.notifications") == 1


def test_a_failure_undoes_its_own_effects(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "menu")
    connection.execute("delete from wa.flow_transitions where from_state = 'subscribe'")
    connection.execute("update public.profiles set opted_out_at = now() - interval '1 minute'")
    assert send(edge, payloads.text_message("start")) == {"failed": 1}
    assert errors_of(connection).popitem()[1] == "WA002"
    assert value(connection, "select opted_out_at is not null from public.profiles") is True


def test_the_user_is_told_once_however_often_the_message_is_replayed(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    message = payloads.text_message("help")
    send(edge, message)
    operator.execute("select public.wa_replay_event(%s)", (message["id"],))
    assert reply_texts(connection) == [text(connection, "error.failed")]


def test_a_failure_is_told_in_its_place_among_the_answers(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    break_step(connection)
    said = ("what?", "help", "language")
    send(edge, *map(payloads.text_message, said))
    queued = values(
        connection, "select dedupe_key from public.notifications where id > 1 order by send_at, id"
    )
    assert [key is not None for key in queued] == [False, True, False]


def test_who_cannot_be_told_of_a_failure_keeps_nobody_else_from_hearing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    senders = ("34600000001", "34600000002")
    for sender in senders:
        say(edge, "hello", sender=sender)
    connection.execute("update public.profiles set locale = 'fr' where whatsapp_e164 ~ '2$'")
    connection.execute("delete from wa.texts where key = 'error.failed' and locale = 'en'")
    break_step(connection)
    messages = [payloads.text_message("help", sender=sender) for sender in senders]
    assert send(edge, *messages) == {"failed": 2}
    told = "select recipient from public.notifications where dedupe_key ~ '^failed:'"
    assert values(connection, told) == ["+34600000002"]


def test_a_user_who_opted_out_is_not_told(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "stop")
    break_step(connection, "subscribe")
    assert send(edge, payloads.text_message("start")) == {"failed": 1}
    assert reply_texts(connection) == [text(connection, "subscription.stopped")]


def test_a_failure_of_which_nobody_can_be_told_costs_the_others_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    connection.execute("delete from wa.texts where key = 'error.failed'")
    messages = [payloads.text_message("help"), payloads.text_message(sender="34600000001")]
    assert send(edge, *messages) == {"processed": 1, "failed": 1}


def test_a_replay_after_mending_has_the_effect_that_was_missing(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    message = payloads.text_message("help", user_id=payloads.SENDER_USER_ID)
    send(edge, message)
    mend_step(connection)
    replayed = operator.execute("select public.wa_replay_event(%s) as answer", (message["id"],))
    assert counts((replayed.fetchone() or {})["answer"]) == {"processed": 1}
    assert values(connection, "select status from public.wa_events") == ["processed"]
    assert value(connection, "select state from public.chat_state") == "help"
    assert send(edge, message) == {"duplicate": 1}


def test_meta_delivering_a_failed_message_again_is_a_duplicate(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    message = payloads.text_message("help")
    send(edge, message)
    assert send(edge, message) == {"duplicate": 1}


@pytest.mark.parametrize(
    "sqlstate",
    [
        *("40001", "40P01", "55P03", "57014", "53100", "XX000"),
        *("25006", "25P04", "54000", "55006", "72000", "AB123"),
    ],
)
def test_the_servers_trouble_is_no_fault_of_the_message(
    edge: Connection[DictRow], connection: Connection[DictRow], sqlstate: str
) -> None:
    raise_in_home(connection, f"raise exception using errcode = '{sqlstate}';")
    with pytest.raises(psycopg.Error) as caught:
        send(edge, payloads.text_message())
    assert caught.value.sqlstate == sqlstate
    assert value(connection, "select count(*) from public.wa_events") == 0


def test_any_other_error_is_the_message_s_own(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    causes = {
        "22012": "perform 1 / 0;",
        "P0004": "assert false;",
        "54001": "raise exception using errcode = '54001';",
        "55000": "raise exception using errcode = '55000';",
        "P0001": "raise exception 'no';",
    }
    for sqlstate, cause in causes.items():
        raise_in_home(connection, cause)
        message = payloads.text_message()
        assert send(edge, message) == {"failed": 1}
        assert errors_of(connection)[message["id"]] == sqlstate


def test_failing_statuses_cost_the_messages_nothing_and_are_kept(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("drop function wa.apply_statuses(jsonb)")
    body = payloads.envelope([payloads.text_message()], [payloads.status_update()])
    answer = dispatch(edge, body)
    assert counts(answer) == {"processed": 1, "statuses": 1}
    assert [event["event"] for event in answer["events"]] == ["NOTIFY_QUEUE", "STATUSES_FAILED"]
    kept = row(connection, "select reason, error from wa.kept_payloads")
    assert kept["reason"] == "dispatch_error"
    assert kept["error"].startswith("42883: ")


def raise_in_home(connection: Connection[DictRow], cause: str) -> None:
    connection.execute(
        f"""
        create or replace function wa.step_raising(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp
        as $$ begin {cause} return null; end $$""".encode()
    )
    connection.execute(
        "update wa.flow_states set step_function = 'step_raising' where state = 'home'"
    )
