"""Bots of this machine, and the people who write to them: what a sample of both takes."""

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

from bench.comparison import take_turns
from bench.database.flat_data import UNLIMITED_PACE
from bench.http.conversation import Conversation, Heard
from bench.machine import PROJECT
from bench.older import COMMIT, older_checkout, older_database
from bench.people import FIRST_PHONE, UNBOUNDED_ANSWERS, webhook_body, webhook_of_many
from bench.processes import (
    HOST,
    PRESENT,
    RunningProcess,
    WebhookServer,
    run_handler,
    run_notifier,
    run_peer,
)
from bench.run import MissingPeerError
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from bench.processes import Checkout
    from bench.run import Run

DATABASE, DATABASE_BEFORE = "bench_bot", "bench_bot_before"
USERS = 40_000
_NEWCOMERS = 100
MOST_MESSAGES = 4000
COMPARED_MESSAGES = 1000
"""pywa takes 40 seconds and more for as many, and gives up most of what is beyond."""
LONE_MESSAGES = (50, 200)
"""In a quick run and in a full one."""
FEW, MANY = 8, 64
OURS, PYWA, BEFORE = "wa-webhook", "pywa", COMMIT
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
select funcname, round(self_time * 1000 / %(messages)s)::int
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


@dataclass(frozen=True)
class Bot:
    """A server that answers; a peer's has neither a notifier nor a database."""

    server: WebhookServer
    notifier: RunningProcess | None = None
    database: str = ""


@dataclass
class Bots:
    """The bots that are compared, and the people who write to them, each user once."""

    run: Run
    people: subprocess.Popen[str]
    by_name: dict[str, Bot] = field(default_factory=dict)
    _people: psutil.Process = field(init=False)
    _first_user: Iterator[int] = field(
        default_factory=lambda: itertools.cycle(range(0, USERS, MOST_MESSAGES))
    )

    def __post_init__(self) -> None:
        self._people = psutil.Process(self.people.pid)

    def sample(self, name: str, messages: int, connections: int = FEW) -> Sample:
        """Let so many users write a message each, over so many connections."""
        self._empty(name)
        port, first = self.by_name[name].server.port, next(self._first_user)
        return self._hold(name, Conversation(messages, port, connections, first))

    def sample_lone(self, name: str, messages: int) -> Sample:
        """Let users write one after the other, each when the one before has the reply."""
        self._empty(name)
        port, first = self.by_name[name].server.port, next(self._first_user)
        return self._hold(name, Conversation(messages, port, 1, first, is_lone=True))

    def compare_lone(self) -> dict[str, list[Sample]]:
        """Let users write to each bot in turns, one after the other."""
        run = self.run
        run.say("lone messages")
        return take_turns(
            {
                name: functools.partial(self.sample_lone, name, run.choose(*LONE_MESSAGES))
                for name in self.by_name
            },
            run.choose(3, 5),
        )

    def sample_notifier(self, messages: int) -> Sample:
        """Let the notifier send what has piled up while the queue was paused."""
        self._empty(OURS)
        first = FIRST_PHONE + next(self._first_user)
        with self.run.server.connect(DATABASE) as connection:
            connection.execute("select public.wa_queue_pause('to be measured')")
            for phone in range(first, first + messages):
                body = webhook_body(str(phone), f"queued{phone}", str(int(time.time())))
                connection.execute("select public.wa_dispatch(%s::jsonb)", [body])
        url = self.run.server.url(DATABASE, SUPERUSER)
        return self._hold(OURS, Conversation(messages, queue_url=url))

    def list_routines(self, name: str, messages: int, connections: int) -> dict[str, int]:
        """Return the routines that took longest in the database, with µs a message.

        µs by the clock, in the routine's own statements and expressions.
        """
        with self.run.server.connect(self.by_name[name].database) as connection:
            connection.execute("alter system set track_functions = 'pl'")
            connection.execute("select pg_reload_conf()")
            try:
                self.sample(name, messages, connections)
                time.sleep(_STATISTICS_SECONDS)
                connection.execute("select pg_stat_reset()")
                self.sample(name, messages, connections)
                time.sleep(_STATISTICS_SECONDS)
                return dict(connection.execute(_ROUTINES, {"messages": messages}).fetchall())
            finally:
                connection.execute("alter system reset track_functions")
                connection.execute("select pg_reload_conf()")

    def _empty(self, name: str) -> None:
        if database := self.by_name[name].database:
            with self.run.server.connect(database) as connection:
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
        database = self.by_name[name].database
        return Sample(heard, Cpu(*used), self._together(heard, database) if database else None)

    def _cpu(self, name: str) -> tuple[float, ...]:
        """Return seconds in the order of Cpu; a peer has one process and no database."""
        bot = self.by_name[name]
        server, people = bot.server.cpu_seconds, RunningProcess(self._people).cpu_seconds
        if bot.notifier is None:
            return server, 0.0, 0.0, 0.0, 0.0, people
        # Sessions of a bot that has nothing to do take nothing that counts.
        database = self.run.server
        return (
            server,
            bot.notifier.cpu_seconds,
            database.session_cpu_seconds(EDGE),
            database.session_cpu_seconds(NOTIFIER),
            database.client_cpu_seconds(),
            people,
        )

    def _together(self, heard: Heard, database: str) -> Together:
        """Wait until the last reply is settled, and count."""
        with self.run.server.connect(database) as connection:
            while connection.execute(_UNSETTLED).fetchone():
                time.sleep(0.01)
            row = connection.execute(_TOGETHER, {"messages": heard.replies}).fetchone()
        return Together(*(row or (0.0, 0.0, 0.0)))


