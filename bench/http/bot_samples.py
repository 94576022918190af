"""Bots of this machine, and the people who write to them: what a sample of both takes."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import psutil

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
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.run import Run

DATABASE = "bench_bot"
USERS = 40_000
MOST_MESSAGES = 4000
COMPARED_MESSAGES = 1000
"""pywa takes 40 seconds and more for as many, and gives up most of what is beyond."""
FEW, MANY = 8, 64
OURS, PYWA = "wa-webhook", "pywa"
EDGE, NOTIFIER = "wa_edge_role", "wa_notifier_role"
_UNSETTLED = "select 1 from public.notifications where status in ('queued', 'sending') limit 1"
_EMPTY = "truncate public.notifications, public.wa_events"
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
                time.sleep(_STATISTICS_SECONDS)
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


@contextlib.contextmanager
def running_bots(run: Run) -> Iterator[Bots]:
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
