"""Several runners: one at a time; each says what it purged, and none loses what it committed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import value
from tests.fixtures.citus import about_one_server, purges_there
from tests.retention.conftest import BATCH, purge

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.retention.conftest import Past

pytestmark = purges_there

RUNNERS = 6
TURN = "select (classid::bigint << 32) | objid::bigint from pg_locks where locktype = 'advisory'"
IS_WAITING = "select cardinality(pg_blocking_pids(%s)) > 0"
LAST_EVENT = "select from public.wa_events order by received_at desc limit 1 for update"


@pytest.fixture(autouse=True)
def patient_steps(past: Past) -> None:
    """Steps that wait as long as a slow machine takes to look whether they do."""
    past.owner.execute("alter function public.wa_retention_step() set lock_timeout = '5min'")


def until_waiting(past: Past, session: Connection[DictRow]) -> None:
    while not value(past.owner, IS_WAITING, session.info.backend_pid):
        pass


def test_many_runners_at_once_purge_everything_once(connect: Connect, past: Past) -> None:
    past.add_events(3 * BATCH, "31 days")
    handlers = [connect("wa_edge_role") for _ in range(RUNNERS)]
    together = threading.Barrier(RUNNERS)

    def run(handler: Connection[DictRow]) -> int:
        together.wait()
        purged = purge(handler).get("RETENTION_WA_EVENTS_PURGED", {"count": 0})
        return int(purged["count"])

    with ThreadPoolExecutor(RUNNERS) as threads:
        counts = list(threads.map(run, handlers))
    assert sum(counts) + past.count("public.wa_events") == 3 * BATCH
    purge(handlers[0])
    assert past.count("public.wa_events") == 0


@about_one_server("asks for the only advisory lock, beside which Citus has its own")
def test_a_runner_that_is_overtaken_says_what_it_purged(connect: Connect, past: Past) -> None:
    past.add_events(BATCH + 1, "31 days")
    handler, other = connect("wa_edge_role"), connect("wa_edge_role")
    holder = connect(autocommit=False)
    holder.execute("lock table public.wa_events in share mode")
    with ThreadPoolExecutor(2) as threads:
        purging = threads.submit(purge, handler)
        until_waiting(past, handler)
        turn = value(past.owner, TURN)
        threads.submit(other.execute, "select pg_advisory_lock(%s)", (turn,))
        until_waiting(past, other)
        holder.rollback()
        said = purging.result()
    assert said["RETENTION_WA_EVENTS_PURGED"]["count"] == BATCH
    assert "RETENTION_ALREADY_RUNNING" in said
    assert past.count("public.wa_events") == 1


def test_what_an_interrupted_purge_committed_stays_and_the_next_goes_on(
    connect: Connect, past: Past
) -> None:
    past.add_events(BATCH, "32 days")
    past.add_events(1, "31 days")
    handler, holder = connect("wa_edge_role"), connect(autocommit=False)
    holder.execute(LAST_EVENT)
    with ThreadPoolExecutor(1) as threads:
        purging = threads.submit(purge, handler)
        until_waiting(past, handler)
        handler.cancel_safe()
        with pytest.raises(psycopg.errors.QueryCanceled):
            purging.result()
    assert past.count("public.wa_events") == 1
    holder.rollback()
    assert purge(connect("wa_edge_role"))["RETENTION_WA_EVENTS_PURGED"]["count"] == 1
