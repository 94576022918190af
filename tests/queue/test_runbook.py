"""The runbook's statements work literally as written there, for the role of a person on call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import as_engine
from tests.fixtures.citus import listens_there
from tests.queue.conftest import ANA, BRUNO, text

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue

MONITOR = "select status, count(*) from public.notifications group by 1 order by 1;"
DRAIN = """
update public.notifications
set status = 'queued',
    next_attempt_at = now(),
    retry_count = greatest(retry_count, 0)
where status = 'failed';
"""


def fail(queue: Queue, recipient: str = ANA, code: int = 100) -> int:
    notification = queue.queue(recipient)
    (claimed,) = queue.claim()
    queue.reject(claimed, code)
    assert queue.status(notification) == "failed"
    return notification


def test_the_monitor_statement_counts_by_status(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    queue.send()
    fail(queue)
    queue.queue()
    counts = {row["status"]: row["count"] for row in operator.execute(MONITOR)}
    assert counts == {"sent": 1, "failed": 1, "queued": 1}


def test_the_drain_statement_sends_what_failed(queue: Queue, operator: Connection[DictRow]) -> None:
    queue.add_user()
    notification = fail(queue)
    operator.execute(DRAIN)
    assert queue.claimed_ids() == [notification]


@listens_there
def test_the_drain_statement_wakes_the_notifier(
    queue: Queue, operator: Connection[DictRow], connect: Connect
) -> None:
    queue.add_user()
    fail(queue)
    queue.set("number_rate_per_second", 0)
    listener = connect("wa_notifier_role")
    listener.execute("listen wa_notifications")
    operator.execute(DRAIN)
    listener.execute("select 1")
    assert len(list(listener.notifies(timeout=0))) == 1


def test_the_drain_statement_gives_a_row_its_full_retries_again(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.execute("update wa.send_error_classes set max_retries = 1 where code = '131000'")
    queue.add_user()
    notification = queue.queue()
    for expected in ("queued", "failed"):
        queue.make_due(notification)
        (claimed,) = queue.claim()
        queue.reject(claimed, 131000, 500)
        assert queue.status(notification) == expected
    operator.execute(DRAIN)
    (claimed,) = queue.claim()
    assert claimed["retry_count"] == 1
    queue.reject(claimed, 131000, 500)
    assert queue.status(notification) == "queued"


def test_the_drain_statement_sends_to_recipients_that_were_blocked(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    refused = fail(queue, code=131026)
    failed_fast = queue.queue()
    queue.claim()
    assert queue.status(failed_fast) == "failed"
    operator.execute(DRAIN)
    claimed = queue.claim()
    assert [row["id"] for row in claimed] == [refused]
    queue.accept(claimed)
    assert queue.claimed_ids() == [failed_fast]


def test_the_drain_statement_sends_what_was_blocked_by_an_earlier_message(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    first, second = queue.queue(), queue.queue()
    queue.claim()
    assert queue.row(second)["blocked_by"] == first
    with as_engine(queue.owner):
        queue.execute("update public.notifications set status = 'failed'")
    operator.execute(DRAIN)
    claimed = queue.claim()
    assert [row["id"] for row in claimed] == [first]
    queue.accept(claimed)
    assert queue.claimed_ids() == [second]


def test_the_drain_statement_makes_a_failed_message_a_new_one_to_meta(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    notification = queue.send()
    late = {"id": f"wamid.{notification}", "status": "failed", "errors": [{"code": 100}]}
    queue.apply_statuses(late)
    operator.execute(DRAIN)
    queue.apply_statuses(late)
    assert queue.status(notification) == "queued"
    (claimed,) = queue.claim()
    queue.settle(claimed, "accepted", wa_message_id="wamid.new")
    queue.apply_statuses(late)
    row = queue.row(notification)
    assert (row["status"], row["wa_message_id"]) == ("sent", "wamid.new")


def test_draining_leaves_what_did_not_fail_alone(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    for user in (ANA, BRUNO):
        queue.add_user(user)
    sent = queue.send(ANA, text())
    fail(queue, BRUNO)
    operator.execute(DRAIN)
    assert queue.status(sent) == "sent"


@pytest.mark.parametrize(
    "statement",
    [
        "delete from public.notifications",
        "update public.notifications set payload = '{}'",
        "update public.notifications set wa_message_id = 'x'",
        "insert into public.notifications (recipient, payload) values ('x', '{}')",
        "select * from public.wa_notifications_claim('me', 1)",
        "select public.wa_notifications_settle('[]')",
    ],
)
def test_the_person_on_call_can_do_no_more_to_the_outbox(
    operator: Connection[DictRow], statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        operator.execute(statement.encode())
