"""What docs/operate/console.md shows runs: a person's entry, the settings, the command."""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typer.testing import CliRunner

from tests.console.conftest import PASSWORD
from tests.dispatching import value
from tests.docs.code_blocks import PROJECT, find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.fixtures.names import current_names, environment_of
from tests.operations.command import run
from wa_webhook.cli import app
from wa_webhook.console.people import Role, read_people
from wa_webhook.console.settings import ConsoleSettings

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

PERSON, SETTINGS, OTHERS, SUPABASE = find_code_blocks("docs/operate/console.md", "sh")


def variables_of(code: str) -> dict[str, str]:
    exported = [line for line in code.splitlines() if line.startswith("export ")]
    return dict(shlex.split(line)[1].split("=", 1) for line in exported)


@pytest.mark.usefixtures("quick_passwords")
def test_the_entry_of_a_person_is_printed_and_their_password_is_not() -> None:
    arguments = shlex.split(PERSON.code)[1:]
    made = CliRunner().invoke(app, arguments, input=f"{PASSWORD}\n")
    assert made.exit_code == 0, made.output
    assert is_as_shown(made.output, PERSON.output)
    assert PASSWORD not in made.output
    (known,) = read_people(made.stdout.strip()).values()
    assert (known.person.name, known.person.role) == ("Kim", Role.AGENT)
    for wrong, given in ((["console", "--person", "Kim:boss"], PASSWORD), (arguments, "short")):
        refused = CliRunner().invoke(app, wrong, input=f"{given}\n")
        assert refused.exit_code == 2
        assert given not in refused.output


def test_its_settings_are_taken_by_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for block in (SETTINGS, OTHERS, SUPABASE):
        for name, setting in variables_of(block.code).items():
            monkeypatch.setenv(name, setting)
    settings = ConsoleSettings(_env_file=None)
    assert list(settings.people) == ["Kim"]
    assert settings.has_supabase
    assert "desk.example" in settings.hosts


def test_its_statement_makes_a_user_of_supabase_an_agent(connection: Connection[DictRow]) -> None:
    connection.execute(
        "create temporary table users (email text, raw_app_meta_data jsonb);"
        """insert into users values ('kim@example.com', '{"provider": "email"}')"""
    )
    (block,) = find_code_blocks("docs/operate/console.md", "sql")
    connection.execute(block.code.replace("auth.users", "users").encode())
    made = value(connection, "select raw_app_meta_data from users")
    assert made == {"provider": "email", "wa_role": "agent"}


def test_every_variable_of_the_desk_is_in_the_example() -> None:
    named = set(re.findall(r"^#? ?(\w+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    assert {name.upper() for name in ConsoleSettings.model_fields} <= named


@pytest.mark.parametrize(
    ("without", "given", "told"),
    [
        ("WA_CONSOLE_PEOPLE", {}, "WA_CONSOLE_PEOPLE: is not set"),
        ("WA_CONSOLE_AGENT_DATABASE_URL", {}, "WA_CONSOLE_AGENT_DATABASE_URL: is not set"),
        ("", {"WA_CONSOLE_HOST": "192.0.2.1"}, "WA_CONSOLE_HOSTS: is not set"),
        ("", {"WA_CONSOLE_PEOPLE": "Kim:agent:hunter2:x"}, "WA_CONSOLE_PEOPLE: entry 1"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_never_shown(
    without: str,
    given: dict[str, Any],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    variables: dict[str, Any] = variables_of(SETTINGS.code) | given
    variables.pop(without, None)
    result = run("console", **variables)
    assert result.exit_code == 2
    assert told in result.output
    assert "hunter2" not in result.output


@pytest.mark.any_server
def test_the_doctor_sees_each_connection_and_whose_it_is(database: Database) -> None:
    agent, reader = database.url("wa_agent_role"), database.url("wa_reader_role")
    found = run(
        "doctor",
        database=database,
        WA_CONSOLE_AGENT_DATABASE_URL=agent,
        WA_CONSOLE_OPERATOR_DATABASE_URL=reader,
        WA_CONSOLE_READER_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing",
    ).output
    names = current_names()
    assert f"ok   desk          who is an agent is {names.agent_role}" in found
    assert f"WA_CONSOLE_OPERATOR_DATABASE_URL is of {names.reader_role}" in found
    assert "fail desk          WA_CONSOLE_READER_DATABASE_URL" in found


@pytest.mark.any_server
async def test_the_command_serves_the_page_until_it_is_told_to_stop(
    database: Database, tmp_path: Path
) -> None:
    given = {
        **variables_of(SETTINGS.code),
        "WA_CONSOLE_AGENT_DATABASE_URL": database.url("wa_agent_role"),
        "PYTHONPATH": str(PROJECT),
        "WA_METRICS_PORT": "off",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", "from wa_webhook.cli import app; app()", "console", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env=environment_of(current_names()) | given,
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        port = re.search(r'"port": (\d+)', line)
        assert port, line
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port[1]}") as browser:
            assert "<h1>Desk</h1>" in (await browser.get("/")).text
            assert (await browser.get("/api/me")).status_code == 401
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
