"""A handler, a stand-in for the Graph API and notifiers on the test's own database."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from handler.app import create_app
from handler.process.listening import bind
from handler.process.metrics_endpoint import serve_metrics
from handler.process.server import Server
from handler.settings import WebhookSettings
from tests.fixtures.pooler import pooled
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.notifier.process import open_notifier
from wa_webhook.notifier.settings import NotifierSettings

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable

    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from wa_webhook.notifier.process import Notifiers

APP_SECRET = "app-secret-of-the-tests"  # noqa: S105
TOKEN = "token-of-the-tests"  # noqa: S105
PHONE_ID = "106540352242922"
ANA = "+34600111222"
BRUNO = "+33612345678"
_PATIENCE_SECONDS = 60


class Outbox:
    """The whole sending side around one database."""

    def __init__(
        self,
        database: Database,
        graph_socket: socket.socket,
        webhook_url: str,
        process_url: Callable[[str], str] | None = None,
    ) -> None:
        self.database = database
        self._session: psycopg.Connection[DictRow] | None = None
        self.process_url = process_url or database.url
        self.listen_url: str | None = None
        # After a failover a pooler has to be told to; without one it happens by itself.
        self.leave_sessions: Callable[[], None] = lambda: None
        self.webhook_url = webhook_url
        self.handler_metrics_url: str | None = None
        self.graph = GraphStandIn(
            token=TOKEN, app_secret=APP_SECRET, webhook_url=webhook_url, phone_number_ids={PHONE_ID}
        )
        self.graph_socket = graph_socket
        host, port = graph_socket.getsockname()
        self.graph_url = f"http://{host}:{port}/v26.0"

    def execute(self, query: Any, parameters: tuple[Any, ...] = ()) -> list[DictRow]:
        """Run one statement as the migrating role, in a session that is kept while it can be."""
        if self._session is None:
            self._session = psycopg.connect(
                self.database.url(), autocommit=True, row_factory=dict_row
            )
        try:
            cursor = self._session.execute(query, parameters)
        except psycopg.OperationalError:
            if not self._session.closed:
                raise
            self._session = None
            return self.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()

    def set(self, key: str, value: object) -> None:
        """Change a setting of the SQL."""
        self.execute("update wa.settings set value = %s where key = %s", (Jsonb(value), key))

    def set_first_delay(self, code: str, seconds: int) -> None:
        """Change how soon an error is tried again."""
        self.execute(
            "update wa.send_error_classes set first_delay_seconds = %s where code = %s",
            (seconds, code),
        )

    def add_user(self, address: str) -> str:
        """Make a profile that has just written, by phone number (+...) or user id."""
        column = "whatsapp_e164" if address.startswith("+") else "wa_user_id"
        self.execute(
            f"""
            with added as (
              insert into public.profiles ({column}) values (%s) returning user_id
            )
            insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
            select user_id, '', now() from added
            """,
            (address,),
        )
        return address

    def queue(self, recipient: str, body: str = "hello") -> int:
        """Queue a text message and return its id."""
        return self.queue_payload(recipient, {"type": "text", "text": {"body": body}})

    def queue_payload(self, recipient: str, payload: dict[str, Any]) -> int:
        """Queue any message and return its id."""
        rows = self.execute("select public.wa_notify(%s, %s) as id", (recipient, Jsonb(payload)))
        return int(rows[0]["id"])

    def row(self, notification_id: int) -> DictRow:
        """Return one notification."""
        rows = self.execute("select * from public.notifications where id = %s", (notification_id,))
        return rows[0]

    def status(self, notification_id: int) -> str:
        """Return the status of one notification."""
        return str(self.row(notification_id)["status"])

    def count(self, status: str) -> int:
        """Return how many notifications have a status."""
        query = "select count(*) as n from public.notifications where status = %s"
        return int(self.execute(query, (status,))[0]["n"])

    def sent_texts(self, recipient: str) -> list[str]:
        """Return what the stand-in took for one recipient, in order."""
        accepted = self.graph.record.sent_to(recipient.lstrip("+"))
        return [one.request["text"]["body"] for one in accepted]

    @asynccontextmanager
    async def serve_graph(self) -> AsyncIterator[None]:
        """Serve the stand-in."""
        async with LocalServer(self.graph.app, self.graph_socket):
            yield

    @asynccontextmanager
    async def run_notifier(self, **settings: Any) -> AsyncIterator[Notifiers]:
        """Run a notifier until the context ends, and let it drain."""
        async with open_notifier(self.notifier_settings(**settings)) as notifier:
            running = asyncio.create_task(notifier.run())
            try:
                yield notifier
            finally:
                notifier.stop()
                await running

    def notifier_settings(self, **settings: Any) -> NotifierSettings:
        """Build settings that no variable or file of the machine has a part in."""
        given: dict[str, Any] = {
            "wa_database_url": self.process_url("wa_notifier_role"),
            "wa_token": TOKEN,
            "wa_phone_id": PHONE_ID,
            "whatsapp_api_base_url": self.graph_url,
            "wa_notify_timeout_seconds": 5,
            "wa_notify_poll_seconds": 0.1,
            "wa_metrics_port": None,
            "wa_listen_database_url": self.listen_url,
        }
        return NotifierSettings(_env_file=None, **(given | settings))


async def until(condition: Callable[[], bool], *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Return as soon as the condition holds; fail when it does not come to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold in time"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running_outbox(
    database: Database,
    process_url: Callable[[str], str] | None = None,
    *,
    with_metrics: bool = False,
    connections: int = 4,
) -> AsyncIterator[Outbox]:
    """Run handler and stand-in on a database.

    `process_url` gives the URL by which a role of a process gets there, if not the database's own;
    `connections`: how many the handler has.
    """
    process_url = process_url or database.url
    async with AsyncExitStack() as running:
        webhook_socket = bind("127.0.0.1", 0, "webhook")
        host, port = webhook_socket.getsockname()
        settings: dict[str, Any] = {
            "wa_database_url": process_url("wa_edge_role"),
            "wa_app_secret": APP_SECRET,
            "wa_verify_token": "verify-token-of-the-tests",
            "wa_http_grace_seconds": 1,
            "wa_database_pool_size": connections,
            "wa_metrics_port": 0 if with_metrics else None,
        }
        webhook_url = f"http://{host}:{port}/webhook"
        outbox = Outbox(database, bind("127.0.0.1", 0, "stand-in"), webhook_url, process_url)
        running.callback(outbox.close)
        await running.enter_async_context(outbox.serve_graph())
        given = WebhookSettings(_env_file=None, **settings)
        app = create_app(given)
        await running.enter_async_context(Server(app, given.limits).accepting(webhook_socket))
        outbox.handler_metrics_url = await running.enter_async_context(
            serve_metrics(app.metrics.render, given)
        )
        yield outbox


@pytest.fixture
async def outbox(database: Database, pytestconfig: pytest.Config) -> AsyncIterator[Outbox]:
    """The sending side on the test's own database; notifiers are started by the test.

    With `--transport=pgbouncer` its processes go through a pooler, but for LISTEN.
    """
    with ExitStack() as running:
        is_pooled = pytestconfig.getoption("--transport") == "pgbouncer"
        pooler = running.enter_context(pooled(database)) if is_pooled else None
        # Only statuses come: each session more would plan anew what it does with them.
        async with running_outbox(
            database, pooler.url if pooler else database.url, connections=4 if pooler else 1
        ) as outbox:
            if pooler:
                outbox.leave_sessions = pooler.reconnect
            outbox.listen_url = database.url("wa_notifier_role")
            yield outbox
