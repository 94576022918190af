"""One sample of throughput: what pgbench got done, and what it cost the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison import Spread
from bench.report import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.database.pgbench import Load, Pgbench
    from bench.server import BenchServer


@dataclass(frozen=True)
class Sample:
    """Messages a second over all connections, and the CPU time of the server for one."""

    messages_per_second: float
    cpu_microseconds: float


def take_sample(server: BenchServer, pgbench: Pgbench, load: Load, messages: int = 1) -> Sample:
    """Run a load whose script carries that many messages."""
    before = server.client_cpu_seconds()
    outcome = pgbench.run(load)
    used = server.client_cpu_seconds() - before
    return Sample(
        outcome.per_second * messages, used * 1_000_000 / (outcome.transactions * messages)
    )


def table_of(samples: Mapping[str, Sequence[Sample]]) -> Table:
    """Sum up the repeats of each case."""
    table = Table(("", "messages a second", "server CPU a message, µs"))
    for name, repeats in samples.items():
        table.add(
            name,
            Spread.of([one.messages_per_second for one in repeats]),
            Spread.of([one.cpu_microseconds for one in repeats]),
        )
    return table


def rates(repeats: Sequence[Sample]) -> list[float]:
    """Return the messages a second, repeat by repeat."""
    return [one.messages_per_second for one in repeats]


def costs(repeats: Sequence[Sample]) -> list[float]:
    """Return the CPU time of a message, repeat by repeat."""
    return [one.cpu_microseconds for one in repeats]
