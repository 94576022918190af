"""The outbox's run: workers, a handler, a stand-in for Meta that misbehaves, and the faults.

The stand-in refuses, delays, cuts connections after accepting, answers after the time-out, and
reports statuses twice, in the wrong order or before its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bench.fault.outbox_database import FaultDatabase
from bench.fault.outbox_verdict import Verdict, judge
from bench.fault.plan import MISBEHAVIOUR
from bench.fault.workers import Workers
from handler.app import create_app
from handler.process.listening import bind
from handler.settings import WebhookSettings
from wa_webhook.dev.identity import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID, VERIFY_TOKEN
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import Behaviour, GraphStandIn

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator, Callable

    from bench.fault.plan import OutboxPlan
    from wa_webhook.dev.postgres import LocalPostgres

_LOOK_SECONDS = 0.2


class OutboxRun:
    """One run on a prepared database; `url` gives the connection URL of a role.

    `faults` counts what was done to the workers and the server.
    """

    def __init__(self, server: LocalPostgres, url: Callable[[str], str], plan: OutboxPlan) -> None:
        self._url = url
        self._plan = plan
        self._database = FaultDatabase(url("postgres"))
        variables = {
            "WA_DATABASE_URL": url("wa_notifier_role"),
            "WA_TOKEN": ACCESS_TOKEN,
            "WA_PHONE_ID": PHONE_NUMBER_ID,
            "WA_NOTIFY_TIMEOUT_SECONDS": "2",
            "WA_NOTIFY_LEASE_SECONDS": "4",
            "WA_NOTIFY_POLL_SECONDS": "0.2",
        }
        self._workers = Workers(server, plan, "notify", variables)
        self.faults: Counter[str] = self._workers.faults

    async def run(self) -> Verdict:
        """Queue, send while things fail, and judge.

        Raises TimeoutError when messages are still unsettled after `patience_seconds`.
        """
        self._database.prepare(self._plan)
        async with self._running() as (graph, base_url):
            self._workers.set("WHATSAPP_API_BASE_URL", base_url)
            async with self._workers.failing():
                settled = await self._wait_until_settled()
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

    async def _wait_until_settled(self) -> int:
        """Return how many messages are sent when none is left to be sent."""
        deadline = time.monotonic() + self._plan.patience_seconds
        while time.monotonic() < deadline:
            counts = await asyncio.to_thread(self._database.count)
            if counts is not None and counts[0] == 0:
                return counts[1]
            await asyncio.sleep(_LOOK_SECONDS)
        raise TimeoutError("messages are still unsettled")
