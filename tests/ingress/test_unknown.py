"""What Meta adds tomorrow is no error, and leaves one masked row and one count, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import dispatch, row
from tests.field_payloads import field_webhook
from tests.payloads import envelope

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

ERROR = {"code": 987654, "title": "Something else", "error_data": {"details": "secret"}}
UNKNOWN: dict[str, tuple[str, payloads.Json]] = {
    "type of message": ("message", envelope([payloads.message("hologram", {"a": "secret"})])),
    "type of interactive message": (
        "message",
        envelope([payloads.message("interactive", {"type": "hologram_reply", "a": "secret"})]),
    ),
    "type of system message": (
        "message",
        envelope([payloads.message("system", {"type": "user_moved", "body": "secret"})]),
    ),
    "type of unsupported message": ("message", envelope([payloads.unsupported_message("holo")])),
    "error of a message": (
        "message",
        envelope([payloads.unsupported_message("poll_creation", errors=[ERROR])]),
    ),
    "status": ("status", envelope(statuses=[payloads.status_update(status="warped")])),
    "type of status": (
        "status",
        envelope(statuses=[payloads.status_update(status="sent", type="hologram")]),
    ),
    "error of a status": (
        "error",
        envelope(statuses=[payloads.status_update(status="failed", errors=[ERROR])]),
    ),
    "error beside messages": ("error", envelope(errors=[ERROR])),
    "key beside messages": ("field", envelope(holograms=[{"a": "secret"}])),
    "field": ("field", field_webhook("holograms")),
    "change without a field": (
        "field",
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": "secret"}]}]},
    ),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_an_unknown_kind_leaves_one_masked_row_and_one_count(
    edge: Connection[DictRow], connection: Connection[DictRow], kind: str
) -> None:
    what, body = UNKNOWN[kind]
    answer = dispatch(edge, body)
    assert answer["failed"] == 0
    counted = [one for one in answer["events"] if one["event"] == "UNKNOWN_RECEIVED"]
    assert [(one["what"], one["count"]) for one in counted] == [(what, 1)]
    logged = row(connection, "select kind, detail::text as detail from public.webhook_logs")
    assert logged["kind"] == "unknown"
    personal = ("secret", payloads.SENDER, payloads.SENDER_NAME)
    assert [one for one in personal if one in logged["detail"]] == []


def test_several_unknown_kinds_are_counted_in_one_order(edge: Connection[DictRow]) -> None:
    bodies = [UNKNOWN[kind][1] for kind in ("field", "error beside messages")]
    events = dispatch(edge, bodies)["events"]
    assert [one["what"] for one in events] == ["error", "field"]


def test_known_errors_leave_no_row_of_their_own(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    placeholder = payloads.unsupported_message("media_placeholder", 131060)
    failed = payloads.status_update(status="failed", error_code=131026)
    # Before Meta said what it does not carry.
    unsaid = payloads.unsupported_message(None, 131060)
    answer = dispatch(edge, envelope([placeholder, unsaid], [failed]))
    assert {event["event"] for event in answer["events"]} == {"NOTIFY_QUEUE"}
    assert connection.execute("select from public.webhook_logs").fetchall() == []


def test_a_thousand_statuses_with_one_unknown_error_leave_one_row(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    statuses = [payloads.status_update(f"wamid.{n}", "failed", errors=[ERROR]) for n in range(1000)]
    (event,) = dispatch(edge, envelope(statuses=statuses))["events"]
    assert event["count"] == 1000
    assert row(connection, "select detail -> 'count' as count from public.webhook_logs") == {
        "count": 1000
    }
