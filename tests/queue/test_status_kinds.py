"""Statuses of every kind: what is strange, not a message's, or a group's moves no person's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.dispatching import dispatch
from tests.payloads import PHONE_NUMBER_ID, SENDER, envelope, status_update
from tests.queue.conftest import ANA, BRUNO, event_names, text

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue

STRANGE: tuple[dict[str, object], ...] = (
    {},
    {"id": "wamid.1"},
    {"id": 1, "status": 2, "timestamp": 3, "errors": 4, "biz_opaque_callback_data": 5},
    {"id": "wamid.1", "status": "warped", "timestamp": "soon", "errors": [{"code": "x"}]},
    {"id": "wamid.1", "status": "failed", "errors": []},
    {"status": None, "id": None, "errors": None},
)


def test_a_strange_status_raises_nothing(queue: Queue) -> None:
    queue.add_user(ANA)
    queue.send()
    for status in STRANGE:
        assert queue.apply_statuses(status)["statuses"] == 1, status


@pytest.mark.parametrize("status", ["captured", "pending", "failed", "sent"])
def test_a_status_of_a_payment_moves_no_message(queue: Queue, status: str) -> None:
    queue.add_user()
    claimed = queue.queue()
    queue.claim()
    report = queue.apply_statuses(
        queue.status_of(claimed, status, error_code=131026, type="payment", payment={"amount": {}})
    )
    assert (report["applied"], report["payments"], report["events"]) == (0, 1, [])
    assert queue.status(claimed) == "sending"


@pytest.mark.parametrize(
    "kind", [{"status": "warped"}, {"type": "call", "status": "sent"}, {"status": 7}]
)
def test_an_unknown_kind_of_status_moves_no_message(queue: Queue, kind: dict[str, object]) -> None:
    queue.add_user()
    claimed = queue.queue()
    queue.claim()
    report = queue.apply_statuses(queue.status_of(claimed, "sent") | kind)
    assert (report["applied"], report["unknown"]) == (0, 1)
    assert event_names(report) == ["UNKNOWN_RECEIVED"]
    assert queue.status(claimed) == "sending"


def test_each_kind_that_moves_no_message_leaves_one_masked_row_with_its_count(
    queue: Queue, edge: Connection[DictRow]
) -> None:
    payment = status_update("wamid.1", "captured", type="payment", payment={"reference_id": "r"})
    unknown = status_update("wamid.2", "warped", detail="secret")
    answer = dispatch(edge, envelope(statuses=[payment, unknown, unknown, status_update()]))
    assert answer["statuses"] == 4
    logs = queue.owner.execute(
        """
        select
          kind, field, phone_number_id, detail -> 'count' as count, detail::text,
          detail #>> '{statuses,0,type}' as type, detail #>> '{statuses,0,status}' as status
        from public.webhook_logs
        order by kind
        """
    ).fetchall()
    assert [(row["kind"], row["type"], row["status"], row["count"]) for row in logs] == [
        ("field", "payment", "captured", 1),
        ("unknown", None, "warped", 2),
    ]
    assert {(row["field"], row["phone_number_id"]) for row in logs} == {
        ("messages", PHONE_NUMBER_ID)
    }
    assert not any(SENDER in row["detail"] or "secret" in row["detail"] for row in logs)


def queue_for_group(queue: Queue, group_id: str = "group-1") -> int:
    """Queue a message to a group, as an operator does."""
    return int(
        queue.value(
            """
            insert into public.notifications (recipient, payload) values (%s, %s) returning id""",
            group_id,
            Jsonb(text("hello all") | {"recipient_type": "group"}),
        )
    )


def test_the_status_of_a_message_to_a_group_settles_no_persons_row(queue: Queue) -> None:
    queue.add_user()
    claimed = queue.queue()
    queue.claim()
    queue.add_user(BRUNO)
    sent = queue.send(BRUNO)
    of_group = {"recipient_type": "group", "recipient_id": "group-1"}
    report = queue.apply_statuses(
        queue.status_of(claimed, "failed", error_code=131026) | of_group,
        status_update(f"wamid.{sent}", "read") | of_group,
    )
    assert (report["applied"], report["unmatched"]) == (0, 2)
    assert (queue.status(claimed), queue.status(sent)) == ("sending", "sent")


def test_the_status_of_a_message_to_a_group_settles_the_groups_row(queue: Queue) -> None:
    claimed = queue_for_group(queue)
    queue.claim()
    queue.apply_statuses(queue.status_of(claimed, "delivered", recipient_type="group"))
    assert queue.status(claimed) == "delivered"
