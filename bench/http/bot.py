"""A bot that answers every message, from the signed webhook to the reply that Meta has accepted."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import itertools
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import psutil

from bench.comparison import Ratio, Spread, compare, take_turns
from bench.database.flat_data import UNLIMITED_PACE
from bench.http.conversation import Conversation, Heard
from bench.machine import PROJECT
from bench.people import FIRST_PHONE, add_people, webhook_body
from bench.processes import (
    HOST,
    RunningProcess,
    WebhookServer,
    run_handler,
    run_notifier,
    run_peer,
)
from bench.report import Section, Table
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.run import Run

DATABASE = "bench_bot"
USERS = 40_000
MOST_MESSAGES = 4000
FEW, MANY = 8, 64
OURS, PYWA = "wa-webhook", "pywa"
EDGE, NOTIFIER = "wa_edge_role", "wa_notifier_role"
_UNSETTLED = "select 1 from public.notifications where status in ('queued', 'sending') limit 1"
_EMPTY = "truncate public.notifications, public.wa_events"
_HELD_BACK_BY = (
    "the two cores that handler, notifier, database, people and Graph API share: what a message"
    " takes of them all, in the table of CPU, has to fit. At few connections few messages share a"
    " call, and each process sleeps between them: what wakes up finds its caches cold, so that the"
    " same work costs several times what it does at many."
)
_TOGETHER = """
select
  %(messages)s::float / (select count(distinct xmin::text) from public.wa_events),
  %(messages)s::float / (select count(distinct lock_token) from public.notifications),
  %(messages)s::float
  / (select count(distinct xmin::text) from public.notifications where status = 'sent')
