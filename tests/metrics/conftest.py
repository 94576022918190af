"""A handler, a notifier and a worker with traffic of every kind, scraped as Prometheus does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr, TypeAdapter

from handler import signature
from tests import payloads
from tests.dispatching import break_step
from tests.notifier.conftest import ANA, APP_SECRET, BRUNO, running_outbox, until
from wa_webhook.dev.postgres import free_port
from wa_webhook.meta_stand_in import Behaviour
from wa_webhook.worker import PermanentError, TaskError
from wa_webhook.worker.process import open_worker
from wa_webhook.worker.registry import TaskFunction
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from prometheus_client.samples import Sample
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.notifier.conftest import Outbox

CARLA = "+4915112345678"
EVA = "+34600333444"
DORA = "+351912345678"


def sum_of(scraped: Iterable[Sample], name: str, **labels: str) -> float:
    """Return the sum of one metric's samples."""
    return sum(
        sample.value
        for sample in scraped
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@dataclass(frozen=True)
class Observed:
    """The processes, and where each serves its metrics."""

    outbox: Outbox
    handler_url: str
    notifier_url: str
    worker_url: str
    answer_url: str

    async def scrape(self) -> list[Sample]:
        """Return the samples of all."""
        async with httpx.AsyncClient() as http:
            texts = [
                (await http.get(f"{url}/metrics")).text
                for url in (self.handler_url, self.notifier_url, self.worker_url)
            ]
        return [
            sample
            for text in texts
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    async def figure(self, name: str, **labels: str) -> float:
        """Return the sum of one metric's samples in all processes, which may have none yet."""
        return sum_of(await self.scrape(), name, **labels)

    async def post(self, body: bytes, secret: str = APP_SECRET) -> int:
        """Post a webhook and return the status of its answer."""
        headers = {signature.HEADER: signature.sign(body, secret.encode())}
        async with httpx.AsyncClient(timeout=30) as http:
            url = self.outbox.webhook_url
            return (await http.post(url, content=body, headers=headers)).status_code

    async def work(self, ends: str) -> None:
        """Have a task done that ends as is said, for a chat that waits for nothing."""
        ((task,),) = (
            row.values()
            for row in self.outbox.execute(
                """
                insert into wa.tasks (
                  user_id, kind, input, state, max_attempts, turn_at, next_attempt_at, deadline_at
                )
                select
                  user_id, 'check', to_jsonb(%s::text), 'nowhere', 5, now(), now(), now() + '1 hour'
                from public.profiles
                limit 1
                returning id
                """,
                (ends,),
            )
        )
        what = "select status || coalesce(error_class, '') as what from wa.tasks where id = %s"
        ended = {"retried": "queuedtransient", "failed": "failedpermanent", "done": "done"}[ends]
        await until(lambda: self.outbox.execute(what, (task,)) == [{"what": ended}])

    async def converse(self) -> None:
        """Let a user write, wait for the reply to arrive, and have Meta repeat the webhook.

        A task is done besides.
        """
        body = payloads.text_body(sender=ANA[1:])
        before = self.outbox.count("delivered")
        assert [await self.post(body) for _ in range(2)] == [200, 200]
        await until(lambda: self.outbox.count("delivered") > before)
        await self.work("done")

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
        await self.work("failed")
        await self.work("retried")
        async with httpx.AsyncClient() as http:
            assert (await http.post(self.answer_url, content=b"{}")).status_code == 401


async def check(ends: str) -> None:
    """Do a task, or fail, as it is told."""
    if ends == "failed":
        raise PermanentError("told to fail")
    if ends == "retried":
        raise TaskError("told to be tried again")


@asynccontextmanager
async def observing(database: Database) -> AsyncIterator[Observed]:
    """Run the processes with their metrics."""
    notifier_port, worker_port, answer_port = (free_port() for _ in range(3))
    function = TaskFunction(
        "check", check, TypeAdapter(str), takes_context=False, is_async=True, concurrency=None,
        timeout_seconds=None,
    )  # fmt: skip
    answer_url = f"http://127.0.0.1:{answer_port}/"
    settings = WorkerSettings(
        _env_file=None,
        wa_database_url=SecretStr(database.url("wa_worker_role")),
        wa_metrics_port=worker_port,
        wa_work_answer_port=answer_port,
        wa_work_answer_url=answer_url,
        wa_work_http_secret=SecretStr("secret of the services"),
    )
    async with (
        running_outbox(database, with_metrics=True) as outbox,
        outbox.run_notifier(wa_metrics_port=notifier_port),
        open_worker(settings, [function]) as worker,
    ):
        assert outbox.handler_metrics_url is not None
        working = asyncio.create_task(worker.run())
        try:
            yield Observed(
                outbox,
                outbox.handler_metrics_url.removesuffix("/metrics"),
                f"http://127.0.0.1:{notifier_port}",
                f"http://127.0.0.1:{worker_port}",
                answer_url,
            )
        finally:
            worker.stop()
            await working


@pytest.fixture
async def observed(database: Database, connection: Connection[DictRow]) -> AsyncIterator[Observed]:
    """The processes on the test's own database, where asking for help breaks its flow."""
    break_step(connection)
    async with observing(database) as observed:
        yield observed
