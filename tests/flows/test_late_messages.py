"""A message that comes too late to be answered is recorded, and counts for consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import (
    break_step,
    counts,
    dispatch,
    envelopes,
    mend_step,
    profiles,
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


def hours_ago(hours: float) -> int:
    return int(payloads.unix_seconds()) - int(3600 * hours)


BACKLOG = [
    payloads.text_message(words, timestamp=hours_ago(30 - minute / 60))
    for minute, words in enumerate(("hello", "anybody there?", "are you closed?"))
]


def test_a_backlog_of_thirty_hours_hoards_no_replies(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    assert counts(dispatch(edge, envelopes(BACKLOG))) == {"processed": 3}
    assert reply_texts(connection) == []
    say(edge, "hello")
    assert reply_texts(connection) == [text(connection, "home.menu")]


def test_it_is_recorded_and_told(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    answer = dispatch(edge, envelopes([*BACKLOG, payloads.text_message(sender="34600000009")]))
    told = [event for event in answer["events"] if event["event"] == "MESSAGES_TOO_LATE"]
    assert told == [{"event": "MESSAGES_TOO_LATE", "level": "warning", "count": 3}]
    assert values(connection, "select distinct status from public.wa_events") == ["processed"]
    assert counts(dispatch(edge, envelopes(BACKLOG))) == {"duplicate": 3}
    (known,) = (one for one in profiles(connection) if one["whatsapp_e164"] != "+34600000009")
    assert known["display_name"] == payloads.SENDER_NAME
    written = "select extract(epoch from last_inbound_at)::int from wa.service_windows"
    assert int(BACKLOG[-1]["timestamp"]) in values(connection, written)


def test_it_moves_no_conversation(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "language")
    say(edge, "help", timestamp=hours_ago(30))
    assert value(connection, "select state from public.chat_state") == "language"
    say(edge, "help", sender="34600000009", timestamp=hours_ago(30))
    assert value(connection, "select count(*) from public.chat_state") == 1


def test_its_word_about_consent_counts_without_an_answer(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    opted_out = "select opted_out_at is not null from public.profiles"
    say(edge, "stop", timestamp=hours_ago(30))
    assert value(connection, opted_out) is True
    say(edge, "start", timestamp=hours_ago(29))
    assert value(connection, opted_out) is False
    assert reply_texts(connection) == []


def test_its_identity_change_counts(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, payloads.number_changed("34600555444", timestamp=hours_ago(100)))
    assert values(connection, "select whatsapp_e164 from public.profiles") == ["+34600555444"]


@pytest.mark.parametrize(("hours", "replies"), [(1.9, 1), (2.1, 0)])
def test_how_late_is_too_late_is_a_setting(
    edge: Connection[DictRow], connection: Connection[DictRow], hours: float, replies: int
) -> None:
    connection.execute("update wa.settings set value = '7200' where key = 'reply_ttl_seconds'")
    say(edge, "hello", timestamp=hours_ago(hours))
    assert len(reply_texts(connection)) == replies


def test_a_reply_lasts_as_long_as_its_message_makes_sense(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    message = payloads.text_message(timestamp=hours_ago(20))
    send(edge, message)
    expires = value(connection, "select expires_at from public.notifications")
    assert expires.timestamp() == int(message["timestamp"]) + 86400


def test_a_message_that_fails_too_late_is_not_apologized_for(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection, "unsubscribe")
    assert send(edge, payloads.text_message("stop", timestamp=hours_ago(30))) == {"failed": 1}
    assert reply_texts(connection) == []


def test_a_replay_is_answered_however_old_the_message_is(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    message = payloads.text_message("help", timestamp=hours_ago(23))
    break_step(connection)
    send(edge, message)
    mend_step(connection)
    connection.execute("update wa.settings set value = '3600' where key = 'reply_ttl_seconds'")
    replayed: Any = value(operator, "select public.wa_replay_event(%s)", message["id"])
    assert counts(replayed) == {"processed": 1}
    assert reply_texts(connection)[-1] == text(connection, "help.body")
    lasts = "select expires_at > now() from public.notifications order by id desc limit 1"
    assert value(connection, lasts) is True
