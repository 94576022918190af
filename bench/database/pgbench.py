"""pgbench: a client that costs next to nothing, so that what is measured is the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WARM_UP_SECONDS = 1
SCRIPTS = Path(__file__).parent / "scripts"


class PgbenchFailedError(RuntimeError):
    """pgbench failed; the message holds what it said."""


@dataclass(frozen=True)
class Load:
    """What to run: a script of `scripts/` from `clients` connections, for a time or a count.

    `transactions` counts runs of the script by each connection; with none given it runs `seconds`,
    after one more second in which new sessions compile and plan what they call.
    `durable` is false where waiting for the disk would only dilute a comparison.
    """

    script: str
    url: str
    clients: int = 8
    seconds: int = 3
    transactions: int | None = None
    protocol: str = "prepared"
    variables: Mapping[str, str | int] = field(default_factory=dict)
    rate_per_second: int | None = None
    durable: bool = True


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    `per_second` is over all connections once warm; `latencies_ms` has the mean of each statement.
    """

    transactions: int
    per_second: float
    latencies_ms: tuple[float, ...]


def find_pgbench() -> Path | None:
    """Return pgbench from the PATH or beside what pg_config names, or None."""
    if found := shutil.which("pgbench"):
        return Path(found)
    if config := shutil.which("pg_config"):
        answer = subprocess.run(  # noqa: S603
            [config, "--bindir"], check=False, capture_output=True, text=True
        )
        beside = Path(answer.stdout.strip()) / "pgbench"
        if answer.returncode == 0 and beside.exists():
            return beside
    return None


class Pgbench:
    """The program at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def version(self) -> str:
        """Return its version, which may differ from the server's."""
        answer = subprocess.run(  # noqa: S603
            [self.path, "--version"], check=True, capture_output=True, text=True
        )
        return answer.stdout.strip()

    def run(self, load: Load) -> Outcome:
        """Run to the end. Raises PgbenchFailedError, also when one transaction failed."""
        with tempfile.TemporaryDirectory() as folder:
            answer = subprocess.run(  # noqa: S603
                self._command(load),
                check=False,
                capture_output=True,
                text=True,
                env=_environment(load),
                cwd=folder,
            )
        if answer.returncode != 0:
            raise PgbenchFailedError(f"{load.script}: {answer.stderr.strip()[-2000:]}")
        return Outcome(
            transactions=int(_number(r"transactions actually processed: (\d+)", answer.stdout)),
            per_second=_rate(answer.stdout, answer.stderr),
            latencies_ms=_statement_latencies(answer.stdout),
        )

    def start_logging(self, load: Load, folder: Path) -> subprocess.Popen[bytes]:
        """Start in the background, logging each transaction under `folder`; the caller ends it."""
        return subprocess.Popen(  # noqa: S603
            [*self._command(load)[:-1], "--log", "--log-prefix=latency", load.url],
            env=_environment(load),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _command(self, load: Load) -> list[str]:
        length = (
            [f"--time={load.seconds + WARM_UP_SECONDS}", "--progress=1"]
            if load.transactions is None
            else [f"--transactions={load.transactions}"]
        )
        rate = [] if load.rate_per_second is None else [f"--rate={load.rate_per_second}"]
        variables = [f"--define={name}={value}" for name, value in load.variables.items()]
        return [
            str(self.path),
            "--no-vacuum",
            "--report-per-command",
            f"--protocol={load.protocol}",
            f"--client={load.clients}",
            f"--jobs={min(load.clients, 2)}",
            f"--file={SCRIPTS / load.script}",
            *length,
            *rate,
            *variables,
            load.url,
        ]


def _environment(load: Load) -> dict[str, str]:
    options = {} if load.durable else {"PGOPTIONS": "-c synchronous_commit=off"}
    return dict(os.environ) | options


def _rate(output: str, progress: str) -> float:
    """Return the mean of the seconds after the first, or of the whole run when it was short."""
    reported = re.findall(r"^progress: .*? ([\d.]+) tps", progress, re.MULTILINE)
    seconds = [float(found) for found in reported]
    warm = seconds[WARM_UP_SECONDS:]
    return sum(warm) / len(warm) if warm else _number(r"tps = ([\d.]+)", output)


def _statement_latencies(output: str) -> tuple[float, ...]:
    """Return those of SQL statements, without pgbench's own commands."""
    lines = re.findall(r"^ +([\d.]+) +\d+  (?!\\)\S", output, re.MULTILINE)
    return tuple(float(latency) for latency in lines)


def _number(pattern: str, output: str) -> float:
    found = re.search(pattern, output)
    if found is None:
        raise PgbenchFailedError(f"pgbench did not tell {pattern}: {output}")
    return float(found.group(1))