@contextlib.contextmanager
def running_bots(run: Run, *names: str) -> Iterator[Bots]:
    """Run the people and those of these bots that this machine can have."""
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        people = start(_people())
        graph_url = f"http://{HOST}:{_read_line(people)}"
        bots = Bots(run, people)
        if OURS in names:
            start(run.server.database(DATABASE))
            bots.by_name[OURS] = start(_own_bot(run, DATABASE, graph_url, PRESENT))
        if BEFORE in names:
            with contextlib.suppress(MissingPeerError):
                older = start(older_checkout())
                start(older_database(run, older, DATABASE_BEFORE))
                bots.by_name[BEFORE] = start(_own_bot(run, DATABASE_BEFORE, graph_url, older))
        if PYWA in names and importlib.util.find_spec("pywa_async") is not None:
            peer = run_peer(
                "bench.http.peers.pywa_bot:app", whatsapp_api_base_url=f"{graph_url}/v26.0"
            )
            bots.by_name[PYWA] = Bot(start(peer))
        yield bots


@contextlib.contextmanager
def _own_bot(run: Run, database: str, graph_url: str, checkout: Checkout) -> Iterator[Bot]:
    run.say(f"starting a bot in {database}")
    with run.server.connect(database) as connection:
        _add_people(connection)
        connection.execute(UNLIMITED_PACE)
        connection.execute("vacuum (analyze)")
    run.server.checkpoint()
    url = functools.partial(run.server.url, database)
    with (
        run_handler(url(EDGE), checkout) as handler,
        run_notifier(url(NOTIFIER), graph_url, checkout) as notifier,
    ):
        yield Bot(handler, notifier, database)


def _add_people(connection: psycopg.Connection) -> None:
    """Let each user write once, so that all are known and have a conversation."""
    connection.execute(UNBOUNDED_ANSWERS)
    for first in range(0, USERS, _NEWCOMERS):
        phones = range(FIRST_PHONE + first, FIRST_PHONE + first + _NEWCOMERS)
        messages = [(str(phone), f"first{phone}") for phone in phones]
        body = webhook_of_many(messages, str(int(time.time())))
        connection.execute("select public.wa_dispatch(%s::jsonb)", [body])
    connection.execute(_EMPTY)


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
