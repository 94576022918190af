"""Who waits for a colleague, and who is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import break_step, dispatch, value, values

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.handover.conftest import Desk


def test_while_a_colleague_has_it_what_the_user_writes_waits(desk: Desk) -> None:
    before = desk.place()
    desk.takes()
    assert desk.hears("menu") == ["MESSAGE_UNANSWERED"]
    after = desk.place()
    assert len(desk.answers()) == 1
    assert (after["state"], after["data"], after["updated_at"]) == (
        before["state"],
        before["data"],
        before["updated_at"],
    )
    assert after["waiting_since"] is not None
    assert (
        value(desk.owner, "select count(*) from public.wa_events where status = 'processed'") == 2
    )


def test_so_it_does_when_a_message_beside_it_fails(desk: Desk) -> None:
    desk.takes()
    break_step(desk.owner)
    said = [payloads.text_message(), payloads.text_message("help", sender="34600000002")]
    answer = dispatch(desk.edge, payloads.envelope(said))
    events = [event["event"] for event in answer["events"]]
    assert events == ["MESSAGE_UNANSWERED", "MESSAGE_FAILED"]
    assert len(desk.answers()) == 2


def test_who_writes_to_one_number_waits_for_nobody_at_another(desk: Desk) -> None:
    desk.owner.execute(
        "insert into public.chat_state (user_id, phone_number_id, state)"
        " select user_id, 'another', state from public.chat_state"
    )
    here = desk.takes()["phone_number_id"]
    desk.hears("menu")
    waiting = "select phone_number_id from public.chat_state where waiting_since is not null"
    assert values(desk.owner, waiting) == [here]


def test_the_metrics_and_the_status_tell_who_waits(desk: Desk) -> None:
    desk.takes()
    desk.hears("Is anybody there?")
    desk.owner.execute("update public.chat_state set waiting_since = now() - interval '1 hour'")
    metrics = value(desk.owner, "select public.wa_metrics()")
    assert (metrics["handovers"], metrics["handover_wait_seconds"] >= 3600) == (1, True)
    problems = value(desk.owner, "select public.wa_status() -> 'problems'")
    assert "users_wait" in [problem["code"] for problem in problems]


@pytest.mark.any_server
def test_an_alert_tells_now_and_then_of_those_who_wait_too_long(
    desk: Desk, connect: Connect
) -> None:
    group = "select public.wa_alerts_group()"
    seen = "select group_key || ' ' || seen_count from wa.alert_overview where kind = 'users_wait'"
    notifier = connect("wa_notifier_role")
    desk.takes()
    desk.hears("Is anybody there?")
    notifier.execute(group)
    assert values(desk.owner, seen) == []

    desk.owner.execute("update public.chat_state set waiting_since = now() - interval '1 hour'")
    for _ in range(2):
        notifier.execute(group)
        assert values(desk.owner, seen) == ["conversations 1"]

    desk.owner.execute("update wa.alerts set last_seen_at = now() - interval '1 hour'")
    notifier.execute(group)
    assert values(desk.owner, seen) == ["conversations 2"]
    desk.owner.execute("update wa.alerts set last_seen_at = now() - interval '1 hour'")
    desk.owner.execute("update wa.settings set value = '0' where key = 'waiting_alert_seconds'")
    notifier.execute(group)
    desk.owner.execute("update wa.settings set value = '60' where key = 'waiting_alert_seconds'")
    desk.replies("I am.")
    notifier.execute(group)
    assert values(desk.owner, seen) == ["conversations 2"]


@pytest.mark.any_server
def test_a_flow_that_cannot_tell_who_waits_keeps_no_alert(desk: Desk, connect: Connect) -> None:
    desk.owner.execute(
        "create function wa.waiting_orders() returns timestamptz language sql"
        " set search_path = pg_catalog, pg_temp as 'select 1 / 0; select now()'"
    )
    connect("wa_notifier_role").execute("select public.wa_alerts_group()")
    told = "select group_key || ': ' || (detail ->> 'message') from wa.alerts"
    assert values(desk.owner, told) == ["orders: division by zero"]
