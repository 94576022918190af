"""What raises an alert, in the same transaction."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import break_step, dispatch, send, value, values
from tests.fixtures.citus import purges_there

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.alerts.conftest import Alerts
    from tests.fixtures.postgres import Connect


def kept(reason: str, body: bytes = b"not json") -> payloads.Json:
    return {"body": base64.b64encode(body).decode(), "reason": reason, "error": "22P02: no"}


def test_messages_that_fail_in_one_call_are_one_row_for_each_sqlstate(
    edge: Connection[DictRow], alerts: Alerts
) -> None:
    break_step(alerts.owner)
    for number in range(3):
        send(edge, payloads.text_message("help", sender=f"3460000000{number}"))
    alerts.owner.execute("delete from wa.alert_occurrences")
    bodies = [
        payloads.envelope([payloads.text_message("help", sender=f"3460000000{number}")])
        for number in range(3)
    ]
    assert dispatch(edge, bodies)["failed"] == 3
    assert values(alerts.owner, "select seen_count from wa.alert_occurrences") == [3]
    (alert,) = alerts.claimed()
    assert (alert["kind"], alert["count"]) == ("event_failed", 3)


def test_the_alert_of_a_failed_message_holds_nothing_that_the_user_wrote(
    edge: Connection[DictRow], alerts: Alerts
) -> None:
    break_step(alerts.owner)
    send(edge, payloads.text_message("help", user_id="ES.998877"))
    (alert,) = alerts.claimed()
    assert payloads.SENDER not in str(alert)
    assert set(alert["detail"]) == {
        "wa_message_id",
        "message_type",
        "user_id",
        "sqlstate",
        "hint",
    }


@pytest.mark.parametrize("reason", ["not_json", "not_envelope", "dispatch_error"])
def test_a_payload_that_waits_for_a_person_raises_an_alert(
    edge: Connection[DictRow], alerts: Alerts, reason: str
) -> None:
    dispatch(edge, None, {"keep": [kept(reason)]})
    dispatch(edge, None, {"keep": [kept(reason)]})
    assert alerts.overview() == {("payload_kept", reason): 2}
    (alert,) = alerts.claimed()
    assert alert["detail"] == {"sqlstate": "22P02"}


def test_a_payload_that_was_processed_after_all_raises_none(
    edge: Connection[DictRow], alerts: Alerts
) -> None:
    dispatch(edge, None, {"keep": [kept("text_replaced")]})
    assert alerts.overview() == {}


def test_a_dispatch_without_trouble_raises_none(edge: Connection[DictRow], alerts: Alerts) -> None:
    send(edge, payloads.text_message())
    assert alerts.overview() == {}
    assert values(alerts.owner, "select from wa.alert_occurrences") == []


def test_invalid_senders_are_an_alert_once_they_are_many(
    edge: Connection[DictRow], alerts: Alerts
) -> None:
    alerts.set("allowed_phone_prefixes", ["250"])
    alerts.set("invalid_sender_spike_count", 3)
    for _ in range(2):
        send(edge, payloads.text_message())
    assert alerts.claimed() == []
    assert alerts.overview() == {}
    send(edge, payloads.text_message())
    (alert,) = alerts.claimed()
    assert (alert["kind"], alert["count"]) == ("invalid_sender_spike", 3)


def test_invalid_senders_that_are_far_apart_are_no_spike(
    edge: Connection[DictRow], alerts: Alerts
) -> None:
    alerts.set("allowed_phone_prefixes", ["250"])
    alerts.set("invalid_sender_spike_count", 2)
    send(edge, payloads.text_message())
    alerts.owner.execute("update wa.alert_occurrences set occurred_at = now() - interval '1 hour'")
    send(edge, payloads.text_message())
    assert alerts.claimed() == []
    assert value(alerts.owner, "select count(*) from wa.alert_occurrences") == 1


@purges_there
def test_a_purge_that_raises_is_told_and_still_raises(
    edge: Connection[DictRow], alerts: Alerts
) -> None:
    alerts.owner.execute("delete from wa.settings where key = 'logs_ttl_days'")
    with pytest.raises(psycopg.Error) as raised:
        edge.execute("call public.wa_retention_purge()")
    assert raised.value.sqlstate == "WA004"
    assert alerts.overview() == {("retention_failed", "WA004"): 1}


def test_a_purge_step_that_fails_says_so_and_purges_nothing(
    connect: Connect, alerts: Alerts
) -> None:
    alerts.owner.execute(
        "insert into public.wa_events (wa_message_id, message_type, status, received_at)"
        " values ('old', 'text', 'ignored', now() - interval '99 days')"
    )
    alerts.owner.execute("delete from wa.settings where key = 'alerts_ttl_days'")
    step = value(connect("wa_edge_role"), "select public.wa_retention_step()")
    assert (step["is_done"], step["error"]["sqlstate"]) == (True, "WA004")
    assert value(alerts.owner, "select count(*) from public.wa_events") == 1


def test_a_pause_is_grouped_by_what_it_begins_with_and_quotes_no_number(alerts: Alerts) -> None:
    alerts.owner.execute("select wa.pause_queue('error 190: for +34 600 111 222', 'infinity')")
    (alert,) = alerts.claimed()
    assert (alert["kind"], alert["group_key"]) == ("queue_paused", "error 190")
    assert alert["detail"]["reason"] == "error 190: for ***"


@purges_there
def test_alerts_are_forgotten_after_their_time(edge: Connection[DictRow], alerts: Alerts) -> None:
    alerts.raise_one()
    alerts.notifier.execute("select public.wa_alerts_group()")
    alerts.raise_one()
    alerts.owner.execute("update wa.alerts set last_seen_at = now() - interval '31 days'")
    alerts.owner.execute("update wa.alert_occurrences set occurred_at = now() - interval '31 days'")
    edge.execute("call public.wa_retention_purge()")
    assert alerts.overview() == {}
