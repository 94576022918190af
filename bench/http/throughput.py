"""The handler over HTTP beside a library that stores nothing and an app that only verifies."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import httpx

from bench.comparison import Ratio, Spread, compare, take_turns
from bench.http.contestants import (
    CONNECTIONS,
    DATABASE,
    HANDLER,
    LOGGING_PYWA,
    PLAIN,
    PREPARED,
    PYWA,
    UNCOALESCED,
    USERS,
    WARM_UP_REQUESTS,
    Contestants,
    note_refusals,
    rates,
)
from bench.http.memory import measure_memory
from bench.http.strain import add_memory, load_unkindly, measure_starts
from bench.http.traffic import Traffic
from bench.people import add_people, occupy_notifier
from bench.report import Section, Table

if TYPE_CHECKING:
    from bench.run import Run


HELD_BACK_BY = (
    "the two cores that handler, database and client share: a second has two seconds of CPU, and"
    " the CPU of handler and database for a request, in the table below, with the client's on top,"
    " has to fit; pywa needs one core for less."
)


def measure(run: Run) -> Section:
    """Compare throughput and latency, then load the handler in unkind ways."""
    section = Section(
        name="http",
        title="Over HTTP",
        method=(
            f"A process of its own posts signed webhooks over {CONNECTIONS} kept-alive connections,"
            f" each a new text from one of {USERS:,} users; all servers run on uvicorn with uvloop"
            " and httptools, one process each. The handler commits every message durably before it"
            " answers; the others store nothing. Client, server and database share the cores. Each"
            f" sample begins with {WARM_UP_REQUESTS:,} requests that are not counted. A notifier"
            " counts as busy, as it is at such rates, so that nobody is woken."
        ),
    )
    contestants = Contestants(run)
    with run.server.database(DATABASE):
        with run.server.connect(DATABASE) as connection:
            add_people(connection, USERS)
            occupy_notifier(connection)
            connection.execute("vacuum (analyze)")
        run.server.checkpoint()
        run.say("starting servers")
        with contestants.running():
            memory = [contestants.servers[HANDLER].memory_mb]
            _compare_throughput(contestants, section)
            memory.append(contestants.servers[HANDLER].memory_mb)
            _compare_lone_requests(contestants, section)
            load_unkindly(contestants, section)
            memory.append(contestants.servers[HANDLER].memory_mb)
            add_memory(contestants.servers[HANDLER], memory, section)
        measure_starts(run, section)
        measure_memory(run, section)
    return section


def _compare_throughput(contestants: Contestants, section: Section) -> None:
    run = contestants.run
    traffic = Traffic(run.choose(6000, 16000), connections=CONNECTIONS)
    run.say("throughput")
    samples = take_turns(
        {
            name: functools.partial(contestants.sample, name, traffic)
            for name in contestants.servers
        },
        run.choose(3, 5),
    )
    table = Table(
        ("", "requests a second", "median, ms", "p99, ms", "server CPU, µs", "database CPU, µs")
    )
    for name, repeats in samples.items():
        table.add(
            name,
            Spread.of(rates(repeats)),
            Spread.of([one.seen.median_ms for one in repeats]),
            Spread.of([one.seen.p99_ms for one in repeats]),
            Spread.of([one.server_cpu_microseconds for one in repeats]),
            Spread.of([one.database_cpu_microseconds for one in repeats])
            if name.startswith(HANDLER)
            else "",
        )
    section.tables.append(table)
    ours = samples[HANDLER]
    if PYWA in samples:
        section.ratios += [
            compare(
                "handler / pywa",
                rates(ours),
                rates(samples[PYWA]),
                at_least=1.0,
                number=2,
                held_back_by=HELD_BACK_BY,
            ),
            compare(
                "handler / pywa, each logging its requests",
                rates(ours),
                rates(samples[LOGGING_PYWA]),
                number=2,
            ),
        ]
        _note_work_of_pywa(contestants, section)
    else:
        section.notes.append("pywa is absent: `pip install 'wa-webhook[bench]'`.")
    section.ratios += [
        Ratio(
            "CPU of the handler for a request, µs",
            Spread.of([one.server_cpu_microseconds for one in ours]),
            at_most=45,
            number=2,
            held_back_by=(
                "receiving, verifying and answering alone, with nothing kept, take the CPU of"
                " *signature only* in the section's table; what is beyond it waits for a call,"
                " joins and sends it, and hands its outcome to each request."
            ),
        ),
        Ratio(
            "handler: p99 / median", Spread.of([one.tail for one in ours]), at_most=3.0, number=2
        ),
        compare("handler / signature only", rates(ours), rates(samples[PLAIN])),
        compare(
            "handler: coalescing / one request a call", rates(ours), rates(samples[UNCOALESCED])
        ),
        compare("handler: prepared statements / not", rates(samples[PREPARED]), rates(ours)),
    ]
    note_refusals(samples, section)


def _note_work_of_pywa(contestants: Contestants, section: Section) -> None:
    """Say how many messages pywa built: it answers 200 to what it fails to read, too."""
    answer = httpx.get(f"{contestants.servers[PYWA].url}/handled")
    taken = contestants.taken[PYWA] + 1  # the one that showed that it had started
    section.notes.append(
        "All are posted the same kind of webhook, which names the sender's BSUID, as Meta's do"
        " since 2026: pywa fails to read others, though it answers 200. Of these it built and"
        f" handed on {int(answer.text):,} messages of the {taken:,} that it answered so."
    )


def _compare_lone_requests(contestants: Contestants, section: Section) -> None:
    run = contestants.run
    traffic = Traffic(run.choose(150, 500), connections=1)
    run.say("lone requests")
    samples = take_turns(
        {
            name: functools.partial(contestants.sample, name, traffic)
            for name in (HANDLER, UNCOALESCED)
        },
        run.choose(3, 5),
    )
    section.ratios.append(
        compare(
            "a lone request's median: with coalescing / without",
            [one.seen.median_ms for one in samples[HANDLER]],
            [one.seen.median_ms for one in samples[UNCOALESCED]],
            at_most=1.1,
            number=2,
        )
    )
    note_refusals(samples, section)
