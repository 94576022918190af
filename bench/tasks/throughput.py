"""How many tasks a worker does a second, beside the workers of two queues of jobs."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison import Spread, compare, take_turns
from bench.machine import PROJECT
from bench.people import add_people
from bench.processes import run_program, run_worker
from bench.report import Section, Table
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.processes import RunningProcess
    from bench.run import Run

DATABASE = "bench_tasks"
CONCURRENCY = 16
TOLD, ALONE = "wa-webhook, told to a conversation", "wa-webhook, told to nobody"
_INSTALL = "pip install -r requirements/bench.txt"
_PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.02

_FLOW = """
    insert into wa.flow_states (state, flow, step_function, description)
    values ('bench', 'bench', 'step_bench', 'Says what came of a task.');
    create function wa.step_bench(p_chat wa.chat) returns wa.step_result
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
    begin
      return wa.stay(wa.build_text('page ' || (wa.task_result(p_chat) #>> '{result,page}')));
    end
    $$;
    update public.chat_state set state = 'bench';
"""
_EMPTY = "truncate wa.tasks, public.notifications, public.wa_events"
_FILL = """
    insert into wa.tasks
    (
      user_id, phone_number_id, kind, input, state, max_attempts, turn_at, next_attempt_at,
      deadline_at
    )
    select
      place.user_id, place.phone_number_id, 'bench',
      jsonb_build_object('page', row_number() over ()), %s, 5, now(), now(),
      now() + interval '1 hour'
    from public.chat_state as place
    limit %s
"""
_IS_LEFT = "select exists (select from wa.tasks where due_at is not null)"


@dataclass(frozen=True)
class Peer:
    """Another queue: the module that runs it, and statements on its tables."""

    name: str
    empty: str
    is_left: str

    @property
    def is_installed(self) -> bool:
        """Whether this machine has it."""
        return importlib.util.find_spec(self.name) is not None

    @property
    def program(self) -> tuple[str, str]:
        """What Python is to run."""
        return "-m", f"bench.tasks.{self.name}_worker"


PEERS = (
    Peer(
        "procrastinate",
        "truncate procrastinate_jobs cascade",
        "select exists (select from procrastinate_jobs where status in ('todo', 'doing'))",
    ),
    Peer(
        "pgqueuer",
        "truncate pgqueuer, pgqueuer_log",
        "select exists (select from pgqueuer)",
    ),
)


@dataclass(frozen=True)
class Sample:
    """Tasks a second, and the CPU time of worker and database for one, in µs."""

    tasks_per_second: float
    worker_cpu: float
    database_cpu: float


def measure(run: Run) -> Section:
    """Let workers empty a full queue, in turns."""
    tasks = run.choose(1000, 4000)
    section = Section(
        name="tasks",
        title="Tasks beside a queue of jobs",
        method=(
            f"{tasks:,} tasks, each of another user, are queued at once for one worker process that"
            f" may do {CONCURRENCY} at a time and is running already; the clock stops when the last"
            " is settled. The function is async and returns what it was given. Told to a"
            " conversation, a result is a message of its own, in order under its user's lock: it is"
            " recorded, its step runs, the chat is saved and the reply queued. procrastinate keeps"
            " status and events of a job; pgqueuer, in batches of as many, a line in its log. They"
            " keep no result. All listen for what is new."
        ),
    )
    with run.server.database(DATABASE), _workers(run, tasks) as cases:
        samples = take_turns(cases, run.choose(3, 5))
    table = Table(("", "tasks a second", "worker CPU, µs", "database CPU, µs"))
    for name, repeats in samples.items():
        table.add(
            name,
            Spread.of(_rates(repeats)),
            Spread.of([one.worker_cpu for one in repeats]),
            Spread.of([one.database_cpu for one in repeats]),
        )
    section.tables.append(table)
    for peer in PEERS:
        if peer.name not in samples:
            section.notes.append(f"{peer.name} is absent: `{_INSTALL}`.")
            continue
        section.ratios += [
            compare(
                f"tasks a second: {name} / {peer.name}",
                _rates(samples[name]),
                _rates(samples[peer.name]),
                at_least=1.0,
                number=10,
            )
            for name in (TOLD, ALONE)
        ]
    return section


def _rates(repeats: Sequence[Sample]) -> list[float]:
    return [one.tasks_per_second for one in repeats]


@contextlib.contextmanager
def _workers(run: Run, tasks: int) -> Iterator[dict[str, Callable[[], Sample]]]:
    """Run the workers, and yield how each is measured."""
    with run.server.connect(DATABASE) as connection:
        add_people(connection, tasks)
        connection.execute(_FLOW)
        connection.execute("vacuum (analyze)")
    peer_url = run.server.url(DATABASE, SUPERUSER)
    with contextlib.ExitStack() as stack:
        run.say("starting workers")
        ours = stack.enter_context(
            run_worker(
                run.server.url(DATABASE, "wa_worker_role"),
                wa_work_modules="bench.tasks.functions",
                wa_work_concurrency=str(CONCURRENCY),
            )
        )
        cases: dict[str, Callable[[], Sample]] = {
            name: functools.partial(_sample_ours, run, ours, tasks, state)
            for name, state in ((TOLD, "bench"), (ALONE, ""))
        }
        for peer in PEERS:
            if not peer.is_installed:
                continue
            _ask(peer, peer_url, "schema")
            theirs = stack.enter_context(
                run_program(
                    *peer.program, WA_DATABASE_URL=peer_url, BENCH_CONCURRENCY=str(CONCURRENCY)
                )
            )
            cases[peer.name] = functools.partial(_sample_peer, run, theirs, tasks, peer, peer_url)
        yield cases


def _sample_ours(run: Run, worker: RunningProcess, tasks: int, state: str) -> Sample:
    def fill() -> None:
        with run.server.connect(DATABASE) as connection, connection.transaction():
            connection.execute(_FILL, (state, tasks))
            connection.execute("select pg_notify('wa_tasks', 'bench')")

    return _sample(run, worker, tasks, fill, _EMPTY, _IS_LEFT)


def _sample_peer(run: Run, worker: RunningProcess, tasks: int, peer: Peer, url: str) -> Sample:
    def fill() -> None:
        _ask(peer, url, "defer", str(tasks))

    return _sample(run, worker, tasks, fill, peer.empty, peer.is_left)


def _sample(
    run: Run,
    worker: RunningProcess,
    tasks: int,
    fill: Callable[[], None],
    empty: str,
    is_left: str,
) -> Sample:
    with run.server.connect(DATABASE) as connection:
        connection.execute(empty.encode())
        worker_before, database_before = worker.cpu_seconds, run.server.client_cpu_seconds()
        fill()
        started = time.monotonic()
        while connection.execute(is_left.encode()).fetchone() == (True,):
            if time.monotonic() - started > _PATIENCE_SECONDS:
                raise TimeoutError("tasks are left after five minutes")
            time.sleep(_LOOK_SECONDS)
        seconds = time.monotonic() - started
        return Sample(
            tasks / seconds,
            (worker.cpu_seconds - worker_before) / tasks * 1e6,
            (run.server.client_cpu_seconds() - database_before) / tasks * 1e6,
        )


def _ask(peer: Peer, url: str, *words: str) -> None:
    subprocess.run(  # noqa: S603
        [sys.executable, *peer.program, *words],
        env=os.environ | {"PYTHONPATH": str(PROJECT), "WA_DATABASE_URL": url},
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
    )
