"""The handler under a real server on a free loopback port, on the test's own database.

Each test runs once for each transport in use (`--transport`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs
from structlog.typing import EventDict

from handler import signature
from handler.app import Application, create_app
from handler.process.listening import bind
from handler.process.metrics_endpoint import serve_metrics
from handler.process.server import Server
from handler.settings import WebhookSettings
from tests.fixtures.postgres import Database
from tests.fixtures.postgrest import let_authenticator_switch
from tests.fixtures.transport import EDGE_ROLE, prepared, way_in
from wa_webhook.dev.postgres import LocalPostgres

APP_SECRET = "app-secret-of-the-tests"  # noqa: S105
VERIFY_TOKEN = "verify-token-of-the-tests"  # noqa: S105


@dataclass(frozen=True)
class Webhook:
    """A client of one running handler, and the events that it has logged."""

    http: httpx.AsyncClient
    events: list[EventDict]
    scrape: Callable[[], Awaitable[bytes]]
    metrics_url: str | None

    async def post(self, body: bytes, *, signed_as: bytes | None = None) -> httpx.Response:
        """Post a body with its signature, or with that of other bytes."""
        signed = body if signed_as is None else signed_as
        header = signature.sign(signed, APP_SECRET.encode())
        return await self.http.post("/webhook", content=body, headers={signature.HEADER: header})

    async def figure(self, name: str, **labels: str) -> float:
        """Return one figure of the metrics."""
        text = (await self.scrape()).decode()
        return next(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


RunWebhook = Callable[..., AbstractAsyncContextManager[Webhook]]


@pytest.fixture
def stoppable_server(stoppable_server: LocalPostgres, transport: str) -> LocalPostgres:
    """A server of the test's own, which the handler can reach by the transport."""
    if transport == "postgrest":
        let_authenticator_switch(stoppable_server, EDGE_ROLE)
    return stoppable_server


@pytest.fixture
def run_webhook(transport: str, postgres_server: LocalPostgres) -> Iterator[RunWebhook]:
    """`async with run_webhook(database)`: a handler, with any further settings."""

    @asynccontextmanager
    async def run(database: Database, **settings: object) -> AsyncIterator[Webhook]:
        async with way_in(transport, database) as given, running_webhook(given | settings) as one:
            yield one

    with prepared(transport, postgres_server):
        yield run


@pytest.fixture
async def webhook(database: Database, run_webhook: RunWebhook) -> AsyncIterator[Webhook]:
    """A handler on the test's database, with as few sessions as can be in each other's way."""
    async with run_webhook(database, wa_database_pool_size=2) as client:
        yield client


@asynccontextmanager
async def running_webhook(settings: dict[str, Any]) -> AsyncIterator[Webhook]:
    """Run the handler in this event loop until the context ends."""
    given = webhook_settings(settings)
    async with running_application(create_app(given), given) as webhook:
        yield webhook


@asynccontextmanager
async def running_application(app: Application, given: WebhookSettings) -> AsyncIterator[Webhook]:
    """Run an application in this event loop until the context ends."""
    server = Server(app, given.limits, app.metrics.count_refusal)
    limits = httpx.Limits(max_connections=None)
    with capture_logs() as events, bind("127.0.0.1", 0, "webhook") as listener:
        async with (
            server.accepting(listener) as port,
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", timeout=180, limits=limits
            ) as http,
            serve_metrics(app.metrics.render, given) as metrics_url,
        ):
            yield Webhook(http, events, app.metrics.render, metrics_url)


def webhook_settings(settings: dict[str, Any]) -> WebhookSettings:
    """Build settings that no variable or file of the machine has a part in."""
    given: dict[str, Any] = {
        "wa_app_secret": APP_SECRET,
        "wa_verify_token": VERIFY_TOKEN,
        # A client that waited for long on a busy machine finds its connection still open.
        "wa_http_idle_seconds": 600,
        "wa_metrics_port": None,
    }
    return WebhookSettings(_env_file=None, **(given | settings))
