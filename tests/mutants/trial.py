"""Running the tests of a fault's subject on a copy of the project that has the fault."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.code_blocks import PROJECT
from tests.mutants.subjects import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.mutants.mutation import Mutation

TIMEOUT_SECONDS = 1200
"""Far longer than any subject takes: who waits for so long waits for something that never comes."""

_ALL_PASSED = 0
_PYTEST = (
    *("-m", "pytest", "--quiet", "--exitfirst", "--tb=no", "--postgres", "18", "-p", "no:xdist"),
    *("--last-failed", "--last-failed-no-failures"),
)


class Verdict(StrEnum):
    """`unsound`: the test that failed fails without the fault as well."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNSOUND = "unsound"


class Copy:
    """A copy of the project's files in a folder of its own; the checkout is never touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=PROJECT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for name in filter(None, listed.split("\0")):
            if (source := PROJECT / name).is_file():
                (target := folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)

    def try_out(self, mutation: Mutation, tests: Sequence[str] | None = None) -> Verdict:
        """Return whether the tests of the fault's subject, or these, notice it."""
        chosen = tests or subject_of(mutation.path)
        file = self.folder / mutation.path
        shutil.rmtree(self.folder / ".pytest_cache", ignore_errors=True)
        file.write_text(mutation.mutated)
        try:
            is_noticed = self._run("all", chosen) != _ALL_PASSED
        finally:
            file.write_text(mutation.text)
        if not is_noticed:
            return Verdict.SURVIVED
        # The same test without the fault; one that hung or could not be collected is not known.
        return Verdict.KILLED if self._run("none", chosen) in {_ALL_PASSED, 5} else Verdict.UNSOUND

    def _run(self, when_none_failed: str, tests: Sequence[str]) -> int | None:
        """Return the exit code of pytest, or None if it took too long."""
        process = subprocess.Popen(
            [sys.executable, *_PYTEST, when_none_failed, *tests],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def copies(number: int) -> Iterator[list[Copy]]:
    """Have so many copies of the project."""
    with tempfile.TemporaryDirectory(prefix="wa-mutants-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield [Copy(folder / str(place)) for place in range(number)]
