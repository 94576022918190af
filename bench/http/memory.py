"""The memory of handler and notifier while an hour's worth of messages goes through both."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread
from bench.database.flat_data import UNLIMITED_PACE
from bench.http.contestants import CONNECTIONS, DATABASE
from bench.http.posting import take_http_sample
from bench.http.traffic import Traffic
from bench.processes import RunningProcess, run_handler, run_notifier, run_peer
from bench.report import Section, Table

if TYPE_CHECKING:
    import psycopg

    from bench.run import Run

MOST_GROWTH = 1.1
SLICES = 12
_PATIENCE_SECONDS = 300.0

_EMPTY = "truncate public.notifications, public.wa_events, wa.pair_pace"
_IS_SETTLED = """
select not exists (select from public.notifications where status in ('queued', 'sending'))
"""


def measure_memory(run: Run, section: Section) -> None:
    """Post the hour in slices; after each, when all replies are sent, look at the memory."""
    messages_per_second = run.choose(1, 5)
    slice_size = messages_per_second * 3600 // SLICES
    run.say(f"memory over {slice_size * SLICES:,} messages")
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(run.server.connect(DATABASE))
        connection.execute(UNLIMITED_PACE)
        connection.execute(_EMPTY)
        handler = stack.enter_context(run_handler(run.server.url(DATABASE, "wa_edge_role")))
        graph = stack.enter_context(run_peer("bench.http.peers.graph_app:app"))
        notifier = stack.enter_context(
            run_notifier(run.server.url(DATABASE, "wa_notifier_role"), graph.url)
        )
        traffic = Traffic(slice_size, port=handler.port, connections=CONNECTIONS)
        memory: list[tuple[float, float]] = []
        for number in range(SLICES):
            take_http_sample(run.server, DATABASE, handler, traffic)
            if not _wait_until_settled(connection):
                section.notes.append(
                    f"Replies were still unsent {_PATIENCE_SECONDS:.0f} s after slice {number + 1}"
                    f" of {SLICES}: the figures of memory end there."
                )
                break
            memory.append((handler.memory_mb, notifier.memory_mb))
        if memory:
            _report(section, messages_per_second, memory, (handler, notifier))
            messages = slice_size * len(memory)
            cpu = [one.cpu_seconds / messages * 1e6 for one in (handler, notifier)]
            section.notes.append(
                f"In that hour's worth a message took {cpu[0]:,.0f} µs of the handler's CPU and its"
                f" reply {cpu[1]:,.0f} µs of the notifier's, starts included."
            )


def _wait_until_settled(connection: psycopg.Connection) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        row = connection.execute(_IS_SETTLED).fetchone()
        if row and row[0]:
            return True
        time.sleep(0.2)
    return False


def _report(
    section: Section,
    messages_per_second: int,
    memory: list[tuple[float, float]],
    processes: tuple[RunningProcess, RunningProcess],
) -> None:
    minutes = 60 // SLICES
    table = Table(
        (f"MB, an hour at {messages_per_second} messages a second", "handler", "notifier")
    )
    for number, figures in enumerate(memory, start=1):
        if number in {1, len(memory)} or number % 3 == 0:
            cells = (f"{one:.1f}" for one in figures)
            table.add(f"after {number * minutes} minutes' worth", *cells)
    table.add("at most", *(f"{one.peak_memory_mb:.1f}" for one in processes))
    section.tables.append(table)
    for position, name in enumerate(("handler", "notifier")):
        growth = memory[-1][position] / memory[0][position]
        section.ratios.append(
            Ratio(
                f"memory of the {name}: at the end of the hour / after its first {minutes} minutes",
                Spread.of([growth]),
                at_most=MOST_GROWTH,
                number=6,
            )
        )
