"""What a person may make of a notification's status: a rule of the table, whoever comes by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import as_engine
from tests.queue.conftest import ANA

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue

STATUSES = ("queued", "sending", "sent", "delivered", "read", "failed", "cancelled")
ALLOWED = {("failed", "queued"), ("failed", "cancelled"), ("queued", "cancelled")}
BY_HAND = ("wa_operator_role", "postgres")


def bring_to(queue: Queue, status: str) -> int:
    """Make a notification of this status."""
    notification = queue.queue()
    with as_engine(queue.owner):
        queue.execute(
            "update public.notifications set status = %s, locked_by = 'worker-1',"
            " locked_until = now() + interval '1 minute',"
            " failed_at = case when %s = 'failed' then now() end where id = %s",
            status,
            status,
            notification,
        )
    return notification


def refusal(person: Connection[DictRow], notification: int, status: str) -> str | None:
    """Try a transition; None when it was allowed."""
    try:
        person.execute(
            "update public.notifications set status = %s where id = %s", (status, notification)
        )
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_hint}"
    return None


@pytest.mark.parametrize("role", BY_HAND)
def test_a_person_queues_or_cancels_what_failed_and_cancels_what_is_queued_and_nothing_else(
    queue: Queue, connect: Connect, role: str
) -> None:
    queue.add_user()
    person = connect(role)
    refusals = {
        (before, after): refusal(person, bring_to(queue, before), after)
        for before in STATUSES
        for after in STATUSES
        if before != after
    }
    assert {move for move, refused in refusals.items() if refused is None} == ALLOWED
    assert {refused[:6] for refused in refusals.values() if refused} == {"WA040 "}


@pytest.mark.parametrize("role", BY_HAND)
def test_a_drain_whose_where_was_forgotten_changes_nothing_and_says_what_to_write(
    queue: Queue, connect: Connect, role: str
) -> None:
    queue.add_user()
    failed, sent = bring_to(queue, "failed"), bring_to(queue, "sent")
    with pytest.raises(psycopg.Error) as refusal:
        connect(role).execute(
            "update public.notifications set status = 'queued', next_attempt_at = now()"
        )
    assert refusal.value.sqlstate == "WA040"
    assert "where status = 'failed'" in (refusal.value.diag.message_hint or "")
    assert (queue.status(failed), queue.status(sent)) == ("failed", "sent")


def test_what_failed_and_is_cancelled_counts_as_failed_no_more(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    notification = bring_to(queue, "failed")
    operator.execute("update public.notifications set status = 'cancelled'")
    assert queue.row(notification)["failed_at"] is None
    assert queue.value("select public.wa_metrics() -> 'queue' -> 'failed'") == 0


def test_an_older_edge_function_settles_what_it_sends_itself(
    queue: Queue, connection: Connection[DictRow], connect: Connect
) -> None:
    queue.add_user()
    notification = queue.queue(ANA)
    connection.execute("grant select, update on public.notifications to wa_edge_role")
    connection.execute("create policy direct on public.notifications to wa_edge_role using (true)")
    connect("wa_edge_role").execute("update public.notifications set status = 'sent'")
    assert queue.status(notification) == "sent"
