"""The handler over HTTP beside a library that stores nothing and an app that only verifies."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread, compare, take_turns
from bench.http.posting import HttpSample, take_http_sample
from bench.http.servers import SECRET, WebhookServer, run_handler, run_peer
from bench.http.traffic import Traffic
from bench.people import add_people
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.run import Run

DATABASE = "bench_http"
USERS = 100_000
CONNECTIONS = 64
HOT_BATCH_BYTES = 3_000_000

HANDLER = "handler"
UNCOALESCED = "handler, one request a call"
PREPARED = "handler, prepared statements"
PYWA = "pywa, an empty handler"
PLAIN = "signature only"

_EMPTY = "truncate public.notifications, public.wa_events"


@dataclass
class HttpBench:
    """Servers on one database, and how long to load them."""

    run: Run
    servers: dict[str, WebhookServer] = field(default_factory=dict)

    def sample(self, name: str, requests: int, **traffic: float) -> HttpSample:
        """Post to one of the servers, the tables of messages being empty."""
        with self.run.server.connect(DATABASE) as connection:
            connection.execute(_EMPTY)
        server = self.servers[name]
        described = Traffic(server.port, SECRET, requests, **traffic)  # type: ignore[arg-type]
        return take_http_sample(self.run.server, DATABASE, server, described)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run all servers that this machine has."""
        url = self.run.server.url(DATABASE, "wa_edge_role")
        with contextlib.ExitStack() as stack:
            start = stack.enter_context
            self.servers[HANDLER] = start(run_handler(url))
            self.servers[UNCOALESCED] = start(run_handler(url, wa_webhook_batch_size="1"))
            self.servers[PREPARED] = start(run_handler(url, wa_database_prepared_statements="true"))
            self.servers[PLAIN] = start(run_peer("bench.http.plain_app:app"))
            if importlib.util.find_spec("pywa_async") is not None:
                self.servers[PYWA] = start(run_peer("bench.http.pywa_app:app"))
            yield


def measure(run: Run) -> Section:
    """Compare throughput and latency, then load the handler in unkind ways."""
    section = Section(
        name="http",
        title="Over HTTP",
        method=(
            f"A process of its own posts signed webhooks over {CONNECTIONS} kept-alive connections,"
            f" each a new text from one of {USERS:,} users; all servers run on uvicorn with uvloop"
            " and httptools, one process each. The handler commits every message durably before it"
            " answers; the others store nothing. Client, server and database share the cores."
        ),
    )
    bench = HttpBench(run)
    with run.server.database(DATABASE):
        with run.server.connect(DATABASE) as connection:
            add_people(connection, USERS)
            connection.execute("vacuum (analyze)")
        run.server.checkpoint()
        run.say("starting servers")
        with bench.running():
            memory = [bench.servers[HANDLER].memory_mb]
            _compare_throughput(bench, section)
            memory.append(bench.servers[HANDLER].memory_mb)
            _compare_lone_requests(bench, section)
            _load_unkindly(bench, section)
            memory.append(bench.servers[HANDLER].memory_mb)
            _add_memory(bench.servers[HANDLER], memory, section)
        _measure_starts(run, section)
    return section


