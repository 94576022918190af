"""The fault run of tasks in its short form; `python -m bench.fault.tasks` is the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.fault.tasks import TaskFaultRun, TaskPlan
from tests.payloads import PHONE_NUMBER_ID

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres


async def test_no_task_is_lost_or_in_effect_twice_while_workers_die_and_the_server_crashes(
    stoppable_server: LocalPostgres, stoppable_database: Database
) -> None:
    plan = TaskPlan(tasks=100, users=20, workers=2, kills=2, crashes=1, seconds_between_faults=0.7)
    run = TaskFaultRun(stoppable_server, stoppable_database.url, plan, PHONE_NUMBER_ID)
    verdict = await run.run()
    assert verdict.tasks == plan.tasks
    assert verdict.is_flawless, verdict
