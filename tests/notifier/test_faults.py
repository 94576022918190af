"""The fault test in its short form; `python -m bench.fault` is the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.fault import FaultRun, Plan

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

PLAN = Plan(
    messages=200,
    users=20,
    workers=2,
    kills=3,
    restarts=1,
    seconds_between_faults=0.7,
    in_doubt_seconds=5,
    patience_seconds=120,
)


async def test_killed_workers_and_a_restarted_server_lose_nothing_and_repeat_nothing(
    stoppable_database: Database,
) -> None:
    counts = await FaultRun(stoppable_database.server, stoppable_database.url, PLAN).run()
    assert counts.is_flawless, counts
    assert counts.settled == counts.queued
    assert counts.killed_workers > 0
