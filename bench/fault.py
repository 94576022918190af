"""What the outbox loses or repeats while everything around it fails.

    python -m bench.fault [--messages 10000] [--users 500] [--workers 3]

Worker processes are killed with SIGKILL and PostgreSQL is restarted at random moments, while the
stand-in for the Graph API refuses, delays, cuts connections after accepting, answers after the
time-out, and reports statuses twice, in the wrong order or before its answer. Prints the counts,
and exits with 1 if a message is missing, out of its user's order, or was accepted again although a
status had said that it was accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from pydantic import SecretStr

from handler.cli.signals import exit_on_termination
from handler.dev.graph import Behaviour, GraphStandIn
from handler.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from handler.dev.server import LocalServer, bind
from handler.dev.stack import (
    ACCESS_TOKEN,
    APP_SECRET,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
    prepare_database,
)
from handler.logs import configure_logging
from handler.settings import WebhookSettings
from handler.webhook import create_app

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

PROJECT = Path(__file__).parents[1]
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Plan:
    """How much, how many, and how much goes wrong; `seconds_between_faults` is a mean."""

    messages: int = 10_000
    users: int = 500
    workers: int = 3
    kills: int = 30
    restarts: int = 5
    seconds_between_faults: float = 3.0
    in_doubt_seconds: int = 20
    misbehaving_share: float = 0.15
    seed: int = 1
    patience_seconds: float = 1800.0


@dataclass(frozen=True)
class Counts:
    """What happened. `repeated_despite_status` must be zero, as must `missing` and `disordered`."""

    queued: int
    accepted: int
    missing: int
    disordered: int
    repeated: int
    repeated_despite_status: int
    settled: int
    killed_workers: int
    restarted_servers: int
    seconds: float

    @property
    def is_flawless(self) -> bool:
        """Whether everything arrived, in order, and nothing twice that a status could prove."""
        return self.missing == self.disordered == self.repeated_despite_status == 0


_MISBEHAVIOUR: tuple[dict[str, Any], ...] = (
    {"answer": "error", "code": 131000},
    {"answer": "error", "code": 130429, "http_status": 429, "retry_after": 1},
    {"answer": "html"},
    {"answer": "refuse"},
    {"answer": "accept_then_reset"},
    {"answer": "accept_then_html"},
    {"delay": 0.5},
    {"delay": 3.0},
    {"statuses": "duplicate"},
    {"statuses": "reversed"},
    {"statuses": "before_response"},
)

_SETTINGS = """
    update wa.settings set value = '0'
    where key in ('number_rate_per_second', 'pair_interval_seconds');
    update wa.settings set value = to_jsonb({in_doubt_seconds}) where key = 'in_doubt_seconds';
    update wa.send_error_classes set first_delay_seconds = 1, max_retries = 1000
    where class in ('retry', 'wait', 'in_doubt');
"""

_QUEUE = """
    insert into public.profiles (whatsapp_e164, last_inbound_at)
    select '+3460' || lpad(number::text, 7, '0'), now()
    from generate_series(0, {users} - 1) as number;

    select count(
      public.wa_notify(
        '+3460' || lpad((number % {users})::text, 7, '0'),
        jsonb_build_object(
          'type', 'text',
          'text', jsonb_build_object('body', (number / {users})::text)
        )
      )
    )
    from generate_series(0, {messages} - 1) as number
