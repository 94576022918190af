"""Where somebody else answers a user the bot does not: a responder at Meta, a person in the app."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import dispatch, row, say, value, values
from tests.field_payloads import FIELDS, field_webhook

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

ANSWERS = "select count(*) from public.notifications where kind = 'message'"
MINUTE, HOUR, DAY = 60, 3600, 86400


def handover(kind: str, ago: float = 0, sender: payloads.Json | None = None) -> payloads.Json:
    """Build the webhook of a thread that was taken from us or passed to us."""
    roles = {"previous_owner_role": "escalation", "new_owner_role": "customer_service"}
    value = {
        **FIELDS["messaging_handovers"],
        "type": kind,
        "timestamp": str(int(time() - ago)),
        kind: roles,
    }
    return field_webhook("messaging_handovers", value | {"sender": sender} if sender else value)


def echo(text: str, ago: float = 0, **fields: str) -> payloads.Json:
    """Build the webhook of what a person of the business wrote in the app."""
    to = {"to": payloads.SENDER} | fields
    message = payloads.text_message(
        text, sender=payloads.BOT_NUMBER, timestamp=int(time() - ago), **to
    )
    return field_webhook(
        "smb_message_echoes", FIELDS["smb_message_echoes"] | {"message_echoes": [message]}
    )


@pytest.mark.parametrize(
    "sender",
    [{"phone_number": payloads.SENDER}, {"user_id": payloads.SENDER_USER_ID}],
    ids=["number", "BSUID"],
)
def test_a_thread_that_another_responder_took_is_not_answered_until_it_is_passed_back(
    edge: Connection[DictRow], connection: Connection[DictRow], sender: payloads.Json
) -> None:
    say(edge, "hello", user_id=payloads.SENDER_USER_ID)
    dispatch(edge, handover("control_taken", MINUTE, sender))
    say(edge, "help", user_id=payloads.SENDER_USER_ID)
    assert value(connection, ANSWERS) == 1
    dispatch(edge, handover("control_passed", 0, sender))
    say(edge, "help", user_id=payloads.SENDER_USER_ID)
    assert value(connection, ANSWERS) == 2


def test_a_taking_that_is_delivered_after_the_passing_back_silences_nobody(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    for late in (handover("control_passed", 0), handover("control_taken", MINUTE)):
        dispatch(edge, late)
    say(edge, "help")
    assert value(connection, ANSWERS) == 2


def test_a_taking_of_long_ago_has_ended_by_itself(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    dispatch(edge, handover("control_taken", DAY + MINUTE))
    say(edge, "help")
    assert value(connection, ANSWERS) == 2


def test_what_a_person_wrote_in_the_app_is_kept_once_and_the_bot_waits(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    written = echo("Kim here, I look into it")
    for _ in range(2):
        dispatch(edge, written)
    say(edge, "help")
    assert value(connection, ANSWERS) == 1
    kept = row(
        connection,
        "select recipient, status, payload, wa_message_id from public.notifications"
        " where kind = 'echo'",
    )
    (message,) = written["entry"][0]["changes"][0]["value"]["message_echoes"]
    assert kept == {
        "recipient": f"+{payloads.SENDER}",
        "status": "sent",
        "payload": {"type": "text", "text": {"body": "Kim here, I look into it"}},
        "wa_message_id": message["id"],
    }


def test_after_an_hour_without_a_person_the_bot_answers_again(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    dispatch(edge, echo("Kim here", HOUR + MINUTE))
    say(edge, "help")
    assert value(connection, ANSWERS) == 2


def test_what_a_person_wrote_moves_on_by_its_statuses(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    dispatch(edge, echo("Kim here", message_id="wamid.kim"))
    dispatch(edge, payloads.envelope(statuses=[payloads.status_update("wamid.kim", "read")]))
    assert values(connection, "select status from public.notifications where kind = 'echo'") == [
        "read"
    ]


def test_what_is_written_to_a_stranger_in_the_app_leaves_the_log_row_only(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    dispatch(edge, echo("Kim here"))
    assert values(connection, "select field from public.webhook_logs") == ["smb_message_echoes"]
    assert value(connection, "select count(*) from public.profiles") == 0


def test_the_thread_of_a_stranger_is_taken_from_nobody(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    assert dispatch(edge, handover("control_taken"))["events"] == []
    assert value(connection, "select count(*) from wa.silences") == 0


def test_of_two_who_answer_at_the_same_second_the_longer_silence_counts(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    written, taken = echo("Kim here", 2 * HOUR), handover("control_taken")
    echoed, told = (body["entry"][0]["changes"][0]["value"] for body in (written, taken))
    told["timestamp"] = echoed["message_echoes"][0]["timestamp"]
    for body in (written, taken):
        dispatch(edge, body)
    say(edge, "help")
    assert value(connection, ANSWERS) == 1
