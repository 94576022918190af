"""wa-webhook installed from a wheel into an environment of its own, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.docs.code_blocks import PROJECT
from tests.operations.command import OURS
from wa_webhook.dev.server_programs import embedded_binaries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def build_wheel(checkout: Path, folder: Path) -> Path:
    """Build a checkout's wheel into an empty folder, and return its path."""
    run_python("-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=checkout)
    (wheel,) = folder.glob("*.whl")
    return wheel


def has_commit(commit: str) -> bool:
    """Whether this clone reaches back to a commit."""
    found = subprocess.run(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    return found.returncode == 0


def check_out(commit: str, folder: Path) -> Path:
    """Write the files of a commit into a folder, and return it."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit], cwd=PROJECT, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive, check=True)
    return folder


@dataclass(frozen=True)
class Installation:
    """An environment in `folder`, and how commands are run in it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Installation:
        """Make one that finds all that wa-webhook needs where these tests find it."""
        venv.create(folder, symlinks=True)
        (packages,) = folder.glob("lib/python*/site-packages")
        needed = [path for path in sys.path if path.endswith("site-packages")]
        # What such a file names is searched, and no more: no checkout is among it.
        (packages / "needed.pth").write_text("".join(f"{path}\n" for path in needed))
        # Of what is only found there, nothing makes a command.
        pytest = folder / "bin" / "pytest"
        pytest.write_text(f'#!/bin/sh\nexec {folder / "bin" / "python"} -m pytest "$@"\n')
        pytest.chmod(0o755)
        return cls(folder)

    def install(self, wheel: Path) -> None:
        """Install the wheel in place of what is there."""
        run_python(
            *("-m", "pip", f"--python={self.folder / 'bin' / 'python'}", "install", "--quiet"),
            *("--disable-pip-version-check", "--no-index", "--no-deps", "--force-reinstall", wheel),
        )

    def environment(self, **more: str) -> Mapping[str, str]:
        """Return the variables of a person who activated the environment."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith((*OURS, "PYTEST_", "PYTHON"))
        }
        programs = (self.folder / "bin", embedded_binaries(), os.environ["PATH"])
        return kept | {"PATH": os.pathsep.join(map(str, programs)), "COLUMNS": "200"} | more

    def run(self, code: str, folder: Path, **variables: str) -> str:
        """Run shell code in a folder and return what it printed. Raises AssertionError."""
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code],
            cwd=folder,
            env=self.environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, f"{code}\n{finished.stdout}"
        return finished.stdout


def run_python(*arguments: str | Path, cwd: Path | None = None) -> None:
    """Run this interpreter; what it prints is shown where it fails."""
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
