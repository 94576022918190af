"""Sessions live for days: what they plan on an empty outbox has to do for a full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scans import count_scans

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue


def test_no_plan_of_a_claim_or_a_settlement_reads_the_outbox_from_end_to_end(
    queue: Queue, connection: Connection[DictRow], notifier_connection: Connection[DictRow]
) -> None:
    queue.add_user()
    for _ in range(4):
        queue.queue()
    before = count_scans(connection, notifier_connection)
    queue.accept(queue.claim())
    (second,) = queue.claim()
    queue.reject(second, 131000)
    queue.claim()
    assert count_scans(connection, notifier_connection) == before
