"""What waits for a person is not purged unheard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import break_step, send, value, values
from tests.fixtures.citus import purges_there
from tests.fixtures.numbers import enter_number
from tests.queue.conftest import ANA
from tests.retention.conftest import purge

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.retention.conftest import Past

pytestmark = purges_there

ALERTS = """
    select group_key || ' ' || (detail ->> 'payloads') from wa.alert_overview
    where kind = 'payloads_expire' order by 1
"""


def fail_long_ago(edge: Connection[DictRow], past: Past) -> None:
    break_step(past.owner)
    send(edge, payloads.text_message("help"))
    past.owner.execute("update public.wa_events set received_at = now() - interval '1 year'")


def test_a_failed_message_that_nobody_replayed_stays_however_old(
    edge: Connection[DictRow], past: Past
) -> None:
    fail_long_ago(edge, past)
    past.add_events(2, "31 days")
    assert purge(edge)["RETENTION_WA_EVENTS_PURGED"]["count"] == 2
    assert values(past.owner, "select status from public.wa_events") == ["failed"]


def test_once_it_is_dismissed_it_goes(
    edge: Connection[DictRow], operator: Connection[DictRow], past: Past
) -> None:
    fail_long_ago(edge, past)
    operator.execute("select public.wa_dismiss_event(wa_message_id) from public.wa_events")
    assert purge(edge)["RETENTION_WA_EVENTS_PURGED"]["count"] == 1


def test_old_failed_messages_do_not_make_retention_look_late(
    edge: Connection[DictRow], operator: Connection[DictRow], past: Past
) -> None:
    enter_number(past.owner)
    fail_long_ago(edge, past)
    problems = value(operator, "select public.wa_status()")["problems"]
    assert {problem["code"] for problem in problems} == {"messages_failed"}


def test_a_payload_that_nobody_looked_at_goes_after_ninety_days_and_that_is_told(
    edge: Connection[DictRow], past: Past
) -> None:
    past.add_kept_payload("not_json", "91 days")
    past.add_kept_payload("dispatch_error", "89 days")
    assert purge(edge)["RETENTION_KEPT_PAYLOADS_PURGED"]["count"] == 1
    assert values(past.owner, "select reason from wa.kept_payloads") == ["dispatch_error"]
    assert "deleted 1" in values(past.owner, ALERTS)


def test_nothing_is_told_where_nothing_goes(edge: Connection[DictRow], past: Past) -> None:
    past.add_kept_payload("not_json", "75 days")
    purge(edge)
    assert values(past.owner, ALERTS) == []


def test_two_weeks_before_it_is_told_once_a_day(edge: Connection[DictRow], past: Past) -> None:
    past.add_kept_payload("not_json", "77 days")
    past.add_kept_payload("not_json", "75 days")
    past.add_kept_payload("text_replaced", "80 days")
    purge(edge)
    assert values(past.owner, ALERTS) == ["soon 1"]
    purge(edge)
    past.owner.execute("select wa.group_alerts()")
    purge(edge)
    seen = "select seen_count from wa.alert_overview where kind = 'payloads_expire'"
    assert values(past.owner, seen) == [1]
    past.owner.execute("update wa.alerts set last_seen_at = now() - interval '25 hours'")
    purge(edge)
    assert values(past.owner, seen) == [2]


def test_status_says_when_the_first_of_them_goes(operator: Connection[DictRow], past: Past) -> None:
    past.add_kept_payload("not_json", "80 days")
    problems = value(operator, "select public.wa_status()")["problems"]
    (problem,) = [one for one in problems if one["code"] == "payloads_kept"]
    goes_on = value(
        past.owner, "select (now() at time zone 'UTC' + interval '10 days')::date::text"
    )
    assert problem["message"].endswith(f"the first is deleted on {goes_on}")


@pytest.mark.parametrize(("expires", "left"), [("91 days", 0), ("1 day", 1)])
def test_a_message_that_waits_for_its_user_goes_when_it_expired_long_ago(
    edge: Connection[DictRow], past: Past, expires: str, left: int
) -> None:
    send(edge, payloads.text_message("hello", sender=ANA[1:]))
    past.owner.execute(
        "update public.notifications set created_at = now() - interval '92 days',"
        " waiting_for = 'user', next_attempt_at = null, expires_at = now() - %s::interval",
        (expires,),
    )
    purge(edge)
    assert past.count("public.notifications") == left
