"""What Meta's webhooks about the account bring about, as `wa.account_events` says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import dispatch
from tests.queue.account_webhooks import BEFORE, account_change
from tests.queue.conftest import event_names

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

BAN = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}


def restriction(kind: str, seconds: int | None = None) -> dict[str, Any]:
    """Build a restriction that ends in so many seconds, or never."""
    ends = {} if seconds is None else {"expiration": int(time.time()) + seconds}
    return {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": f"RESTRICTED_{kind}"} | ends],
    }


def violation(kind: str, event: str = "ACCOUNT_VIOLATION") -> dict[str, Any]:
    """Build what Meta says of a violation, restricting nothing by it."""
    info = {"violation_type": kind, "remediation": "Read the policy."}
    return {"event": event, "phone_number": "15550001111", "violation_info": info}


def is_paused(queue: Queue) -> bool:
    return bool(queue.value("select paused_until > now() from wa.queue_state"))


def alerts(queue: Queue) -> set[str]:
    rows = queue.owner.execute("select group_key from wa.alert_overview").fetchall()
    return {row["group_key"] for row in rows}


@pytest.mark.parametrize(
    "value",
    [
        BAN,
        {"event": "ACCOUNT_DELETED"},
        {"event": "ACCOUNT_OFFBOARDED"},
    ],
    ids=lambda value: value["event"],
)
def test_a_banned_or_lost_account_pauses_the_queue_until_it_is_resumed(
    queue: Queue, edge: Connection[DictRow], value: dict[str, Any]
) -> None:
    queue.add_user()
    notification = queue.queue()
    answer = dispatch(edge, account_change("account_update", value))
    assert event_names(answer) == ["NOTIFY_QUEUE_PAUSED"]
    assert queue.claim() == []
    assert any(key.startswith("account_update") for key in alerts(queue))
    queue.execute("select public.wa_queue_resume()")
    assert queue.claimed_ids() == [notification]


@pytest.mark.parametrize("kind", ["BIZ_INITIATED_MESSAGING", "CUSTOMER_INITIATED_MESSAGING"])
def test_a_restriction_of_messaging_pauses_the_queue_until_it_expires(
    queue: Queue, edge: Connection[DictRow], kind: str
) -> None:
    value = restriction(kind, 3600)
    dispatch(edge, account_change("account_update", value))
    until = queue.value("select extract(epoch from paused_until) from wa.queue_state")
    assert int(until) == value["restriction_info"][0]["expiration"]


def test_a_restriction_of_messaging_without_an_end_pauses_the_queue_until_it_is_resumed(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    dispatch(edge, account_change("account_update", restriction("BIZ_INITIATED_MESSAGING")))
    assert queue.value("select paused_until = 'infinity' from wa.queue_state")


@pytest.mark.parametrize("later", [0, 1])
def test_of_two_webhooks_in_one_body_the_later_one_is_the_reason(
    queue: Queue, edge: Connection[DictRow], later: int
) -> None:
    kinds = ("BIZ_INITIATED_MESSAGING", "CUSTOMER_INITIATED_MESSAGING")
    body, other = (
        account_change("account_update", restriction(kind), time=BEFORE + (place == later))
        for place, kind in enumerate(kinds)
    )
    body["entry"] += other["entry"]
    dispatch(edge, body)
    reason = queue.value("select paused_reason from wa.queue_state")
    assert f"RESTRICTED_{kinds[later]}" in reason


@pytest.mark.parametrize("expiration", ["4102444800", "4102444800000", "2100-01-01T00:00:00+0000"])
def test_the_end_of_a_restriction_may_be_written_as_a_text(
    queue: Queue, edge: Connection[DictRow], expiration: str
) -> None:
    value = restriction("BIZ_INITIATED_MESSAGING")
    value["restriction_info"][0]["expiration"] = expiration
    dispatch(edge, account_change("account_update", value))
    assert queue.value("select extract(epoch from paused_until) from wa.queue_state") == 4102444800


def test_a_restriction_that_has_expired_pauses_nothing(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    dispatch(edge, account_change("account_update", restriction("BIZ_INITIATED_MESSAGING", -60)))
    assert not is_paused(queue)


@pytest.mark.parametrize("seconds", [3600, None], ids=["for an hour", "for ever"])
@pytest.mark.parametrize(
    "kind",
    [
        "ADD_PHONE_NUMBER_ACTION",
        "UTILITY_TEMPLATES",
        "DIRECT_SEND_UTILITY_TEMPLATES",
        "USER_INITIATED_CALLING",
        "USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN",
        "BUSINESS_INITIATED_CALLING",
        "BIZ_INITIATED_AND_USER_INITIATED_CALLING",
        "SOMETHING_OF_TOMORROW",
    ],
)
def test_a_restriction_of_anything_but_messaging_is_only_an_alert(
    queue: Queue, edge: Connection[DictRow], kind: str, seconds: int | None
) -> None:
    dispatch(edge, account_change("account_update", restriction(kind, seconds)))
    assert not is_paused(queue)
    assert alerts(queue) == {f"account_update ACCOUNT_RESTRICTION/RESTRICTED_{kind}"}


def test_of_several_restrictions_that_of_messaging_pauses_the_queue(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    value = restriction("BIZ_INITIATED_MESSAGING", 3600)
    value |= violation("DIRECT_SEND_UTILITY_CATEGORY_ABUSE_STRIKE_1", value["event"])
    value["restriction_info"] += restriction("USER_INITIATED_CALLING")["restriction_info"]
    dispatch(edge, account_change("account_update", value))
    until = queue.value("select extract(epoch from paused_until) from wa.queue_state")
    assert int(until) == value["restriction_info"][0]["expiration"]


@pytest.mark.parametrize(
    "value",
    [
        violation("DIRECT_SEND_UTILITY_CATEGORY_ABUSE_WARN", "ACCOUNT_RESTRICTION"),
        violation("DIRECT_SEND_UTILITY_CATEGORY_ABUSE_UNBAN", "ACCOUNT_RESTRICTION"),
        violation("USER_INITIATED_CALLS_LOW_PICKUP_RATE"),
        violation("LOW_BUSINESS_INITIATED_CALLING_QUALITY"),
        violation("SPAM"),
    ],
    ids=lambda value: value["violation_info"]["violation_type"],
)
def test_a_violation_that_restricts_nothing_is_only_an_alert_that_names_it(
    queue: Queue, edge: Connection[DictRow], value: dict[str, Any]
) -> None:
    dispatch(edge, account_change("account_update", value))
    assert not is_paused(queue)
    kind = value["violation_info"]["violation_type"]
    assert alerts(queue) == {f"account_update {value['event']}/{kind}"}


def test_an_operator_says_what_one_kind_of_violation_brings_about(
    queue: Queue, edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    operator.execute(
        """
        insert into wa.account_events (field, event, effect, description)
        values ('account_update', 'ACCOUNT_VIOLATION/SCAM', 'pause_queue', 'We want to look first.')
        """
    )
    dispatch(edge, account_change("account_update", violation("ADULT")))
    assert not is_paused(queue)
    dispatch(edge, account_change("account_update", violation("SCAM")))
    assert is_paused(queue)


def test_a_webhook_that_comes_again_after_the_queue_was_resumed_pauses_nothing(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    dispatch(edge, account_change("account_update", BAN))
    queue.execute("select public.wa_queue_resume()")
    dispatch(edge, account_change("account_update", BAN))
    assert not is_paused(queue)
    dispatch(edge, account_change("account_update", BAN, time=BEFORE + 60))
    assert is_paused(queue)


def test_the_end_of_a_ban_is_an_alert_and_no_pause(queue: Queue, edge: Connection[DictRow]) -> None:
    value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}
    dispatch(edge, account_change("account_update", value))
    assert not is_paused(queue)
    assert alerts(queue) == {"account_update DISABLED_UPDATE/REINSTATE"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone_number_quality_update", {"event": "FLAGGED"}),
        ("phone_number_quality_update", {"event": "DOWNGRADE"}),
        ("message_template_quality_update", {"new_quality_score": "RED"}),
        ("template_category_update", {"new_category": "MARKETING"}),
        ("account_alerts", {"alert_info": {"alert_type": "INCREASED_CAPABILITIES_REJECTED"}}),
        ("account_review_update", {"decision": "REJECTED"}),
        ("security", {"event": "PIN_CHANGED"}),
        ("account_update", {"event": "SOMETHING_OF_TOMORROW"}),
        ("template_correct_category_detection", {"correct_category": "MARKETING"}),
        ("flows", {"event": "FLOW_STATUS_CHANGE", "flow_id": "6", "new_status": "BLOCKED"}),
        ("flows", {"event": "FLOW_STATUS_CHANGE", "flow_id": "6", "new_status": "THROTTLED"}),
    ],
)
def test_a_warning_is_an_alert_and_stops_nothing(
    queue: Queue, edge: Connection[DictRow], field: str, value: dict[str, Any]
) -> None:
    dispatch(edge, account_change(field, value))
    (key,) = alerts(queue)
    assert key.startswith(f"{field} ")
    assert not is_paused(queue)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone_number_quality_update", {"event": "UNFLAGGED"}),
        ("account_review_update", {"decision": "APPROVED"}),
        ("account_update", {"event": "VERIFIED_ACCOUNT"}),
        ("flows", {"event": "FLOW_STATUS_CHANGE", "flow_id": "6", "new_status": "PUBLISHED"}),
        ("a_field_of_tomorrow", {"event": "?"}),
    ],
)
def test_what_asks_for_nobody_is_logged_and_no_alert(
    queue: Queue, edge: Connection[DictRow], field: str, value: dict[str, Any]
) -> None:
    dispatch(edge, account_change(field, value))
    assert alerts(queue) == set()
    assert queue.value("select count(*) from public.webhook_logs") == 1


def test_two_flows_that_are_blocked_are_two_alerts(queue: Queue, edge: Connection[DictRow]) -> None:
    for flow in ("6", "7"):
        change = {"event": "FLOW_STATUS_CHANGE", "flow_id": flow, "new_status": "BLOCKED"}
        dispatch(edge, account_change("flows", change))
    assert alerts(queue) == {f"flows FLOW_STATUS_CHANGE/BLOCKED {flow}" for flow in ("6", "7")}


def test_an_alert_about_a_number_does_not_name_it(queue: Queue, edge: Connection[DictRow]) -> None:
    value = {"event": "FLAGGED", "display_phone_number": "15550001111"}
    dispatch(edge, account_change("phone_number_quality_update", value))
    assert "15550001111" not in str(queue.value("select detail from wa.alert_overview"))


def test_an_operator_changes_what_an_event_brings_about(
    queue: Queue, edge: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    operator.execute("update wa.account_events set effect = 'pause_queue' where event = 'FLAGGED'")
    dispatch(edge, account_change("phone_number_quality_update", {"event": "FLAGGED"}))
    assert is_paused(queue)


def test_a_faster_number_sends_faster(queue: Queue, edge: Connection[DictRow]) -> None:
    queue.set("number_rate_per_second", 1)
    for number in range(3):
        queue.add_user(f"+3460000000{number}")
        queue.queue(f"+3460000000{number}")
    assert len(queue.claim()) == 1
    upgrade = {"event": "THROUGHPUT_UPGRADE", "display_phone_number": "15550001111"}
    answer = dispatch(edge, account_change("phone_number_quality_update", upgrade))
    assert event_names(answer) == ["NUMBER_RATE_RAISED"]
    queue.execute("update wa.number_pace set paid_until = now()")
    assert len(queue.claim()) == 2


def test_of_several_numbers_a_person_says_which_one_is_faster(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.execute("insert into wa.number_pace (phone_number_id) values ('1'), ('2')")
    upgrade = {"event": "THROUGHPUT_UPGRADE", "display_phone_number": "15550001111"}
    dispatch(edge, account_change("phone_number_quality_update", upgrade))
    assert alerts(queue) == {"phone_number_quality_update THROUGHPUT_UPGRADE"}
    assert queue.value("select count(rate_per_second) from wa.number_pace") == 0


@pytest.mark.parametrize("unreadable", [10**30, "2026-02-30T00:00:00Z", "soon", [], None])
def test_a_time_that_cannot_be_read_is_now(
    queue: Queue, edge: Connection[DictRow], unreadable: object
) -> None:
    body = account_change("account_update", BAN)
    body["entry"][0]["time"] = unreadable
    dispatch(edge, body)
    assert queue.value("select now() - account_event_at < interval '1 minute' from wa.queue_state")


def test_a_webhook_that_breaks_costs_the_messages_beside_it_nothing(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    queue.execute("drop function wa.pause_for_account(jsonb)")
    answer = dispatch(
        edge,
        [account_change("account_update", BAN), payloads.envelope([payloads.text_message()])],
    )
    assert answer["processed"] == 1
    assert event_names(answer) == ["NOTIFY_QUEUE", "ACCOUNT_CHANGES_FAILED"]
    assert queue.value("select reason from wa.kept_payloads") == "dispatch_error"
