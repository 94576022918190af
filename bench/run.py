"""What every section is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from bench.database.pgbench import Pgbench
    from bench.server import BenchServer

Value = TypeVar("Value")


@dataclass(frozen=True)
class Run:
    """One run of the benchmark; `pgmq` is the path of pgmq's SQL file, when given.

    `citus` and `plain` are the URLs of a cluster's coordinator and of a server beside it, or empty.
    """

    server: BenchServer
    pgbench: Pgbench | None
    console: Console
    is_quick: bool
    pgmq: Path | None
    citus: str = ""
    plain: str = ""

    def choose(self, quick: Value, full: Value) -> Value:
        """Return what belongs to the length of this run."""
        return quick if self.is_quick else full

    def say(self, what: str) -> None:
        """Tell the person who waits what happens."""
        self.console.log(what)

    def require_pgbench(self) -> Pgbench:
        """Return pgbench. Raises MissingPeerError without one."""
        if self.pgbench is None:
            raise MissingPeerError("pgbench is absent: it comes with PostgreSQL's server packages")
        return self.pgbench


class MissingPeerError(RuntimeError):
    """What a section compares with is not on this machine."""
