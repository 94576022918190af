"""One run: workers, a handler and a stand-in, and the faults that befall them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bench.fault.database import FaultDatabase
from bench.fault.plan import MISBEHAVIOUR
from bench.fault.verdict import Verdict, judge
from handler.app import create_app
from handler.process.listening import bind
from handler.settings import WebhookSettings
from wa_webhook.dev.server import LocalServer
from wa_webhook.dev.stack import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID, VERIFY_TOKEN
from wa_webhook.meta import Behaviour, GraphStandIn

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

    from bench.fault.plan import Plan
    from wa_webhook.dev.postgres import LocalPostgres

PROJECT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.2


class FaultRun:
    """One run on a prepared database; `url` gives the connection URL of a role.

    `faults` counts what was done to the workers and the server.
    """

    def __init__(self, server: LocalPostgres, url: Callable[[str], str], plan: Plan) -> None:
        self._server = server
        self._url = url
        self._plan = plan
        self._database = FaultDatabase(url("postgres"))
        self._random = random.Random(plan.seed)  # noqa: S311
        self._workers: list[Process] = []
        self.faults: Counter[str] = Counter()

    async def run(self) -> Verdict:
        """Queue, send while things fail, and judge.

        Raises TimeoutError when messages are still unsettled after `patience_seconds`.
        """
        self._database.prepare(self._plan)
        async with self._running() as (graph, base_url):
            for _ in range(self._plan.workers):
                await self._start_worker(base_url)
            causing = asyncio.create_task(self._cause_faults(base_url))
            try:
                settled = await self._wait_until_settled()
            finally:
                causing.cancel()
                await asyncio.gather(causing, return_exceptions=True)
                for worker in self._workers:
                    with contextlib.suppress(ProcessLookupError):
                        worker.terminate()
                    await worker.wait()
            await graph.statuses.wait_until_all_are_posted()
            return judge(
                self._plan.messages,
                settled,
                graph.record.accepted,
                graph.statuses.reported_at,
                self._database.claims(),
            )

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
        for rule in MISBEHAVIOUR:
            probability = self._plan.misbehaving_share / len(MISBEHAVIOUR)
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
            "WA_METRICS_PORT": "off",
        }
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from wa_webhook.cli import app; app()",
            "notify",
            env=environment,
            cwd=PROJECT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        self._workers.append(worker)

    async def _cause_faults(self, base_url: str) -> None:
        plan = self._plan
        faults = ["kill"] * plan.kills + ["restart"] * plan.restarts + ["crash"] * plan.crashes
        self._random.shuffle(faults)
        for fault in faults:
            mean = plan.seconds_between_faults
            await asyncio.sleep(self._random.uniform(0.5 * mean, 1.5 * mean))
            if fault == "kill":
                await self._kill_worker(base_url)
            else:
                await asyncio.to_thread(self._restart_server, is_crash=fault == "crash")
            self.faults[fault] += 1

    async def _kill_worker(self, base_url: str) -> None:
        victim = self._random.choice(self._workers)
        victim.kill()
        await victim.wait()
        self._workers.remove(victim)
        await self._start_worker(base_url)

    def _restart_server(self, *, is_crash: bool) -> None:
        if is_crash:
            self._server.crash()
        else:
            self._server.stop()
        self._server.start()

    async def _wait_until_settled(self) -> int:
        """Return how many messages are sent when none is left to be sent."""
        deadline = time.monotonic() + self._plan.patience_seconds
        while time.monotonic() < deadline:
            counts = await asyncio.to_thread(self._database.count)
            if counts is not None and counts[0] == 0:
                return counts[1]
            await asyncio.sleep(_LOOK_SECONDS)
        raise TimeoutError("messages are still unsettled")
