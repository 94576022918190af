"""`wa-webhook work` runs a team's functions, bounded in number and time, and stops in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from tests.fixtures.names import current_names, environment_of
from tests.notifier.conftest import until
from tests.tasks import functions
from tests.tasks.conftest import ANA
from wa_webhook.cli import app
from wa_webhook.worker.process import open_worker
from wa_webhook.worker.registry import RegistryError, load_functions, task
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fixtures.postgres import Database
    from tests.tasks.conftest import Workshop
    from wa_webhook.worker.worker import Worker

PROJECT = Path(__file__).parents[2]


@asynccontextmanager
async def working(database: Database, **settings: Any) -> AsyncIterator[Worker]:
    """Run a worker with the functions of `tests.tasks.functions` until the context ends."""
    given: dict[str, Any] = {
        "wa_database_url": database.url("wa_worker_role"),
        "wa_metrics_port": None,
        "wa_work_poll_seconds": 0.1,
        "wa_work_drain_seconds": 0,
    }
    assert functions.scan is not None
    async with open_worker(
        WorkerSettings(_env_file=None, **(given | settings)), load_functions([])
    ) as worker:
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await running


def change_kind(workshop: Workshop, kind: str) -> None:
    """Let the step's task be of another kind."""
    workshop.owner.execute("update wa.tasks set kind = %s", (kind,))


async def test_a_conversation_gets_what_an_async_function_returns(
    workshop: Workshop, database: Database
) -> None:
    async with working(database):
        workshop.say("scan")
        await until(lambda: workshop.tasks("reached") == ["answered"])
    assert workshop.last_reply() == "read page 1, attempt 1"


async def test_a_sync_function_runs_in_a_thread(workshop: Workshop, database: Database) -> None:
    workshop.say("scan")
    change_kind(workshop, "scan.thread")
    async with working(database):
        await until(lambda: workshop.tasks("reached") == ["answered"])
    assert workshop.last_reply() == "read page 1"


@pytest.mark.parametrize(
    ("kind", "error_class", "message"),
    [
        ("scan.slow", "timeout", "not done within 0.2 s"),
        ("scan.slow_thread", "timeout", "not done within 0.2 s"),
        ("scan.busy", "busy", "too many pages"),
        ("scan.bad", "permanent", "this is no page"),
        ("scan.wrong", "permanent", "Unable to serialize"),
    ],
)
async def test_what_a_function_raises_says_how_the_attempt_failed(
    workshop: Workshop, database: Database, kind: str, error_class: str, message: str
) -> None:
    workshop.say("scan")
    change_kind(workshop, kind)
    async with working(database):
        await until(lambda: workshop.tasks("error_class") == [error_class])
    assert message in workshop.task()["error_message"]


@pytest.mark.any_server
async def test_what_a_function_raises_is_logged_with_its_place_and_without_its_message(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    change_kind(workshop, "scan.broken")
    with capture_logs() as lines:
        async with working(database):
            await until(lambda: workshop.tasks("error_class") == ["unknown"])
    (raised,) = (one for one in lines if one["event"] == "TASK_RAISED")
    assert (raised["error"], raised["attempt"]) == ("JSONDecodeError", 1)
    assert raised["at"].startswith("functions.py:")
    assert "Ana" not in str(raised)


async def test_an_input_that_does_not_fit_fails_for_good_and_quotes_nothing_of_it(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    workshop.owner.execute("""update wa.tasks set input = '{"page": "secret"}'""")
    async with working(database):
        await until(lambda: workshop.tasks("status") == ["failed"])
    assert workshop.task()["error_class"] == "permanent"
    assert "secret" not in workshop.task()["error_message"]


async def test_a_cancelled_task_is_given_up_and_leaves_the_worker_free(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    change_kind(workshop, "scan.waiting")
    async with working(database, wa_work_lease_seconds=1, wa_work_concurrency=1):
        await until(lambda: workshop.tasks("progress") == [{"pages": 1}])
        workshop.owner.execute("delete from public.chat_state")
        workshop.say("scan")
        workshop.owner.execute("update wa.tasks set kind = 'scan.waiting' where status = 'queued'")
        await until(lambda: workshop.tasks("status") == ["cancelled", "running"])


async def test_a_worker_that_stops_gives_back_what_it_has_not_finished(
    workshop: Workshop, database: Database
) -> None:
    workshop.say("scan")
    change_kind(workshop, "scan.waiting")
    async with working(database):
        await until(lambda: workshop.tasks("status") == ["running"])
    task_row = workshop.task()
    assert (task_row["status"], task_row["attempt_count"]) == ("queued", 0)
    assert task_row["progress"] == {"pages": 1}


async def test_the_command_does_tasks_drains_on_sigterm_and_comes_back_after_a_kill(
    workshop: Workshop, database: Database, tmp_path: Path
) -> None:
    workshop.say("scan")
    change_kind(workshop, "scan.waiting")
    killed = await start(database, tmp_path)
    await until(lambda: workshop.tasks("status") == ["running"])
    killed.kill()
    await killed.wait()
    change_kind(workshop, "scan")
    workshop.pass_time()
    stopped = await start(database, tmp_path)
    await until(lambda: workshop.tasks("reached") == ["answered"])
    stopped.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(stopped.wait(), 30) == 0
    assert workshop.last_reply() == "read page 1, attempt 2"
    assert workshop.state(ANA) == "scan"


def test_a_kind_that_is_registered_twice_is_refused() -> None:
    with pytest.raises(RegistryError, match="the kind scan is registered twice"):

        @task("scan")
        def again(_: int) -> None: ...


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"WA_WORK_MODULES": "no_such_module"}, "cannot import no_such_module"),
        ({"WA_WORK_MODULES": "tests.tasks.functions", "WA_WORK_KINDS": "nap"}, "registered nap"),
        ({"WA_DATABASE_URL": ""}, "WA_DATABASE_URL: is not set"),
    ],
)
def test_a_worker_without_anything_to_do_says_why_and_exits_with_2(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str],
    words: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    given = {"WA_DATABASE_URL": database.url("wa_worker_role")} | variables
    result = CliRunner().invoke(app, ["work"], env=given)
    assert result.exit_code == 2
    assert words in result.output


async def start(database: Database, folder: Path) -> asyncio.subprocess.Process:
    """Start the command; the test ends it."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WA_", "ALERT_", "WHATSAPP_"))
    }
    given = {
        "PYTHONPATH": str(PROJECT),
        "WA_DATABASE_URL": database.url("wa_worker_role"),
        "WA_WORK_MODULES": "tests.tasks.functions",
        "WA_METRICS_PORT": "off",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from wa_webhook.cli import app; app()",
        "work",
        stdout=asyncio.subprocess.DEVNULL,
        cwd=folder,
        env=inherited | environment_of(current_names()) | given,
    )
