"""Tasks while their workers are killed and the server crashes: none lost, none in effect twice.

    python -m bench.fault.tasks [--tasks 2000] [--users 200] [--workers 3] [--kills 20]

Users ask by webhook, the step notes every result that reaches it. Exits with 1 if a result is
missing, was noted twice, or came to another user.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from handler.process.logs import configure_logging
from wa_webhook.cli.signals import exit_on_termination
from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.stack import PHONE_NUMBER_ID, prepare_database

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable

PROJECT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.2

_FLOW = """
    insert into wa.flow_states (state, flow, step_function, description)
    values ('fault', 'fault', 'step_fault', 'Asks for a task with every message.');
    insert into wa.flow_entries (kind, value, to_state) values ('keyword', 'fault', 'fault');
    create table wa.noted_results (task bigint not null, user_id uuid not null);
    grant insert on wa.noted_results to wa_runtime;
    create function wa.step_fault(p_chat wa.chat) returns wa.step_result
    language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
    declare
      v_result constant jsonb := wa.task_result(p_chat);
    begin
      if v_result is not null then
        insert into wa.noted_results values ((v_result ->> 'task')::bigint, p_chat.user_id);
        return wa.stay(wa.build_text('done'));
      end if;
      perform wa.request_task(p_chat, 'fault', '{"n": 1}', p_max_attempts => 100)
      from generate_series(1, (p_chat.message).body::integer)
      where wa.typed(p_chat) is not null;
      return null;
    end
    $$;
    update wa.settings set value = '0' where key = 'answers_interval_seconds';
    update wa.task_error_classes set first_delay_seconds = 0, max_delay_seconds = 1;
"""
# What a crash takes away must not have been answered: throwaway clusters answer before they write.
_DURABILITY = "alter database {} set synchronous_commit = on"
_LEFT = "select count(*) from wa.tasks where due_at is not null"
_VERDICT = """
    select
        count(*),
        count(*) filter (where noted.times is null),
        count(*) filter (where noted.times > 1),
        count(*) filter (where noted.user_id <> task.user_id),
        sum(task.attempt_count)::integer
    from wa.tasks as task
    left join (
        select result.task, count(*) as times, max(result.user_id::text)::uuid as user_id
        from wa.noted_results as result group by 1
    ) as noted on noted.task = task.id
