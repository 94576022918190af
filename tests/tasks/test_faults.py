"""The fault run of tasks in its short form; `python -m bench.fault tasks` is the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.fault.plan import QUICK_TASKS
from bench.fault.tasks import TaskRun
from tests.fixtures.names import about_default_names
from tests.payloads import PHONE_NUMBER_ID

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database


@about_default_names("its SQL is the bench's, which has the default names")
async def test_no_task_is_lost_or_in_effect_twice_while_workers_die_and_the_server_crashes(
    stoppable_database: Database,
) -> None:
    run = TaskRun(stoppable_database.server, stoppable_database.url, QUICK_TASKS, PHONE_NUMBER_ID)
    verdict = await run.run()
    assert verdict.is_flawless, verdict
    assert run.faults["kill"] > 0
