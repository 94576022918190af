"""The package as somebody installs it: without a checkout around it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a wheel of this checkout was installed into."""
    built = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", built],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    (wheel,) = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def run(installed: Path, *words: str, url: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(installed), "WA_DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "-m", *words],
        env={"PATH": os.environ["PATH"]} | {key: text for key, text in environment.items() if text},
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_installed_wheel_migrates_a_database_and_leaves_a_strangers_db_folder_alone(
    installed_wheel: Path, bare_database: Database
) -> None:
    stranger = installed_wheel / "db" / "migrations"
    stranger.mkdir(parents=True, exist_ok=True)
    (stranger / "20200101000000_of_somebody_else.sql").write_text("select 1;\n")
    ran = run(installed_wheel, "wa_webhook", "migrate", url=bare_database.url())
    assert ran.returncode == 0, ran.stderr
    number = len(read_source(find_db_folder()).routines)
    assert ran.stdout.endswith(f"applied {number} routine files\n")
    assert "of_somebody_else" not in ran.stdout


def test_an_installed_wheel_makes_a_project(installed_wheel: Path) -> None:
    ran = run(installed_wheel, "wa_webhook", "init", "a-bot")
    assert ran.returncode == 0, ran.stderr
    project = installed_wheel / "a-bot"
    assert {path.name for path in project.iterdir()} == {
        ".env.example",
        ".gitignore",
        "README.md",
        "flows",
        "pyproject.toml",
    }
    assert "WA_APP_SECRET=" in (project / ".env.example").read_text()


def test_an_installed_wheel_serves_the_webhook(installed_wheel: Path) -> None:
    ran = run(installed_wheel, "handler")
    assert ran.returncode == 2
    assert "WA_APP_SECRET" in ran.stderr
