"""The cost of each operation on full tables beside the same on nearly empty ones."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison import Spread, compare, take_turns
from bench.database.flat_data import WRITERS, Sizes, fill
from bench.database.flat_operations import BATCH, Database, Operation, list_operations
from bench.database.pgbench import Load
from bench.database.plans import collect_plans, count_pages, scanned_tables
from bench.report import Section, Table

if TYPE_CHECKING:
    from bench.database.pgbench import Pgbench
    from bench.run import Run

MOST_GROWTH = 1.2
HELD_BACK_BY = (
    "the pages that a call touches, in the section's table, say whether it reads more; where they"
    " are about the same, it is indexes one level deeper and pages that are colder in the caches."
)

# Enough people for a sample's due messages, each with one, and enough baskets for one answer.
SMALL_SIZES = Sizes(profiles=4 * WRITERS, events=0, sent=0, queued=0, due=0, baskets=1000)
LARGE_SIZES = Sizes(
    profiles=1_000_000,
    events=10_000_000,
    sent=1_000_000,
    queued=1_000_000,
    due=100_000,
    baskets=1_000_000,
)
QUICK_SIZES = Sizes(
    profiles=200_000,
    events=1_000_000,
    sent=200_000,
    queued=200_000,
    due=20_000,
    baskets=100_000,
)


@dataclass(frozen=True)
class Length:
    """How often samples are taken, and how long one takes: a time, or so many runs."""

    rounds: int
    seconds: int
    claims: int
    replays: int


QUICK_LENGTH = Length(rounds=3, seconds=2, claims=100, replays=200)
FULL_LENGTH = Length(rounds=9, seconds=3, claims=250, replays=300)


def measure(run: Run) -> Section:
    """Fill two databases, and let each operation take turns on both."""
    pgbench = run.require_pgbench()
    sizes = run.choose(QUICK_SIZES, LARGE_SIZES)
    length = run.choose(QUICK_LENGTH, FULL_LENGTH)
    # What the samples use up comes on top, so that the wanted number is due until the end.
    used = (length.rounds + 1) * length.claims * BATCH
    filled = dataclasses.replace(sizes, due=sizes.due + used)
    section = _describe(sizes, length)
    with run.server.database("bench_small") as small, run.server.database("bench_large") as large:
        databases = (
            Database(small, SMALL_SIZES, is_small=True),
            Database(large, filled, is_small=False),
        )
        for database in databases:
            with run.server.connect(database.name) as connection:
                fill(connection, database.sizes, run.say)
        run.server.checkpoint()
        for operation in list_operations(length.claims, length.replays):
            run.say(", ".join(operation.names))
            _measure_operation(run, pgbench, operation, databases, length, section)
    return section


def _measure_operation(
    run: Run,
    pgbench: Pgbench,
    operation: Operation,
    databases: tuple[Database, Database],
    length: Length,
    section: Section,
) -> None:
    def sample(database: Database) -> tuple[float, ...]:
        with run.server.connect(database.name) as connection:
            variables = operation.prepare(connection, database)
        load = Load(
            operation.script,
            run.server.url(database.name, operation.role),
            clients=1,
            seconds=length.seconds,
            transactions=operation.transactions,
            variables=variables,
            durable=False,
        )
        return pgbench.run(load).latencies_ms

    samples = take_turns(
        {database.name: functools.partial(sample, database) for database in databases},
        length.rounds,
    )
    for position, name in enumerate(operation.names):
        small, large = (
            [latencies[position] for latencies in samples[database.name]] for database in databases
        )
        pages = [_count_pages(run, operation, position, database) for database in databases]
        section.tables[0].add(name, Spread.of(small), Spread.of(large), *map(int, pages))
        section.ratios.append(
            compare(
                f"{name}: full / nearly empty",
                large,
                small,
                at_most=MOST_GROWTH,
                number=4,
                held_back_by=HELD_BACK_BY,
            )
        )
        _add_plans(run, operation, position, databases[1], section)


def _count_pages(run: Run, operation: Operation, position: int, database: Database) -> float:
    with run.server.connect(database.name) as connection:
        operation.prepare(connection, database)
        return count_pages(
            connection, lambda: operation.calls[position](connection, database), calls=30
        )


def _add_plans(
    run: Run, operation: Operation, position: int, database: Database, section: Section
) -> None:
    with run.server.connect(database.name) as connection:
        plans = collect_plans(connection, lambda: operation.calls[position](connection, database))
    name = operation.names[position]
    section.details[f"{name}: its plans on full tables"] = "\n\n".join(plans)
    if scanned := scanned_tables(plans):
        section.notes.append(f"{name} reads {', '.join(scanned)} from end to end.")


def _describe(sizes: Sizes, length: Length) -> Section:
    return Section(
        name="flat",
        title="Flat as data grows",
        method=(
            f"One connection, {length.rounds} rounds after one to warm up; the mean latency of a"
            f" statement in milliseconds, and the pages that a call touches. Full: {sizes}. Nearly"
            f" empty: {SMALL_SIZES}, and only the due messages that a sample takes. In both"
            f" {WRITERS:,} people write, in the full one spread over all. synchronous_commit is off"
            " for these connections: waiting for the disk would hide growth. Plans are taken by"
            " auto_explain in a warm session; only statements that touch a growing table are shown."
        ),
        tables=[
            Table(("ms", "nearly empty", "full", "pages, nearly empty", "pages, full")),
        ],
    )
