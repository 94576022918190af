"""What `wa-webhook dev` does with a team's functions while they are being written."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from tests.notifier.conftest import until
from wa_webhook.dev.local_worker import LocalWorker
from wa_webhook.dev.task_files import TaskFiles
from wa_webhook.worker.registry import RegistryError, forget_functions
from wa_webhook.worker.settings import TaskSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fixtures.postgres import Database
    from tests.tasks.conftest import Workshop

MODULE = """
from wa_webhook.worker import task
from team_words import TEXT

@task("scan.dev")
async def scan(_: object) -> dict[str, str]:
    return {"text": TEXT}
"""
SETTINGS = TaskSettings(
    _env_file=None, wa_work_modules="team_scans", wa_work_kinds="scan.dev", wa_work_poll_seconds=0.1
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose function says what another of its modules holds."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "team_scans.py").write_text(MODULE)
    (tmp_path / "team_words.py").write_text("TEXT = 'one'")
    yield tmp_path
    forget_functions({"team_scans"})
    for name in ("team_scans", "team_words"):
        sys.modules.pop(name, None)


async def read_page(workshop: Workshop) -> str:
    """Return what the bot says of the next page."""
    workshop.owner.execute("delete from public.chat_state")
    workshop.say("scan")
    workshop.owner.execute("update wa.tasks set kind = 'scan.dev' where status = 'queued'")
    await until(lambda: workshop.tasks("status")[-1] == "done")
    return workshop.last_reply()


async def test_a_function_is_what_its_files_say_while_they_are_being_written(
    workshop: Workshop, database: Database, project: Path
) -> None:
    told: list[str] = []
    files = TaskFiles(SETTINGS, project)
    worker = LocalWorker(database.url("wa_worker_role"), SETTINGS)
    following = asyncio.create_task(files.follow(worker, told.append))
    try:
        assert await read_page(workshop) == "read one"
        (project / "team_words.py").write_text("TEXT =")
        await until(lambda: "tasks not loaded" in "".join(told))
        assert "(team_words.py, line 1)" in told[-1]
        assert await read_page(workshop) == "read one"
        (project / "team_words.py").write_text("TEXT = 'two'")
        await until(lambda: told[-1] == "tasks loaded")
        assert await read_page(workshop) == "read two"
    finally:
        following.cancel()
        await asyncio.wait([following])


def test_a_module_that_cannot_be_imported_is_named_with_the_place(project: Path) -> None:
    (project / "team_words.py").write_text("TEXT = 1 / 0")
    with pytest.raises(RegistryError, match=r"ZeroDivisionError: .*team_words.py, line 1"):
        TaskFiles(SETTINGS, project)
