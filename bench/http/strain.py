"""The handler under unkind load: hot users, repeats, huge batches; its memory and its starts."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread, compare, take_turns
from bench.http.contestants import (
    CONNECTIONS,
    DATABASE,
    HANDLER,
    Contestants,
    note_refusals,
    rates,
)
from bench.http.traffic import Traffic
from bench.processes import WebhookServer, run_handler
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.run import Run

HOT_BATCH_BYTES = 3_000_000

USUAL = "as above"
DUPLICATES = "10 % duplicates"
ONE_USER = "one user writes everything"
HOT_BATCH = "3 MB a request"


def load_unkindly(contestants: Contestants, section: Section) -> None:
    """Post repeats, one user's messages only, and bodies as large as Meta allows."""
    run = contestants.run
    requests = run.choose(2000, 6000)
    usual = Traffic(requests, connections=CONNECTIONS)
    hot_batch = Traffic(run.choose(2, 4), connections=2, bytes_per_request=HOT_BATCH_BYTES)
    cases = {
        USUAL: usual,
        DUPLICATES: dataclasses.replace(usual, duplicates=0.1),
        ONE_USER: dataclasses.replace(usual, users=1),
        HOT_BATCH: hot_batch,
    }
    run.say("hot users, duplicates and hot batches")
    samples = take_turns(
        {
            name: functools.partial(contestants.sample, HANDLER, traffic)
            for name, traffic in cases.items()
        },
        run.choose(1, 2),
    )
    table = Table(
        (
            "handler",
            "requests a second",
            "median, ms",
            "p99, ms",
            "longest, ms",
            "lock waits",
        )
    )
    for name, repeats in samples.items():
        table.add(
            name,
            Spread.of(rates(repeats)),
            Spread.of([one.seen.median_ms for one in repeats]),
            Spread.of([one.seen.p99_ms for one in repeats]),
            Spread.of([one.seen.longest_ms for one in repeats]),
            max(one.most_waiting_for_locks for one in repeats),
        )
    section.tables.append(table)
    usually = rates(samples[USUAL])
    section.ratios += [
        compare(f"{name}: requests a second / usual", rates(samples[name]), usually, number=5)
        for name in (DUPLICATES, ONE_USER)
    ]
    messages = hot_batch.messages_per_request
    rates_of_messages = [rate * messages for rate in rates(samples[HOT_BATCH])]
    section.ratios.append(
        Ratio("3 MB a request: messages a second", Spread.of(rates_of_messages), number=5)
    )
    section.notes.append(
        f"A request of 3 MB holds {messages:,} messages. Lock waits: the most sessions that were"
        " seen to wait at once; the handler has four."
    )
    note_refusals(samples, section)


def add_memory(handler: WebhookServer, memory: Sequence[float], section: Section) -> None:
    """Tell the handler's memory at three moments, and its peak."""
    table = Table(("memory of the handler", "MB"))
    for moment, megabytes in zip(
        ("at the start", "after the comparison", "in the end"), memory, strict=True
    ):
        table.add(moment, f"{megabytes:.0f}")
    table.add("at most", f"{handler.peak_memory_mb:.0f}")
    section.tables.append(table)


def measure_starts(run: Run, section: Section) -> None:
    """Time starts on a migrated database until a webhook is answered with 200."""
    run.say("starts")
    url = run.server.url(DATABASE, "wa_edge_role")
    seconds = []
    for _ in range(run.choose(3, 5)):
        with run_handler(url) as server:
            seconds.append(server.seconds_to_first_200)
    section.ratios.append(
        Ratio("seconds from start to the first 200", Spread.of(seconds), at_most=2.0, number=6)
    )
