"""The fault test in its short form; `python -m bench.fault outbox` is the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.fault.outbox import OutboxRun
from bench.fault.plan import QUICK_OUTBOX
from tests.fixtures.names import about_default_names

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database


@about_default_names("the benchmark's own SQL has the default names")
async def test_killed_workers_and_a_restarted_server_lose_nothing_and_repeat_nothing(
    stoppable_database: Database,
) -> None:
    run = OutboxRun(stoppable_database.server, stoppable_database.url, QUICK_OUTBOX)
    verdict = await run.run()
    assert verdict.is_flawless, verdict
    assert run.faults["kill"] > 0