"""


class FaultRun:
    """One run on a prepared database; `url` gives the connection URL of a role."""

    def __init__(self, server: LocalPostgres, url: Callable[[str], str], plan: Plan) -> None:
        self._server = server
        self._url = url
        self._plan = plan
        self._random = random.Random(plan.seed)  # noqa: S311
        self._workers: list[Process] = []
        self._faults: Counter[str] = Counter()

    async def run(self) -> Counts:
        """Queue, send while things fail, and count."""
        started = time.monotonic()
        self._queue_messages()
        async with self._running() as (graph, base_url):
            for _ in range(self._plan.workers):
                await self._start_worker(base_url)
            causing = asyncio.create_task(self._cause_faults(base_url))
            try:
                await self._wait_until_settled()
            finally:
                causing.cancel()
                await asyncio.gather(causing, return_exceptions=True)
                for worker in self._workers:
                    with contextlib.suppress(ProcessLookupError):
                        worker.terminate()
                    await worker.wait()
            await graph.statuses.wait_until_all_are_posted()
            return self._count(graph, time.monotonic() - started)

    def _queue_messages(self) -> None:
        plan = self._plan
        with psycopg.connect(self._url("postgres"), autocommit=True) as database:
            database.execute(_SETTINGS.format(in_doubt_seconds=plan.in_doubt_seconds).encode())
            database.execute(_QUEUE.format(users=plan.users, messages=plan.messages).encode())

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[tuple[GraphStandIn, str]]:
        """Run handler and stand-in."""
        settings = WebhookSettings(
            _env_file=None,
            wa_database_url=SecretStr(self._url("wa_edge_role")),
            wa_app_secret=SecretStr(APP_SECRET),
            wa_verify_token=SecretStr(VERIFY_TOKEN),
        )
        webhook = LocalServer(create_app(settings), bind("127.0.0.1", 0, "webhook"))
        graph = GraphStandIn(
            token=ACCESS_TOKEN,
            app_secret=APP_SECRET,
            webhook_url=f"{webhook.url}/webhook",
            seed=self._plan.seed,
        )
        for rule in _MISBEHAVIOUR:
            probability = self._plan.misbehaving_share / len(_MISBEHAVIOUR)
            graph.behave(Behaviour(**rule, times=None, probability=probability))
        async with (
            webhook,
            LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as graph_server,
        ):
            yield graph, f"{graph_server.url}/v26.0"

    async def _start_worker(self, base_url: str) -> None:
        environment = os.environ | {
            "PYTHONPATH": str(PROJECT),
            "WA_DATABASE_URL": self._url("wa_notifier_role"),
            "WA_TOKEN": ACCESS_TOKEN,
            "WA_PHONE_ID": PHONE_NUMBER_ID,
            "WHATSAPP_API_BASE_URL": base_url,
            "WA_NOTIFY_TIMEOUT_SECONDS": "2",
            "WA_NOTIFY_LEASE_SECONDS": "4",
            "WA_NOTIFY_POLL_SECONDS": "0.2",
        }
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from handler.cli import app; app()",
            "notify",
            env=environment,
            cwd=PROJECT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        self._workers.append(worker)

    async def _cause_faults(self, base_url: str) -> None:
        faults = ["kill"] * self._plan.kills + ["restart"] * self._plan.restarts
        self._random.shuffle(faults)
        for fault in faults:
            mean = self._plan.seconds_between_faults
            await asyncio.sleep(self._random.uniform(0.5 * mean, 1.5 * mean))
            if fault == "kill":
                victim = self._random.choice(self._workers)
                victim.kill()
                await victim.wait()
                self._workers.remove(victim)
                await self._start_worker(base_url)
            else:
                await asyncio.to_thread(self._server.restart)
            self._faults[fault] += 1

    async def _wait_until_settled(self) -> None:
        deadline = time.monotonic() + self._plan.patience_seconds
        while await asyncio.to_thread(self._ask, "status in ('queued', 'sending')") != 0:
            if time.monotonic() > deadline:
                raise TimeoutError("messages are still unsettled")
            await asyncio.sleep(_LOOK_SECONDS)

    def _ask(self, condition: str) -> int | None:
        """Count notifications, or None while the server is away."""
        query = f"select count(*) from public.notifications where {condition}"  # noqa: S608
        try:
            with psycopg.connect(self._url("postgres"), autocommit=True) as database:
                row = database.execute(query.encode()).fetchone()
        except psycopg.OperationalError:
            return None
        return int(row[0]) if row else None

    def _count(self, graph: GraphStandIn, seconds: float) -> Counts:
        accepted = graph.record.accepted
        by_notification: dict[str, list[Any]] = defaultdict(list)
        sequences: dict[str, list[int]] = defaultdict(list)
        for one in accepted:
            if str(one.callback_data) not in by_notification:
                sequences[one.recipient].append(int(one.request["text"]["body"]))
            by_notification[str(one.callback_data)].append(one)
        reported_at = graph.statuses.reported_at
        repeated_despite_status = sum(
            again.accepted_at > reported_at.get(first.wa_message_id, float("inf"))
            for first, *repeats in by_notification.values()
            for again in repeats
        )
        return Counts(
            queued=self._plan.messages,
            accepted=len(accepted),
            missing=self._plan.messages - len(by_notification),
            disordered=sum(numbers != sorted(numbers) for numbers in sequences.values()),
            repeated=len(accepted) - len(by_notification),
            repeated_despite_status=repeated_despite_status,
            settled=self._ask("status in ('sent', 'delivered', 'read')") or 0,
            killed_workers=self._faults["kill"],
            restarted_servers=self._faults["restart"],
            seconds=round(seconds, 1),
        )


def main() -> None:
    """Run at length on a temporary cluster."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("messages", "users", "workers", "kills", "restarts", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Plan, name))
    exit_on_termination()
    plan = Plan(**vars(parser.parse_args()))
    with (
        Path(os.devnull).open("w") as nowhere,
        LocalPostgres(settings=THROWAWAY_SETTINGS) as server,
    ):
        configure_logging(nowhere)
        prepare_database(server)
        counts = asyncio.run(FaultRun(server, server.url, plan).run())
    for field in fields(counts):
        print(f"{field.name.replace('_', ' '):<26}{getattr(counts, field.name):>10}")
    sys.exit(0 if counts.is_flawless else 1)


if __name__ == "__main__":
    main()
