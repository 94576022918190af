"""A project that `wa-webhook init` makes: its tests pass, and what its README says works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from wa_webhook.cli import app
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

PYTEST = (sys.executable, "-m", "pytest", "-p", "wa_webhook.testing.plugin", "-p", "no:xdist")
DECLARATION = Path("flows/welcome/flow.sql")
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUESTION = "Is this your first time here?\n[Yes] [No]"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, and the current folder."""
    folder = tmp_path / "Our Bot"
    assert CliRunner().invoke(app, ["init", str(folder)]).exit_code == 0
    monkeypatch.chdir(folder)
    return folder


def run_tests(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTEST, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_everything_that_the_readme_says_works(
    project: Path, bare_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As `supabase init` makes it.
    Path("supabase/migrations").mkdir(parents=True)
    monkeypatch.setenv("WA_DATABASE_URL", bare_database.url())
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", Path("README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    lines = "".join(blocks[1:]).splitlines()
    assert "cp .env.example .env.local" in lines
    said = {line: run_line(line) for line in lines}
    assert "3 passed" in said["pytest"]
    assert said["wa-webhook flows check"] == "every flow holds together\n"
    assert "wrote flows/survey/tests/test_survey.py" in said["wa-webhook flows new survey"]
    (exported,) = Path("supabase/migrations").iterdir()
    assert "declare_flow('survey'" in exported.read_text()
    with Chat.open(bare_database.url) as chat:
        ana = chat.person("Ana")
        assert ana.says("welcome") == [QUESTION]
        assert ana.taps("Yes")[0] == "Thank you, noted: Yes."
        assert ana.says("survey") == [QUESTION]


def run_line(line: str) -> str:
    program, *arguments = line.split()
    if program == "pytest":
        return run_tests().stdout
    if program == "wa-webhook":
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return result.output
    return subprocess.run(line.split(), check=True, capture_output=True, text=True).stdout


def test_a_flow_that_does_not_hold_together_ends_the_session_with_the_reasons(
    project: Path,
) -> None:
    DECLARATION.write_text(DECLARATION.read_text().replace('"noted"', '"note"'))
    finished = run_tests()
    assert finished.returncode == pytest.ExitCode.TESTS_FAILED
    assert "step_welcome_question says welcome.noted, which is no text" in finished.stdout
    assert "the flows do not hold together" in finished.stdout
    assert "Traceback" not in finished.stdout
    assert "1 error" in finished.stdout


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ([], {"WA_FLOWS": "elsewhere"}),
        (["--override-ini", "wa_flows=elsewhere"], {"WA_FLOWS": "nowhere"}),
    ],
)
def test_the_flows_can_be_elsewhere(
    project: Path, settings: list[str], environment: dict[str, str]
) -> None:
    Path("flows").rename("elsewhere")
    finished = run_tests("elsewhere", *settings, "-k", "is_noted", **environment)
    assert "1 passed" in finished.stdout, finished.stdout


def test_a_folder_that_holds_anything_is_left_alone(own_folder: Path) -> None:
    Path("notes.txt").write_text("Ours.")
    refused = CliRunner().invoke(app, ["init", "."])
    assert refused.exit_code == 1
    assert "is not empty, and what is there stays as it is" in refused.stderr
    assert [path.name for path in own_folder.iterdir()] == ["notes.txt"]


def test_a_settings_file_that_is_there_stays_as_it_is(own_folder: Path) -> None:
    Path(".gitignore").write_text("ours\n")
    assert CliRunner().invoke(app, ["init", "."]).exit_code == 1
    assert [path.read_text() for path in own_folder.iterdir()] == ["ours\n"]


def test_an_empty_repository_becomes_the_project(own_folder: Path) -> None:
    Path(".git").mkdir()
    assert CliRunner().invoke(app, ["init", "."]).exit_code == 0
    example = (own_folder / ".env.example").read_text()
    assert "\nWA_APP_SECRET=\n" in example
    # What only shows the form would be taken for a server that does not answer.
    assert "\nWA_DATABASE_URL=\n" in example
    assert "WA_NOTIFY_" not in example
    assert '"wa-webhook[testing]"' in (own_folder / "pyproject.toml").read_text()