def _compare_throughput(bench: HttpBench, section: Section) -> None:
    run = bench.run
    requests = run.choose(3000, 20_000)
    run.say("throughput")
    samples = take_turns(
        {
            name: functools.partial(bench.sample, name, requests, connections=CONNECTIONS)
            for name in bench.servers
        },
        run.choose(3, 7),
    )
    table = Table(
        ("", "requests a second", "median, ms", "p99, ms", "server CPU, µs", "database CPU, µs")
    )
    for name, repeats in samples.items():
        table.add(
            name,
            Spread.of(_rates(repeats)),
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
        section.ratios.append(
            compare("handler / pywa", _rates(ours), _rates(samples[PYWA]), at_least=1.5)
        )
    else:
        section.notes.append("pywa is absent: `pip install 'wa-webhook[bench]'`.")
    section.ratios += [
        Ratio("handler: p99 / median", Spread.of([one.tail for one in ours]), at_most=3.0),
        compare("handler / signature only", _rates(ours), _rates(samples[PLAIN])),
        compare(
            "handler: coalescing / one request a call", _rates(ours), _rates(samples[UNCOALESCED])
        ),
        compare("handler: prepared statements / not", _rates(samples[PREPARED]), _rates(ours)),
    ]
    _note_refusals(samples, section)


def _compare_lone_requests(bench: HttpBench, section: Section) -> None:
    run = bench.run
    requests = run.choose(150, 1000)
    run.say("lone requests")
    samples = take_turns(
        {
            name: functools.partial(bench.sample, name, requests, connections=1)
            for name in (HANDLER, UNCOALESCED)
        },
        run.choose(3, 7),
    )
    section.ratios.append(
        compare(
            "a lone request's median: with coalescing / without",
            [one.seen.median_ms for one in samples[HANDLER]],
            [one.seen.median_ms for one in samples[UNCOALESCED]],
            at_most=1.1,
        )
    )
    _note_refusals(samples, section)


def _load_unkindly(bench: HttpBench, section: Section) -> None:
    run = bench.run
    requests = run.choose(2000, 10_000)
    cases: Mapping[str, Mapping[str, float]] = {
        "as above": {"requests": requests, "connections": CONNECTIONS},
        "10 % duplicates": {"requests": requests, "connections": CONNECTIONS, "duplicates": 0.1},
        "one user writes everything": {
            "requests": requests,
            "connections": CONNECTIONS,
            "users": 1,
        },
        "3 MB a request": {
            "requests": run.choose(2, 8),
            "connections": 2,
            "bytes_per_request": HOT_BATCH_BYTES,
        },
    }
    run.say("hot users, duplicates and hot batches")
    samples = take_turns(
        {
            name: functools.partial(bench.sample, HANDLER, **traffic)  # type: ignore[arg-type]
            for name, traffic in cases.items()
        },
        run.choose(1, 3),
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
            Spread.of(_rates(repeats)),
            Spread.of([one.seen.median_ms for one in repeats]),
            Spread.of([one.seen.p99_ms for one in repeats]),
            Spread.of([one.seen.longest_ms for one in repeats]),
            max(one.most_waiting_for_locks for one in repeats),
        )
    section.tables.append(table)
    messages = Traffic(0, "", 1, bytes_per_request=HOT_BATCH_BYTES).messages_per_request
    section.notes.append(
        f"A request of 3 MB holds {messages:,} messages. Lock waits: the most sessions that were"
        " seen to wait at once; the handler has four."
    )
    _note_refusals(samples, section)


def _add_memory(handler: WebhookServer, memory: Sequence[float], section: Section) -> None:
    table = Table(("memory of the handler", "MB"))
    for moment, megabytes in zip(
        ("at the start", "after the comparison", "in the end"), memory, strict=True
    ):
        table.add(moment, f"{megabytes:.0f}")
    table.add("at most", f"{handler.peak_memory_mb:.0f}")
    section.tables.append(table)


def _measure_starts(run: Run, section: Section) -> None:
    run.say("starts")
    url = run.server.url(DATABASE, "wa_edge_role")
    seconds = []
    for _ in range(run.choose(3, 7)):
        with run_handler(url) as server:
            seconds.append(server.seconds_to_first_200)
    section.ratios.append(
        Ratio("seconds from start to the first 200", Spread.of(seconds), at_most=2.0)
    )


def _rates(repeats: Sequence[HttpSample]) -> list[float]:
    return [one.seen.requests_per_second for one in repeats]


def _note_refusals(samples: Mapping[str, Sequence[HttpSample]], section: Section) -> None:
    for name, repeats in samples.items():
        refused = {
            status: count
            for one in repeats
            for status, count in one.seen.statuses.items()
            if status != "200"
        }
        if refused:
            section.notes.append(f"{name}: not everything was answered with 200: {refused}.")
