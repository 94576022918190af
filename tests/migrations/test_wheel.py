"""The packages as somebody installs them: without a checkout around them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

PROJECT = Path(__file__).resolve().parents[2]


def build(target: str, checkout: Path, folder: Path) -> Path:
    """Return the one file that the build backend makes of a checkout."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder],
        cwd=checkout,
        capture_output=True,
        check=True,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", PROJECT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a wheel of this checkout was installed into."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.unpack_archive(wheel, folder, "zip")
    return folder


def read_contents(wheel: Path) -> dict[str, int]:
    """Return the checksum of each file in a wheel."""
    with zipfile.ZipFile(wheel) as packed:
        return {entry.filename: entry.CRC for entry in packed.infolist()}


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


def test_an_installed_wheel_tells_its_version_and_licence(installed_wheel: Path) -> None:
    ran = run(installed_wheel, "wa_webhook", "--version")
    assert ran.stdout == f"wa-webhook {version_of('wa-webhook')}\n"
    (about,) = installed_wheel.glob("*.dist-info")
    assert "License-Expression: MIT\n" in (about / "METADATA").read_text()
    assert (about / "licenses" / "LICENSE").read_text() == (PROJECT / "LICENSE").read_text()


def test_the_changelog_tells_first_of_the_version_that_is_built(installed_wheel: Path) -> None:
    ran = run(installed_wheel, "wa_webhook", "--version")
    changelog = (PROJECT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (\d\S+) - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    assert ran.stdout == f"wa-webhook {versions[0]}\n"


def test_the_source_distribution_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    packed = build("sdist", PROJECT, tmp_path / "sdist")
    shutil.unpack_archive(packed, tmp_path, filter="data")
    checkout = tmp_path / packed.name.removesuffix(".tar.gz")
    assert read_contents(build("wheel", checkout, tmp_path / "wheel")) == read_contents(wheel)
