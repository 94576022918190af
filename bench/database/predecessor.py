"""wa_dispatch beside that of an earlier commit: what has come since must not cost more."""

from __future__ import annotations

import contextlib
import functools
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from bench.comparison import Spread, compare, take_turns
from bench.older import COMMIT, older_checkout, older_database
from bench.people import FIRST_PHONE, UNBOUNDED_ANSWERS, occupy_notifier, webhook_of_many
from bench.report import Section, Table
from bench.run import MissingPeerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from bench.run import Run

USERS = 640
BATCH = 32
NOW, BEFORE = "bench_now", "bench_before"

_HELD_BACK_BY = (
    "what has come since, all of which a message asks about: business numbers, handovers, silences,"
    " media, tasks, and whether the database was restored. A lone message does so for itself, where"
    " 32 do it once. Ranges are those of rounds of a few milliseconds, which the machine disturbs."
)


def measure(run: Run) -> Section:
    """Compare the CPU that a message costs now and then. Raises MissingPeerError without git."""
    rounds = run.choose(60, 300)
    # A round is short, since what else the machine does changes from second to second.
    calls = {1: 10, BATCH: 1}
    with (
        older_checkout() as checkout,
        run.server.database(NOW),
        older_database(run, checkout, BEFORE),
        _session(run, NOW) as now,
        _session(run, BEFORE) as before,
    ):
        run.say(f"{rounds} rounds beside {COMMIT}")
        samples = take_turns(
            {
                f"{size}, {when}": functools.partial(_sample, session, size, calls[size])
                for size in calls
                for when, session in (("now", now), ("before", before))
            },
            rounds,
        )
    table = Table(("messages a call", "now, µs of CPU a message", f"{COMMIT}, µs of CPU a message"))
    for size in calls:
        table.add(size, *(Spread.of(samples[f"{size}, {when}"]) for when in ("now", "before")))
    return Section(
        name="predecessor",
        title="Dispatch beside its predecessor",
        method=(
            f"One session each, kept open, synchronous_commit off, {rounds} rounds after one to"
            " warm up; a round is"
            f" {calls[1]} calls of one message, or one of {BATCH}, and its figure the"
            " time that the server's process for this session was on a core, by"
            f" /proc/<pid>/schedstat. Each message is a new text from one of {USERS} users,"
            " answered by the home menu, in a database of this checkout and in one of commit"
            f" {COMMIT}, which knew one business number, and neither handovers, silences, media"
            " nor tasks."
        ),
        tables=[table],
        ratios=[
            compare(
                f"CPU of a message, {size} a call, now / before",
                samples[f"{size}, now"],
                samples[f"{size}, before"],
                at_most=1.0,
                number=12,
                held_back_by=_HELD_BACK_BY,
            )
            for size in calls
        ],
    )


def _sample(session: psycopg.Connection, size: int, calls: int) -> float:
    payloads = [_build_webhook(call * size, size) for call in range(calls)]
    began = _seconds_on_core(session)
    for payload in payloads:
        session.execute("select public.wa_dispatch(%s::jsonb)", [payload], prepare=True)
    return (_seconds_on_core(session) - began) * 1_000_000 / (calls * size)


def _build_webhook(first: int, size: int) -> str:
    messages = [
        (str(FIRST_PHONE + (first + place) % USERS), uuid.uuid4().hex) for place in range(size)
    ]
    return webhook_of_many(messages, str(int(time.time())))


def _seconds_on_core(session: psycopg.Connection) -> float:
    try:
        told = Path(f"/proc/{session.info.backend_pid}/schedstat").read_text()
    except FileNotFoundError:
        raise MissingPeerError("this system has no /proc/<pid>/schedstat") from None
    return int(told.split()[0]) / 1e9


@contextlib.contextmanager
def _session(run: Run, database: str) -> Iterator[psycopg.Connection]:
    with run.server.connect(database) as connection:
        connection.execute(UNBOUNDED_ANSWERS)
        occupy_notifier(connection)
    with run.server.connect(database, "wa_edge_role") as session:
        # No disk in it: what it takes differs more than what is compared.
        session.execute("set synchronous_commit = off")
        # Everybody is known and has a conversation before the first round.
        for first in range(0, USERS, BATCH):
            session.execute("select public.wa_dispatch(%s::jsonb)", [_build_webhook(first, BATCH)])
        with run.server.connect(database) as connection:
            connection.execute("vacuum (analyze)")
        yield session