"""
"""Who wrote a row tells which rows were written together."""
_ROUTINES = """
select funcname, self_time * 1000 / %(messages)s, calls / %(messages)s::float
from pg_stat_user_functions
order by self_time desc
limit 20
"""
_STATISTICS_SECONDS = 12.0
"""A session that does nothing tells what it has counted after ten."""


@dataclass(frozen=True)
class Together:
    """How many messages shared a dispatch, a claim and a settlement on average."""

    a_dispatch: float
    a_claim: float
    a_settlement: float


@dataclass(frozen=True)
class Cpu:
    """CPU time in µs a message, by process; `sessions` is all that serves clients."""

    server: float
    notifier: float
    dispatching: float
    sending: float
    sessions: float
    people: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.server + self.notifier + self.sessions + self.people


@dataclass(frozen=True)
class Sample:
    """What was heard, and what it took."""

    heard: Heard
    cpu: Cpu
    together: Together | None


@dataclass
class Bots:
    """The bots that are compared, and the people who write to them, each user once."""

    run: Run
    people: subprocess.Popen[str]
    servers: dict[str, WebhookServer] = field(default_factory=dict)
    notifier: RunningProcess | None = None
    _people: psutil.Process = field(init=False)
    _first_user: Iterator[int] = field(
        default_factory=lambda: itertools.cycle(range(0, USERS, MOST_MESSAGES))
    )

    def __post_init__(self) -> None:
        self._people = psutil.Process(self.people.pid)

    def sample(self, name: str, messages: int, connections: int = FEW) -> Sample:
        """Let so many users write a message each, over so many connections."""
        self._empty()
        port, first = self.servers[name].port, next(self._first_user)
        return self._hold(name, Conversation(messages, port, connections, first))

    def sample_lone(self, name: str, messages: int) -> Sample:
        """Let users write one after the other, each when the one before has the reply."""
        self._empty()
        port, first = self.servers[name].port, next(self._first_user)
        return self._hold(name, Conversation(messages, port, 1, first, is_lone=True))

    def sample_notifier(self, messages: int) -> Sample:
        """Let the notifier send what has piled up while the queue was paused."""
        self._empty()
        first = FIRST_PHONE + next(self._first_user)
        with self.run.server.connect(DATABASE) as connection:
            connection.execute("select public.wa_queue_pause('to be measured')")
            for phone in range(first, first + messages):
                body = webhook_body(str(phone), f"queued{phone}", str(int(time.time())))
                connection.execute("select public.wa_dispatch(%s::jsonb)", [body])
        url = self.run.server.url(DATABASE, SUPERUSER)
        return self._hold(OURS, Conversation(messages, queue_url=url))

    def list_routines(self, messages: int, connections: int) -> list[tuple[str, float, float]]:
        """Return what took longest in the database: routine, µs a message, calls a message.

        µs by the clock, in the routine's own statements and expressions.
        """
        with self.run.server.connect(DATABASE) as connection:
            connection.execute("alter system set track_functions = 'pl'")
            connection.execute("select pg_reload_conf()")
            try:
                self.sample(OURS, messages, connections)
                connection.execute("select pg_stat_reset()")
                self.sample(OURS, messages, connections)
                time.sleep(_STATISTICS_SECONDS)
                return connection.execute(_ROUTINES, {"messages": messages}).fetchall()
            finally:
                connection.execute("alter system reset track_functions")
                connection.execute("select pg_reload_conf()")

    def _empty(self) -> None:
        with self.run.server.connect(DATABASE) as connection:
            connection.execute(_EMPTY)

    def _hold(self, name: str, conversation: Conversation) -> Sample:
        before = self._cpu(name)
        if self.people.stdin is not None:
            print(json.dumps(asdict(conversation)), file=self.people.stdin, flush=True)
        heard = Heard(**json.loads(_read_line(self.people)))
        used = [
            (now - then) / conversation.messages * 1e6
            for now, then in zip(self._cpu(name), before, strict=True)
        ]
        return Sample(heard, Cpu(*used), self._together(heard) if name == OURS else None)

    def _cpu(self, name: str) -> tuple[float, ...]:
        """Return seconds in the order of Cpu; a peer has one process and no database."""
        server, people = self.servers[name].cpu_seconds, RunningProcess(self._people).cpu_seconds
        if name != OURS or self.notifier is None:
            return server, 0.0, 0.0, 0.0, 0.0, people
        database = self.run.server
        return (
            server,
            self.notifier.cpu_seconds,
            database.session_cpu_seconds(EDGE),
            database.session_cpu_seconds(NOTIFIER),
            database.client_cpu_seconds(),
            people,
        )

    def _together(self, heard: Heard) -> Together:
        """Wait until the last reply is settled, and count."""
        with self.run.server.connect(DATABASE) as connection:
            while connection.execute(_UNSETTLED).fetchone():
                time.sleep(0.01)
            row = connection.execute(_TOGETHER, {"messages": heard.replies}).fetchone()
        return Together(*(row or (0.0, 0.0, 0.0)))


_COSTS: Mapping[str, Callable[[Sample], float]] = {
    "CPU: handler, with signatures and HTTP": lambda one: one.cpu.server,
    "CPU: its sessions, which dispatch, commit and wake": lambda one: one.cpu.dispatching,
    "CPU: notifier, with HTTP": lambda one: one.cpu.notifier,
    "CPU: its sessions, which claim, settle and commit": lambda one: one.cpu.sending,
    "CPU: autovacuum and what else serves clients": lambda one: max(
        0.0, round(one.cpu.sessions - one.cpu.dispatching - one.cpu.sending, 1)
    ),
    "CPU: people and Graph API": lambda one: one.cpu.people,
    "CPU: all": lambda one: one.cpu.total,
    "messages a dispatch": lambda one: one.together.a_dispatch if one.together else 0.0,
    "replies a claim": lambda one: one.together.a_claim if one.together else 0.0,
    "replies a settlement": lambda one: one.together.a_settlement if one.together else 0.0,
}


def measure(run: Run) -> Section:
    """Compare two bots, then look at a lone message and at the notifier alone."""
    section = Section(
        name="bot",
        title="A bot that answers",
        method=(
            "One process is both the people, who write a text each over connections that are"
            " kept, and the Graph API, which accepts every reply at once: the clock runs from the"
            " first signed webhook to the last accepted reply. Ours is a handler and a notifier,"
            " one process each, and commits every message and every reply; pywa is one process"
            " under uvicorn that stores nothing, and answers from its handler with a text. It"
            " takes the webhook before it answers, so that what comes faster waits inside it, and"
            " gives up what waits five seconds for one of its HTTP client's hundred connections."
            " Ours answers with the home menu. In a sample every user writes once, and the pace"
            " of the business number is unlimited. People, bots and database share the cores."
            " Time of routines is by the clock, in their own statements and expressions."
        ),
    )
    with run.server.database(DATABASE), _running(run) as bots:
        _compare(bots, section)
        _look_at_lone_messages(bots, section)
        _look_at_the_notifier(bots, section)
    return section


def _compare(bots: Bots, section: Section) -> None:
    run = bots.run
    table = Table(("", "replies a second", "CPU of the bot, µs", "unanswered"))
    costs = Table(("µs a message", f"{FEW} connections", f"{MANY} connections"))
    ours: list[Sequence[Sample]] = []
    messages = run.choose(1000, MOST_MESSAGES)
    for connections, at_least in ((FEW, 3.0), (MANY, 10.0)):
        run.say(f"{connections} connections")
        samples = take_turns(
            {
                name: functools.partial(bots.sample, name, messages, connections)
                for name in bots.servers
            },
            run.choose(3, 5),
        )
        ours.append(samples[OURS])
        for name, repeats in samples.items():
            table.add(
                f"{name}, {connections} connections",
                Spread.of([one.heard.replies_per_second for one in repeats]),
                Spread.of([one.cpu.total - one.cpu.people for one in repeats]),
                sum(messages - one.heard.replies for one in repeats),
            )
        if PYWA in samples:
            section.ratios.append(
                compare(
                    f"replies a second / pywa's, {connections} connections",
                    _rates(samples[OURS]),
                    _rates(samples[PYWA]),
                    at_least=at_least,
                    number=9,
                    held_back_by=_HELD_BACK_BY,
                )
            )
    for what, of in _COSTS.items():
        costs.add(what, *(Spread.of([of(one) for one in repeats]) for repeats in ours))
    section.tables += [table, costs]
    for connections in (FEW, MANY):
        routines = Table((f"{connections} connections, in the database", "µs a message", "calls"))
        for name, microseconds, calls in bots.list_routines(messages, connections):
            routines.add(name, round(microseconds), f"{calls:.2f}")
        section.tables.append(routines)
    if PYWA not in bots.servers:
        section.notes.append("pywa is absent: `pip install -r requirements/bench.txt`.")


def _look_at_lone_messages(bots: Bots, section: Section) -> None:
    run = bots.run
    run.say("lone messages")
    samples = take_turns(
        {
            name: functools.partial(bots.sample_lone, name, run.choose(50, 200))
            for name in bots.servers
        },
        run.choose(3, 5),
    )
    medians = {name: Spread.of([one.heard.median_ms for one in samples[name]]) for name in samples}
    section.ratios.append(
        Ratio(
            "a lone message to its accepted reply, median, ms", medians[OURS], at_most=25, number=9
        )
    )
    if PYWA in medians:
        replies = sum(one.heard.replies for one in samples[PYWA])
        section.notes.append(
            f"pywa answers a lone message in {medians[PYWA]} ms, and answered {replies} of"
            f" {run.choose(50, 200) * len(samples[PYWA])}."
        )


def _look_at_the_notifier(bots: Bots, section: Section) -> None:
    run = bots.run
    run.say("the notifier alone")
    messages = run.choose(1000, MOST_MESSAGES)
    samples = take_turns(
        {OURS: functools.partial(bots.sample_notifier, messages)}, run.choose(3, 5)
    )[OURS]
    table = Table(("", "replies a second", "notifier CPU, µs", "database CPU, µs"))
    table.add(
        "the notifier alone, from a full queue",
        Spread.of([one.heard.replies_per_second for one in samples]),
        Spread.of([one.cpu.notifier for one in samples]),
        Spread.of([one.cpu.sessions for one in samples]),
    )
    section.tables.append(table)
    section.ratios.append(
        Ratio(
            "replies a second of one core of the notifier",
            Spread.of([1e6 / one.cpu.notifier for one in samples]),
            at_least=2000,
            number=9,
        )
    )


def _rates(repeats: Sequence[Sample]) -> list[float]:
    return [one.heard.replies_per_second for one in repeats]


@contextlib.contextmanager
def _running(run: Run) -> Iterator[Bots]:
    """Run the people and all bots that this machine has."""
    with run.server.connect(DATABASE) as connection:
        add_people(connection, USERS)
        connection.execute(UNLIMITED_PACE)
        connection.execute("vacuum (analyze)")
    run.server.checkpoint()
    run.say("starting bots")
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        people = start(_people())
        graph_url = f"http://{HOST}:{_read_line(people)}"
        bots = Bots(run, people)
        bots.servers[OURS] = start(run_handler(run.server.url(DATABASE, EDGE)))
        bots.notifier = start(run_notifier(run.server.url(DATABASE, NOTIFIER), graph_url))
        if importlib.util.find_spec("pywa_async") is not None:
            bots.servers[PYWA] = start(
                run_peer(
                    "bench.http.peers.pywa_bot:app", whatsapp_api_base_url=f"{graph_url}/v26.0"
                )
            )
        yield bots


@contextlib.contextmanager
def _people() -> Iterator[subprocess.Popen[str]]:
    people = subprocess.Popen(
        [sys.executable, "-m", "bench.http.conversation"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    try:
        yield people
    finally:
        people.terminate()
        people.communicate()


def _read_line(people: subprocess.Popen[str]) -> str:
    line = people.stdout.readline() if people.stdout else ""
    if not line:
        raise RuntimeError("the people who write have gone; their standard error says why")
    return line.rstrip()
