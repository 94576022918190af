"""What a claim reads does not grow with what waits behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.dispatching import as_engine
from tests.fixtures.citus import looks_at_plans
from tests.queue.conftest import result_of, text

if TYPE_CHECKING:
    from tests.queue.conftest import Queue

pytestmark = looks_at_plans

BATCH = 10


def queue_for_others(queue: Queue, first: int) -> None:
    """Queue one message for each of ten users who have nothing else waiting."""
    for number in range(first, first + BATCH):
        recipient = f"+3460{number:07}"
        queue.add_user(recipient)
        queue.queue(recipient)


def pages_of_a_claim(queue: Queue) -> int:
    """Claim a batch, settle it, and return how many pages the claim looked at."""
    row = queue.worker.execute(
        "explain (analyze, buffers, format json)"
        f" select * from public.wa_notifications_claim('worker-1', {BATCH})"
    ).fetchone()
    assert row is not None
    (report,) = row["QUERY PLAN"]
    assert report["Plan"]["Actual Rows"] == BATCH
    with as_engine(queue.owner):
        queue.execute("update public.notifications set status = 'sent' where status = 'sending'")
    return int(report["Plan"]["Shared Hit Blocks"] + report["Plan"]["Shared Read Blocks"])


def test_a_users_thousand_messages_do_not_make_the_claims_of_others_dearer(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0)
    usual, beside_the_thousand = [], []
    for round_number in range(3):
        queue_for_others(queue, BATCH * round_number)
        usual.append(pages_of_a_claim(queue))
    user = queue.add_user()
    queue.execute(
        """
        insert into public.notifications (user_id, recipient, payload)
        select user_id, whatsapp_e164, '{"type": "text", "text": {"body": "hello"}}'
        from public.profiles cross join generate_series(1, 1000)
        where user_id = %s""",
        user,
    )
    queue.execute("analyze public.notifications")
    for round_number in range(3, 6):
        queue_for_others(queue, BATCH * round_number)
        beside_the_thousand.append(pages_of_a_claim(queue))
    assert min(beside_the_thousand) < 1.5 * min(usual)


@pytest.mark.fresh_database
def test_a_claim_changes_no_index(queue: Queue) -> None:
    queue.add_user()
    queue.queue()
    with queue.worker.transaction():
        queue.claim()
        row = queue.worker.execute(
            """
            select
              pg_stat_get_xact_tuples_updated('public.notifications'::regclass) as all_versions,
              pg_stat_get_xact_tuples_hot_updated('public.notifications'::regclass) as heap_only"""
        ).fetchone()
    assert row == {"all_versions": 1, "heap_only": 1}


def pages_of_settling(queue: Queue) -> int:
    """Claim a batch, accept it, and return how many pages settling looked at."""
    results = [result_of(row, "accepted") for row in queue.claim(BATCH)]
    assert len(results) == BATCH
    row = queue.worker.execute(
        "explain (analyze, buffers, format json) select public.wa_notifications_settle(%s)",
        (Jsonb(results),),
    ).fetchone()
    assert row is not None
    (report,) = row["QUERY PLAN"]
    return int(report["Plan"]["Shared Hit Blocks"] + report["Plan"]["Shared Read Blocks"])


def test_settling_does_not_read_what_is_scheduled_for_later(queue: Queue) -> None:
    queue.set("number_rate_per_second", 0)
    scheduled = [f"+3460{number:07}" for number in range(BATCH)]
    for recipient in scheduled:
        queue.add_user(recipient)
        queue.execute("select public.wa_notify(%s, %s, now() + '1 day')", recipient, Jsonb(text()))
    # What comes next lies in other pages.
    queue.execute(
        """
        insert into public.notifications (user_id, recipient, payload, status)
        select user_id, recipient, payload, 'sent'
        from public.notifications cross join generate_series(1, 500)"""
    )
    queue.execute("analyze public.notifications")
    usual, beside_scheduled = [], []
    for round_number in range(1, 4):
        queue_for_others(queue, BATCH * round_number)
        usual.append(pages_of_settling(queue))
    for _ in usual:
        for recipient in scheduled:
            queue.queue(recipient)
        beside_scheduled.append(pages_of_settling(queue))
    # A session that plans anew, as after autovacuum, reads the catalog as well.
    assert min(beside_scheduled) < min(usual) + BATCH / 2
