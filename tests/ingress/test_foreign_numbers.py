"""Whose webhook it is: what comes for numbers and accounts of others causes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch, send, value, values
from tests.field_payloads import FIELDS, field_webhook
from tests.fixtures.numbers import (
    FOREIGN,
    FOREIGN_ACCOUNT,
    OURS,
    SECOND,
    enter_number,
    retire_number,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

_TRACES = """
    select count(*) from (
      select from public.profiles union all select from public.chat_state
      union all select from public.notifications
    ) as trace
"""

_WHAT_USERS_DO = (
    "select last_inbound_at from wa.service_windows",
    "select to_jsonb(silence) from wa.silences as silence",
    "select to_jsonb(preference) from wa.marketing_preferences as preference",
)


def of_account(body: payloads.Json, account_id: str) -> payloads.Json:
    """Let a body be another account's."""
    body["entry"][0]["id"] = account_id
    return body


def paused(connection: Connection[DictRow]) -> bool:
    return bool(value(connection, "select paused_until > now() from wa.queue_state"))


def foreign_alerts(connection: Connection[DictRow]) -> dict[str, int]:
    connection.execute("select wa.group_alerts()")
    rows = connection.execute(
        "select group_key, seen_count from wa.alerts where kind = 'webhook_foreign'"
    )
    return {row["group_key"]: row["seen_count"] for row in rows}


@pytest.fixture
def operator(connect: Connect) -> Connection[DictRow]:
    return connect("wa_operator_role")


def test_a_message_to_another_number_is_kept_counted_and_alerted_and_causes_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    message = payloads.text_message("Is my repair finished?")
    body = payloads.envelope([message], phone_number_id=FOREIGN)
    answer = dispatch(edge, body)
    assert (answer["foreign"], answer["ignored"], answer["processed"]) == (1, 1, 0)
    assert value(connection, _TRACES) == 0
    kept = connection.execute("select status, error, payload from public.wa_events").fetchone()
    assert kept is not None
    assert kept["status"] == "ignored"
    assert kept["error"].startswith(f"WA045: {FOREIGN} is not one of our business numbers")
    change = kept["payload"]["entry"][0]["changes"][0]["value"]
    assert change["messages"] == [message]
    assert foreign_alerts(connection) == {f"number {FOREIGN}": 1}
    assert dispatch(edge, body)["duplicate"] == 1
    assert foreign_alerts(connection) == {f"number {FOREIGN}": 1}