"""


@dataclass(frozen=True)
class TaskPlan:
    """`kills` hit workers, `crashes` the server, `seconds_between_faults` apart on the mean."""

    tasks: int = 2000
    users: int = 200
    workers: int = 3
    kills: int = 20
    crashes: int = 2
    seconds_between_faults: float = 1.0
    seed: int = 1
    patience_seconds: float = 600.0


@dataclass(frozen=True)
class TaskVerdict:
    """How many tasks there were, and what went wrong with their results."""

    tasks: int
    missing: int
    twice: int
    astray: int
    failed_attempts: int

    @property
    def is_flawless(self) -> bool:
        """Whether each took effect once, where it was asked for."""
        return self.tasks > 0 and self.missing == self.twice == self.astray == 0


class TaskFaultRun:
    """One run on a prepared database; `url` gives the connection URL of a role."""

    def __init__(
        self, server: LocalPostgres, url: Callable[[str], str], plan: TaskPlan, number: str
    ) -> None:
        self._server = server
        self._url = url
        self._plan = plan
        self._number = number
        self._random = random.Random(plan.seed)  # noqa: S311
        self._workers: list[Process] = []

    async def run(self) -> TaskVerdict:
        """Ask, work while things fail, and judge. Raises TimeoutError when it takes too long."""
        self._ask()
        for _ in range(self._plan.workers):
            await self._start_worker()
        causing = asyncio.create_task(self._cause_faults())
        try:
            await causing
            await self._wait_until_finished()
        finally:
            causing.cancel()
            for worker in self._workers:
                with contextlib.suppress(ProcessLookupError):
                    worker.terminate()
                await worker.wait()
        verdict = self._read(_VERDICT)
        assert verdict is not None  # noqa: S101 (the server is up)
        return TaskVerdict(*verdict)

    async def _wait_until_finished(self) -> None:
        deadline = time.monotonic() + self._plan.patience_seconds
        while time.monotonic() < deadline:
            left = await asyncio.to_thread(self._read, _LEFT)
            if left == (0,):
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise TimeoutError("tasks are still unfinished")

    def _ask(self) -> None:
        each = self._plan.tasks // self._plan.users
        with psycopg.connect(self._url("postgres"), autocommit=True) as owner:
            owner.execute(_FLOW)
            name = owner.info.dbname
            owner.execute(_DURABILITY.format(f'"{name}"').encode())
        with psycopg.connect(self._url("wa_edge_role"), autocommit=True) as edge:
            for user in range(self._plan.users):
                texts = enumerate(("fault", str(each)))
                bodies = [self._envelope(user, place, text) for place, text in texts]
                edge.execute("select public.wa_dispatch(%s)", (Jsonb(bodies),))

    def _envelope(self, user: int, place: int, text: str) -> dict[str, Any]:
        sender = f"3460{user:07}"
        message = {
            "id": f"wamid.{user}.{place}",
            "from": sender,
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": text},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": self._number},
            "messages": [message],
        }
        change = {"field": "messages", "value": value}
        entry = {"id": "1", "changes": [change]}
        return {"object": "whatsapp_business_account", "entry": [entry]}

    async def _start_worker(self) -> None:
        environment = os.environ | {
            "PYTHONPATH": str(PROJECT),
            "WA_DATABASE_URL": self._url("wa_worker_role"),
            "WA_WORK_MODULES": "bench.fault.task_functions",
            "WA_WORK_LEASE_SECONDS": "2",
            "WA_WORK_POLL_SECONDS": "0.2",
            "WA_METRICS_PORT": "off",
        }
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from wa_webhook.cli import app; app()",
            "work",
            env=environment,
            cwd=PROJECT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        self._workers.append(worker)

    async def _cause_faults(self) -> None:
        faults = ["kill"] * self._plan.kills + ["crash"] * self._plan.crashes
        self._random.shuffle(faults)
        for fault in faults:
            mean = self._plan.seconds_between_faults
            await asyncio.sleep(self._random.uniform(0.5 * mean, 1.5 * mean))
            if fault == "kill":
                victim = self._workers.pop(self._random.randrange(len(self._workers)))
                victim.kill()
                await victim.wait()
                await self._start_worker()
            else:
                await asyncio.to_thread(self._server.crash)
                await asyncio.to_thread(self._server.start)

    def _read(self, query: str) -> tuple[Any, ...] | None:
        """Return the only row; None while the server is away."""
        try:
            with psycopg.connect(self._url("postgres"), autocommit=True) as owner:
                return owner.execute(query.encode()).fetchone()
        except psycopg.OperationalError:
            return None


def main() -> None:
    """Run, print the counts, and tell by the exit status whether they are what they must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("tasks", "users", "workers", "kills", "crashes", "seed"):
        parser.add_argument(f"--{name}", type=int)
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    plan = replace(TaskPlan(), **given)
    exit_on_termination()
    with (
        Path(os.devnull).open("w") as nowhere,
        LocalPostgres(settings=THROWAWAY_SETTINGS) as server,
    ):
        configure_logging(nowhere)
        prepare_database(server)
        started = time.monotonic()
        verdict = asyncio.run(TaskFaultRun(server, server.url, plan, PHONE_NUMBER_ID).run())
        seconds = time.monotonic() - started
    print(
        f"{verdict.tasks} tasks of {plan.users} users: {verdict.missing} missing,"
        f" {verdict.twice} in effect twice, {verdict.astray} with another user"
    )
    print(
        f"{plan.workers} workers, {plan.kills} x kill, {plan.crashes} x crash,"
        f" {verdict.failed_attempts} failed attempts, in {seconds:.0f} s"
    )
    sys.exit(0 if verdict.is_flawless else 1)


if __name__ == "__main__":
    main()
