"""Signed webhooks while strangers attack the same handler."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread
from bench.http.assault import ATTACKS
from bench.http.posting import take_http_sample
from bench.http.traffic import Traffic
from bench.machine import PROJECT
from bench.people import add_people, occupy_notifier
from bench.processes import run_handler
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.run import Run

DATABASE = "bench_attacks"
USERS = 10_000
CONNECTIONS = 8
MOST_P99_MS = 1000.0
MOST_MEMORY_MB = 300.0

_HEAD_START_SECONDS = 3.0
"""Enough for three thousand connections and 64 MB of bodies."""


def measure(run: Run) -> Section:
    """Post over kept and over fresh connections: in peace, under each attack, under all of them."""
    section = Section(
        name="attacks",
        title="Under attack",
        method=(
            "A process of its own sends what nobody has signed: four headers without an end, one"
            " request of ever more headers, 3,000 connections that stay silent, and 300 bodies of"
            " 3 MB whose last bytes drip; what is cut off begins anew. It begins"
            f" {_HEAD_START_SECONDS:.0f} s before signed webhooks are posted, over"
            f" {CONNECTIONS} connections that are kept and then over as many that are made anew for"
            " each (the time to connect counted). Each row is a handler of its own; attackers,"
            " client, handler and database share the cores."
        ),
    )
    table = Table(
        (
            "attack",
            "kept: a second",
            "p99, ms",
            "longest, ms",
            "fresh: a second",
            "p99, ms",
            "longest, ms",
            "memory at most, MB",
        )
    )
    cases = {"none": [], **{kind: [kind] for kind in ATTACKS}, "all four": list(ATTACKS)}
    with run.server.database(DATABASE):
        with run.server.connect(DATABASE) as connection:
            add_people(connection, USERS)
            occupy_notifier(connection)
            connection.execute("vacuum (analyze)")
        for name, kinds in cases.items():
            _measure_under(run, section, table, name, kinds)
    section.tables.append(table)
    return section


def _measure_under(
    run: Run, section: Section, table: Table, name: str, kinds: Sequence[str]
) -> None:
    run.say(f"attack: {name}")
    requests = run.choose(2000, 10_000)
    with (
        run_handler(run.server.url(DATABASE, "wa_edge_role")) as handler,
        _attacking(handler.port, kinds),
    ):
        kept, fresh = (
            take_http_sample(
                run.server,
                DATABASE,
                handler,
                Traffic(
                    requests, handler.port, connections=CONNECTIONS, users=USERS, is_fresh=is_fresh
                ),
            ).seen
            for is_fresh in (False, True)
        )
        memory = handler.peak_memory_mb
    figures = (
        *(kept.requests_per_second, kept.p99_ms, kept.longest_ms),
        *(fresh.requests_per_second, fresh.p99_ms, fresh.longest_ms),
        memory,
    )
    table.add(name, *(f"{figure:,.0f}" for figure in figures))
    for seen in (kept, fresh):
        if refused := {key: count for key, count in seen.statuses.items() if key != "200"}:
            section.notes.append(f"{name}: not everything was answered with 200: {refused}.")
    if len(kinds) == len(ATTACKS):
        worst = max(kept.p99_ms, fresh.p99_ms)
        section.ratios += [
            Ratio("all four: p99, ms", Spread.of([worst]), at_most=MOST_P99_MS, number=7),
            Ratio("all four: memory, MB", Spread.of([memory]), at_most=MOST_MEMORY_MB, number=7),
        ]


@contextlib.contextmanager
def _attacking(port: int, kinds: Sequence[str]) -> Iterator[None]:
    if not kinds:
        yield
        return
    attacker = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bench.http.assault", str(port), *kinds], cwd=PROJECT
    )
    try:
        time.sleep(_HEAD_START_SECONDS)
        yield
    finally:
        attacker.kill()
        attacker.wait()
