"""Running the tests of a fault's subject on a copy of the project that has the fault."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.docs.code_blocks import PROJECT
from tests.mutants.subjects import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.mutants.mutation import Mutation

TEST_TIMEOUT_SECONDS = 180
"""Far longer than any test takes: who waits for so long waits for something that never comes."""

TIMEOUT_SECONDS = 1800
"""The same for all tests of a subject."""

_PYTEST = (
    *("-m", "pytest", "--quiet", "--exitfirst", "--tb=short", "--postgres=18", "-p", "no:xdist"),
    *("-o", f"faulthandler_timeout={TEST_TIMEOUT_SECONDS}"),
    *("-o", "faulthandler_exit_on_timeout=true"),
)


class Verdict(StrEnum):
    """`unsound`: the test that failed fails without the fault as well."""

    NOTICED = "noticed"
    SURVIVED = "survived"
    UNSOUND = "unsound"


class Trial(NamedTuple):
    """What became of a fault; `by` names the test that failed, or says what else happened."""

    verdict: Verdict
    by: str
    seconds: float


class _Run(NamedTuple):
    """`code` is None for one that took too long."""

    code: int | None
    output: str


@dataclass(frozen=True)
class Copy:
    """A copy of the project's files in a folder of its own; the checkout is never touched."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Copy:
        """Copy everything that git knows or would take."""
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
        return cls(folder)

    @contextmanager
    def changed(self, mutation: Mutation) -> Iterator[None]:
        """Have the fault in this copy."""
        file = self.folder / mutation.path
        times = file.stat().st_atime_ns, file.stat().st_mtime_ns
        file.write_text(mutation.mutated)
        try:
            yield
        finally:
            # The time tells Python whether what it compiled is of this text.
            file.write_text(mutation.text)
            os.utime(file, ns=times)

    def run(self, *arguments: str) -> _Run:
        """Run pytest until the first test that fails."""
        # What is compiled serves the next trial.
        variables = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": ""}
        process = subprocess.Popen(
            [sys.executable, *_PYTEST, *arguments],
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return _Run(None, "")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        return _Run(process.returncode, output)

    def failed(self) -> list[str]:
        """Return what failed in the last run: tests, or files that could not be collected."""
        file = self.folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
        return list(json.loads(file.read_text())) if file.exists() else []

    def forget_failed(self) -> None:
        """Let `failed` tell of the next run only."""
        shutil.rmtree(self.folder / ".pytest_cache", ignore_errors=True)


class Bench:
    """One copy that gets the faults and one that never does."""

    def __init__(self, folder: Path) -> None:
        self._mutated = Copy.make(folder / "mutated")
        self._sound = Copy.make(folder / "sound")

    def try_out(self, mutation: Mutation, tests: Sequence[str] | None = None) -> Trial:
        """Return whether the tests of the fault's subject, or these, notice it.

        Raises RuntimeError, with what pytest printed, when it could not run without the fault.
        """
        begin = time.monotonic()
        chosen = tests or subject_of(mutation.path)
        self._mutated.forget_failed()
        with self._mutated.changed(mutation):
            run = self._mutated.run(*chosen)
        verdict, by = self._judge(run, chosen)
        return Trial(verdict, by, time.monotonic() - begin)

    def _judge(self, run: _Run, chosen: Sequence[str]) -> tuple[Verdict, str]:
        failed = self._mutated.failed()
        match run.code:
            case pytest.ExitCode.OK:
                return Verdict.SURVIVED, ""
            case None:
                return Verdict.NOTICED, "waits for ever"
            case pytest.ExitCode.TESTS_FAILED if not failed:
                # A test that takes too long ends the process before pytest can write its name.
                return Verdict.NOTICED, "waits for ever"
            case pytest.ExitCode.TESTS_FAILED:
                sound = self._sound.run(*failed)
            case pytest.ExitCode.INTERRUPTED | pytest.ExitCode.USAGE_ERROR:
                failed = ["cannot be imported"]
                sound = self._sound.run("--collect-only", *chosen)
            case _:
                raise RuntimeError(f"pytest: exit code {run.code}\n{run.output}")
        match sound.code:
            case pytest.ExitCode.OK:
                return Verdict.NOTICED, failed[0]
            case pytest.ExitCode.TESTS_FAILED:
                return Verdict.UNSOUND, f"{failed[0]}\n{sound.output}"
            case _:
                raise RuntimeError(
                    f"pytest without a fault: exit code {sound.code}\n{sound.output}"
                )


@contextmanager
def benches(number: int) -> Iterator[list[Bench]]:
    """Have so many benches."""
    with tempfile.TemporaryDirectory(prefix="wa-mutants-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield [Bench(folder / str(place)) for place in range(number)]
