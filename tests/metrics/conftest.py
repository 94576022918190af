"""A handler and a notifier with traffic of every kind, scraped as Prometheus does."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from handler import signature
from handler.process.listening import bind
from tests import payloads
from tests.dispatching import break_step
from tests.notifier.conftest import ANA, APP_SECRET, BRUNO, running_outbox, until
from wa_webhook.meta import Behaviour

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from prometheus_client.samples import Sample
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.notifier.conftest import Outbox

CARLA = "+4915112345678"
DORA = "+351912345678"


@dataclass(frozen=True)
class Observed:
    """Both processes, and where each serves its metrics."""

    outbox: Outbox
    handler_url: str
    notifier_url: str

    async def scrape(self) -> list[Sample]:
        """Return the samples of both."""
        async with httpx.AsyncClient() as http:
            texts = [
                (await http.get(f"{url}/metrics")).text
                for url in (self.handler_url, self.notifier_url)
            ]
        return [
            sample
            for text in texts
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    async def figure(self, name: str, **labels: str) -> float:
        """Return the sum of one metric's samples in both processes, which may have none yet."""
        return sum(
            sample.value
            for sample in await self.scrape()
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    async def post(self, body: bytes, secret: str = APP_SECRET) -> int:
        """Post a webhook and return the status of its answer."""
        headers = {signature.HEADER: signature.sign(body, secret.encode())}
        async with httpx.AsyncClient(timeout=30) as http:
            url = self.outbox.webhook_url
            return (await http.post(url, content=body, headers=headers)).status_code

    async def converse(self) -> None:
        """Let a user write, wait for the reply to arrive, and have Meta repeat the webhook."""
        body = payloads.text_body(sender=ANA[1:])
        before = self.outbox.count("delivered")
        assert [await self.post(body) for _ in range(2)] == [200, 200]
        await until(lambda: self.outbox.count("delivered") > before)

    async def meet_trouble(self) -> None:
        """Meet everything once that goes wrong: here, at the sender's, and at Meta."""
        self.outbox.graph.behave(
            Behaviour(answer="error", code=131009, recipient=BRUNO[1:], times=None)
        )
        self.outbox.graph.behave(
            Behaviour(answer="error", code=131000, recipient=CARLA[1:], times=None)
        )
        failed = self.outbox.queue(self.outbox.add_user(BRUNO), "private words")
        retried = self.outbox.queue(self.outbox.add_user(CARLA), "private words")
        invalid = payloads.text_body(sender=None)
        broken = payloads.text_body("help", sender=DORA[1:])
        assert [await self.post(body) for body in (b"{", b"{}", invalid, broken)] == [
            *(400, 400, 200, 200)
        ]
        assert await self.post(broken, "another secret") == 401
        self.outbox.execute("call public.wa_retention_purge()")
        await until(lambda: self.outbox.status(failed) == "failed")
        await until(lambda: self.outbox.row(retried)["retry_count"] == 1)


@asynccontextmanager
async def observing(database: Database) -> AsyncIterator[Observed]:
    """Run both processes with their metrics."""
    with bind("127.0.0.1", 0, "metrics") as free:
        host, port = free.getsockname()
    async with (
        running_outbox(database, with_metrics=True) as outbox,
        outbox.run_notifier(wa_metrics_port=port),
    ):
        assert outbox.handler_metrics_url is not None
        yield Observed(
            outbox,
            outbox.handler_metrics_url.removesuffix("/metrics"),
            f"http://{host}:{port}",
        )


@pytest.fixture
async def observed(database: Database, connection: Connection[DictRow]) -> AsyncIterator[Observed]:
    """Both processes on the test's own database, where asking for help breaks its flow."""
    break_step(connection)
    async with observing(database) as observed:
        yield observed
