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

from bench.comparison import Ratio, Spread, compare, take_turns
from bench.database.flat_data import UNLIMITED_PACE
from bench.http.conversation import Conversation, Heard
from bench.machine import PROJECT
from bench.people import FIRST_PHONE, add_people, webhook_body
from bench.processes import HOST, WebhookServer, run_handler, run_notifier, run_peer
from bench.report import Section, Table
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.processes import RunningProcess
    from bench.run import Run

DATABASE = "bench_bot"
USERS = 40_000
MOST_MESSAGES = 4000
FEW, MANY = 8, 64
OURS, PYWA = "wa-webhook", "pywa"
_EMPTY = "truncate public.notifications, public.wa_events"
_HELD_BACK_BY = (
    "the two cores that handler, notifier, database, client and Graph API share: the CPU of the"
    " three for a reply, in the table, has to fit with the client's on top."
)


@dataclass(frozen=True)
class Sample:
    """What was heard, and the CPU time of each process for a message, in µs."""

    heard: Heard
    server_cpu: float
    notifier_cpu: float
    database_cpu: float


@dataclass
class Bots:
    """The bots that are compared, and the people who write to them, each user once."""

    run: Run
    people: subprocess.Popen[str]
    servers: dict[str, WebhookServer] = field(default_factory=dict)
    notifier: RunningProcess | None = None
    _first_user: Iterator[int] = field(
        default_factory=lambda: itertools.cycle(range(0, USERS, MOST_MESSAGES))
    )

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

    def _empty(self) -> None:
        with self.run.server.connect(DATABASE) as connection:
            connection.execute(_EMPTY)

    def _hold(self, name: str, conversation: Conversation) -> Sample:
        server, notifier = self.servers[name], self.notifier if name == OURS else None
        before = self._cpu(server, notifier)
        if self.people.stdin is not None:
            print(json.dumps(asdict(conversation)), file=self.people.stdin, flush=True)
        heard = Heard(**json.loads(_read_line(self.people)))
        used = [
            (now - then) / conversation.messages * 1e6
            for now, then in zip(self._cpu(server, notifier), before, strict=True)
        ]
        return Sample(heard, *used)

    def _cpu(
        self, server: RunningProcess, notifier: RunningProcess | None
    ) -> tuple[float, float, float]:
        database = self.run.server.client_cpu_seconds()
        return server.cpu_seconds, notifier.cpu_seconds if notifier else 0.0, database


def measure(run: Run) -> Section:
    """Compare two bots, then look at a lone message and at the notifier alone."""
    section = Section(
        name="bot",
        title="A bot that answers",
        method=(
            "One process is both the people, who write a text each over connections that are kept,"
            " and the Graph API, which accepts every reply at once: the clock runs from the first"
            " signed webhook to the last accepted reply. Ours is a handler and a notifier, one"
            " process each, and commits every message and every reply; pywa is one process under"
            " uvicorn that stores nothing, and answers from its handler with a text. Ours answers"
            " with the home menu. In a sample every user writes once, and the pace of the business"
            " number is unlimited. People, bots and database share the cores."
        ),
    )
    with run.server.database(DATABASE), _running(run) as bots:
        _compare(bots, section)
        _look_at_lone_messages(bots, section)
        _look_at_the_notifier(bots, section)
    return section


def _compare(bots: Bots, section: Section) -> None:
    run = bots.run
    table = Table(
        (
            "",
            "replies a second",
            "server CPU, µs",
            "notifier CPU, µs",
            "database CPU, µs",
            "unanswered",
        )
    )
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
        for name, repeats in samples.items():
            table.add(
                f"{name}, {connections} connections",
                Spread.of([one.heard.replies_per_second for one in repeats]),
                Spread.of([one.server_cpu for one in repeats]),
                Spread.of([one.notifier_cpu for one in repeats]) if name == OURS else "",
                Spread.of([one.database_cpu for one in repeats]) if name == OURS else "",
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
    if PYWA not in bots.servers:
        section.notes.append("pywa is absent: `pip install -r requirements/bench.txt`.")
    section.tables.append(table)


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
        section.notes.append(f"pywa answers a lone message in {medians[PYWA]} ms.")


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
        Spread.of([one.notifier_cpu for one in samples]),
        Spread.of([one.database_cpu for one in samples]),
    )
    section.tables.append(table)
    section.ratios.append(
        Ratio(
            "replies a second of one core of the notifier",
            Spread.of([1e6 / one.notifier_cpu for one in samples]),
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
        bots.servers[OURS] = start(run_handler(run.server.url(DATABASE, "wa_edge_role")))
        bots.notifier = start(run_notifier(run.server.url(DATABASE, "wa_notifier_role"), graph_url))
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