def test_its_neighbours_in_the_same_body_are_answered(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    bodies = [
        payloads.envelope([payloads.text_message()], phone_number_id=FOREIGN),
        payloads.envelope([payloads.text_message()]),
    ]
    answer = dispatch(edge, bodies)
    assert (answer["processed"], answer["foreign"]) == (1, 1)
    assert values(connection, "select phone_number_id from public.notifications") == [OURS]


def test_while_no_number_is_known_each_is_ours(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    body = payloads.envelope([payloads.text_message()], phone_number_id=FOREIGN)
    assert dispatch(edge, body)["processed"] == 1
    assert values(connection, "select phone_number_id from public.notifications") == [FOREIGN]


def test_a_number_that_is_retired_is_not_ours(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    retire_number(connection)
    assert send(edge, payloads.text_message()) == {"ignored": 1}
    assert value(connection, _TRACES) == 0


def test_a_number_that_is_known_later_takes_what_was_kept(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    enter_number(connection)
    message = payloads.text_message()
    send(edge, message, phone_number_id=SECOND)
    enter_number(connection, SECOND)
    answer = value(operator, "select public.wa_replay_event(%s)", message["id"])
    assert answer["processed"] == 1
    assert values(connection, "select phone_number_id from public.notifications") == [SECOND]
    assert values(connection, "select status from public.wa_events") == ["processed"]


def test_a_replay_of_all_takes_what_was_kept_for_numbers_of_today(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    enter_number(connection)
    send(edge, payloads.text_message(), phone_number_id=SECOND)
    send(edge, payloads.text_message(), phone_number_id=FOREIGN)
    assert value(operator, "select public.wa_failed_events()")["messages"] == 0
    enter_number(connection, SECOND)
    assert value(operator, "select public.wa_failed_events()")["messages"] == 1
    answer = value(operator, "select public.wa_replay_events()")
    assert (answer["replayed"], answer["processed"]) == (1, 1)
    assert values(
        connection, "select phone_number_id from public.wa_events where error is not null"
    ) == [FOREIGN]


def test_what_was_kept_and_no_longer_fits_is_not_replayed_unasked(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    enter_number(connection)
    message = payloads.text_message(timestamp=int(payloads.unix_seconds()) - 60)
    send(edge, message, phone_number_id=SECOND)
    enter_number(connection, SECOND)
    send(edge, payloads.text_message(), phone_number_id=SECOND)
    with pytest.raises(psycopg.Error) as refused:
        operator.execute("select public.wa_replay_event(%s)", (message["id"],))
    assert refused.value.sqlstate == "WA042"


def test_a_number_that_does_not_answer_records_and_opens_the_window(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection, answers=False)
    assert send(edge, payloads.text_message()) == {"ignored": 1}
    assert value(connection, "select count(*) from wa.service_windows") == 1
    assert value(connection, "select count(*) from public.notifications") == 0
    assert foreign_alerts(connection) == {}


def test_statuses_for_another_number_settle_nothing_and_teach_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    connection.execute(
        "select public.wa_notify('+34600111222', %s)",
        (Jsonb({"type": "text", "text": {"body": "x"}}),),
    )
    connection.execute("update public.notifications set wa_message_id = 'wamid.ours'")
    status = payloads.status_update("wamid.ours", "delivered", recipient="34600111222")
    status["recipient_user_id"] = "ES.99887766"
    dispatch(edge, payloads.envelope(statuses=[status, status], phone_number_id=FOREIGN))
    assert values(connection, "select status from public.notifications") == ["queued"]
    assert values(connection, "select wa_user_id from public.profiles") == [None]
    assert values(connection, "select detail -> 'count' from public.webhook_logs") == [2]
    assert foreign_alerts(connection) == {f"number {FOREIGN}": 2}


@pytest.mark.parametrize(
    ("field", "event"),
    [
        (
            "message_template_status_update",
            {
                "event": "PAUSED",
                "message_template_name": "welcome",
                "message_template_language": "en",
            },
        ),
        ("account_update", {"event": "ACCOUNT_DELETED"}),
        (
            "user_preferences",
            {
                "user_preferences": [
                    {
                        "wa_id": payloads.SENDER,
                        "category": "marketing_messages",
                        "value": "stop",
                        "timestamp": 1790000000,
                    }
                ]
            },
        ),
    ],
)
def test_what_happens_to_another_account_changes_nothing_of_ours(
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    field: str,
    event: dict[str, Any],
) -> None:
    enter_number(connection)
    send(edge, payloads.text_message())
    dispatch(edge, of_account(payloads.field_envelope(field, event), FOREIGN_ACCOUNT))
    assert not paused(connection)
    assert value(connection, "select count(*) from wa.message_templates") == 0
    assert value(connection, "select count(*) from wa.marketing_preferences") == 0
    assert values(connection, "select waba_id from public.webhook_logs") == [FOREIGN_ACCOUNT]
    assert foreign_alerts(connection) == {f"account {FOREIGN_ACCOUNT}": 1}


@pytest.mark.parametrize(
    "field", ["calls", "messaging_handovers", "smb_message_echoes", "user_preferences"]
)
def test_what_a_user_does_with_another_number_changes_nothing_with_ours(
    edge: Connection[DictRow], connection: Connection[DictRow], field: str
) -> None:
    enter_number(connection)
    dispatch(edge, payloads.envelope([payloads.text_message()]))
    connection.execute("update wa.service_windows set last_inbound_at = 'epoch'")
    value_of_field = FIELDS[field] | {"metadata": {"phone_number_id": FOREIGN}}
    before = [values(connection, query) for query in _WHAT_USERS_DO]
    dispatch(edge, field_webhook(field, value_of_field))
    assert [values(connection, query) for query in _WHAT_USERS_DO] == before
    assert foreign_alerts(connection) == {f"number {FOREIGN}": 1}
    dispatch(edge, field_webhook(field, FIELDS[field]))
    assert [values(connection, query) for query in _WHAT_USERS_DO] != before


def test_what_happens_to_our_account_still_counts(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    dispatch(edge, payloads.field_envelope("account_update", {"event": "ACCOUNT_DELETED"}))
    assert paused(connection)


def test_a_partner_event_that_names_a_portfolio_is_no_alarm(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    added = {"event": "PARTNER_ADDED", "waba_info": {"waba_id": FOREIGN_ACCOUNT}}
    dispatch(edge, of_account(payloads.field_envelope("account_update", added), "5550001"))
    assert foreign_alerts(connection) == {}


@pytest.mark.parametrize("numbers", [0, 1])
def test_the_test_button_of_the_dashboard_leaves_one_row_in_the_log(
    edge: Connection[DictRow], connection: Connection[DictRow], numbers: int
) -> None:
    if numbers:
        enter_number(connection)
    sample = payloads.envelope(
        [payloads.text_message("this is a text message", sender="16315551181")],
        phone_number_id="123456123",
    )
    deleted = payloads.field_envelope("account_update", {"event": "ACCOUNT_DELETED"})
    dispatch(edge, [of_account(sample, "0"), of_account(deleted, "0")])
    assert value(connection, _TRACES) == 0
    assert value(connection, "select count(*) from public.wa_events") == 0
    assert not paused(connection)
    assert foreign_alerts(connection) == {}
    assert values(
        connection, "select kind || ' ' || field from public.webhook_logs order by field"
    ) == [
        "field account_update",
        "field messages",
    ]


def test_a_faster_number_is_the_one_that_the_webhook_names(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection, OURS, display_number="+15550001111")
    enter_number(connection, SECOND, display_number="+15550002222")
    connection.execute(
        "insert into wa.number_pace (phone_number_id) values (%s), (%s)", (OURS, SECOND)
    )
    upgrade = {"event": "THROUGHPUT_UPGRADE", "display_phone_number": "+1 555-000-2222"}
    dispatch(edge, payloads.field_envelope("phone_number_quality_update", upgrade))
    assert values(
        connection,
        "select phone_number_id from wa.number_pace where rate_per_second is not null",
    ) == [SECOND]


def test_an_alert_about_one_of_two_numbers_says_which(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection, OURS, display_number="+15550001111")
    enter_number(connection, SECOND, display_number="+15550002222")
    for display in ("15550001111", "15550002222"):
        flagged = {"event": "FLAGGED", "display_phone_number": display}
        dispatch(edge, payloads.field_envelope("phone_number_quality_update", flagged))
    assert set(
        values(connection, "select detail ->> 'phone_number_id' from wa.alert_occurrences")
    ) == {OURS, SECOND}
