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
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.docs.code_blocks import PROJECT
from tests.mutants.session import VERSION
from tests.mutants.verdict import Trial, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.mutants.mutation import Mutation

TIMEOUT_SECONDS = 180
"""Far longer than any test takes: who waits for so long waits for something that never comes."""

WAITS_FOR_EVER = "a test that waits for ever"

_OPTIONS = (
    *("--quiet", "--tb=short", f"--postgres={VERSION}", "-p", "no:xdist"),
    *("-o", f"faulthandler_timeout={TIMEOUT_SECONDS}", "-o", "faulthandler_exit_on_timeout=true"),
)


class _Run(NamedTuple):
    code: int
    output: str

    @property
    def waited(self) -> bool:
        """Whether a test took too long; pytest could not even write its name."""
        return self.code == pytest.ExitCode.TESTS_FAILED and "Timeout (" in self.output

    def error(self) -> RuntimeError:
        """Return what tells of a run that tells nothing of the fault."""
        return RuntimeError(f"pytest: exit code {self.code}\n{self.output}")


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
        self._printed = folder.with_suffix(".txt")

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

    @contextmanager
    def running(
        self, module: str, *arguments: str, result: int | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Have a Python module running here, which may write to the descriptor `result`."""
        # What Python compiles serves the next run.
        variables = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": ""}
        with self._printed.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                pass_fds=[] if result is None else [result],
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def run_tests(self, *tests: str) -> _Run:
        """Run tests until the first that fails."""
        with self.running("pytest", *_OPTIONS, "--exitfirst", *tests) as process:
            return self.ended(process)

    def ended(self, process: subprocess.Popen[bytes]) -> _Run:
        """Return how a process that runs here ends, and what it prints."""
        return _Run(process.wait(), self._printed.read_text(errors="replace"))

    def take_failed(self) -> list[str]:
        """Return what failed since this was called: tests, or files that cannot be collected."""
        file = self.folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
        failed = list(json.loads(file.read_text())) if file.exists() else []
        file.unlink(missing_ok=True)
        return failed


class Bench:
    """One copy that gets the faults, and one that never does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mutated = Copy(folder / "mutated")
        self._sound = Copy(folder / "sound")

    def try_in_python(self, mutation: Mutation, tests: Sequence[str]) -> Trial:
        """Return whether tests notice a fault of a module, which takes processes of its own.

        Raises RuntimeError, with what pytest printed, when it could not run without the fault.
        """
        begin = time.monotonic()
        with self._mutated.changed(mutation):
            run = self._mutated.run_tests(*tests)
        verdict, by = self._judge(run, tests)
        return Trial(verdict, by, time.monotonic() - begin)

    def _judge(self, run: _Run, tests: Sequence[str]) -> tuple[Verdict, str]:
        failed = self._mutated.take_failed()
        if run.waited:
            return Verdict.NOTICED, WAITS_FOR_EVER
        match run.code:
            case pytest.ExitCode.OK:
                return Verdict.SURVIVED, ""
            case pytest.ExitCode.TESTS_FAILED:
                sound = self._sound.run_tests(*failed)
            case pytest.ExitCode.INTERRUPTED | pytest.ExitCode.USAGE_ERROR:
                failed = ["cannot be imported"]
                sound = self._sound.run_tests("--collect-only", *tests)
            case _:
                raise run.error()
        match sound.code:
            case pytest.ExitCode.OK:
                return Verdict.NOTICED, failed[0]
            case pytest.ExitCode.TESTS_FAILED:
                return Verdict.UNSOUND, failed[0]
            case _:
                raise sound.error()

    def try_in_sql(
        self, mutations: Sequence[Mutation], tests: Sequence[Sequence[str]]
    ) -> Iterator[Trial]:
        """Yield for each fault in routines whether its tests notice, all in one session.

        Raises RuntimeError, with what pytest printed, when the session ends early.
        """
        left = list(zip(mutations, tests, strict=True))
        while left:
            reading, writing = os.pipe()
            arguments = [str(self._write(left)), str(writing), *_OPTIONS]
            files = sorted({file for _, chosen in left for file in chosen})
            with self._mutated.running(
                "tests.mutants.session", *arguments, *files, result=writing
            ) as process:
                os.close(writing)
                with os.fdopen(reading) as results:
                    for line in results:
                        verdict, by, seconds = json.loads(line)
                        del left[0]
                        yield Trial(Verdict(verdict), by, seconds)
                run = self._mutated.ended(process)
            if left and not run.waited:
                raise run.error()
            if left:
                fault, _ = left.pop(0)
                (self._mutated.folder / fault.path).write_text(fault.text)
                yield Trial(Verdict.NOTICED, WAITS_FOR_EVER, TIMEOUT_SECONDS)

    def _write(self, faults: Sequence[tuple[Mutation, Sequence[str]]]) -> Path:
        file = self._folder / "faults.json"
        told = [
            {"path": one.path, "text": one.text, "mutated": one.mutated, "tests": tests}
            for one, tests in faults
        ]
        file.write_text(json.dumps(told))
        return file


@contextmanager
def benches(number: int) -> Iterator[list[Bench]]:
    """Have so many benches."""
    with tempfile.TemporaryDirectory(prefix="wa-mutants-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield [Bench(folder / str(place)) for place in range(number)]
