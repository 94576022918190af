"""Everything on one machine: PostgreSQL, and in this process handler, notifier and stand-in.

One process, because then nothing can be left running: the servers end with it, and PostgreSQL is
stopped by it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from pydantic import SecretStr

from handler.app import create_app
from handler.process.listening import bind
from handler.process.metrics_endpoint import serve_metrics
from handler.process.server import Server
from handler.settings import WebhookSettings
from wa_webhook.dev.identity import (
    ACCESS_TOKEN,
    APP_SECRET,
    BOT_NUMBER,
    PHONE_NUMBER_ID,
    VERIFY_TOKEN,
)
from wa_webhook.dev.local_media import fetching_media
from wa_webhook.dev.postgres import HOST, SUPERUSER
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.meta_stand_in.webhooks import ACCOUNT_ID, GRAPH_VERSION
from wa_webhook.migrate import Migrator
from wa_webhook.migrate.configured import read_configured_source
from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.naming.settings import NamesSettings
from wa_webhook.notifier.process import open_notifier
from wa_webhook.notifier.settings import NotifierSettings

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path
    from typing import Self

    from psycopg import Connection

    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.migrate import Outcome
    from wa_webhook.naming.names import Names


@dataclass(frozen=True)
class Ports:
    """Sockets already bound, so that nothing is started when a port is taken."""

    webhook: socket.socket
    graph: socket.socket

    @classmethod
    def take(cls) -> Self:
        """Bind two free ones."""
        return cls(bind(HOST, 0, "webhook"), bind(HOST, 0, "Graph API stand-in"))


@dataclass(frozen=True)
class LocalStack:
    """What runs: the addresses to post to, and the stand-in that takes the replies."""

    webhook_url: str
    metrics_url: str
    graph_url: str
    graph: GraphStandIn


def prepare_database(
    postgres: LocalPostgres,
    names: Names | None = None,
    *,
    flows: Path | None = None,
    asked_for: Collection[str] = (),
) -> None:
    """Migrate the database, let the roles of the processes log in, and name the bot's number.

    `names`, and `flows`, the folder of a team's, are those that the environment chooses unless
    given. `asked_for`: flows that ship, beside those of WA_WITH.

    Raises MigrateError, NamesError, SettingsError.
    """
    names = names or local_names()
    with psycopg.connect(postgres.url(), autocommit=True) as database:
        migrate(database, names, flows=flows, asked_for=asked_for)
        database.execute(
            Rewriter(names)
            .rewrite(
                "update wa.settings set value = to_jsonb(%s::text)"
                " where key = 'bot_number_e164' and value = '\"\"'"
            )
            .encode(),
            (BOT_NUMBER,),
        )
        database.execute(
            Rewriter(names)
            .rewrite(
                "insert into wa.numbers (phone_number_id, waba_id, display_number)"
                " values (%s, %s, %s) on conflict (phone_number_id) do nothing"
            )
            .encode(),
            (PHONE_NUMBER_ID, ACCOUNT_ID, BOT_NUMBER),
        )
    with psycopg.connect(postgres.url(SUPERUSER), autocommit=True) as database:
        for role in (
            names.edge_role,
            names.notifier_role,
            names.worker_role,
            names.operator_role,
        ):
            database.execute(f"alter role {role} login".encode())


def migrate(
    database: Connection[Any],
    names: Names,
    *,
    flows: Path | None = None,
    asked_for: Collection[str] = (),
) -> Outcome:
    """Bring the database to what the files say, as prepare_database does."""
    return Migrator(database, read_configured_source(flows, asked_for), names=names).run()


def local_names() -> Names:
    """Return the names that the environment chooses; files for other places do not count here.

    Raises NamesError.
    """
    return NamesSettings(_env_file=None).names()


@contextlib.asynccontextmanager
async def run_stack(
    postgres: LocalPostgres, ports: Ports, *, media: Path | None = None
) -> AsyncIterator[LocalStack]:
    """Run handler, notifier and stand-in on a prepared database until the context is left.

    With `media`, a folder, what people send is fetched into it where somebody wants it.
    """
    host, port = ports.webhook.getsockname()
    webhook_url = f"http://{host}:{port}/webhook"
    graph = GraphStandIn(
        token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        webhook_url=webhook_url,
        phone_number_ids={PHONE_NUMBER_ID},
        accounts={ACCOUNT_ID: {PHONE_NUMBER_ID: BOT_NUMBER}},
    )
    async with contextlib.AsyncExitStack() as running:
        graph_server = await running.enter_async_context(LocalServer(graph.app, ports.graph))
        settings = _webhook_settings(postgres)
        app = create_app(settings)
        server = Server(app, settings.limits, app.metrics.count_refusal)
        await running.enter_async_context(server.accepting(ports.webhook))
        metrics_url = await running.enter_async_context(serve_metrics(app.metrics.render, settings))
        await running.enter_async_context(_running_notifier(postgres, graph_server.url, media))
        if media is not None:
            await running.enter_async_context(
                fetching_media(
                    postgres.url(local_names().worker_role),
                    local_names().schema,
                    graph_url=f"{graph_server.url}/{GRAPH_VERSION}",
                    token=ACCESS_TOKEN,
                    folder=media,
                )
            )
        yield LocalStack(webhook_url, metrics_url or "", graph_server.url, graph)


@contextlib.asynccontextmanager
async def _running_notifier(
    postgres: LocalPostgres, graph_url: str, media: Path | None
) -> AsyncIterator[None]:
    async with open_notifier(_notifier_settings(postgres, graph_url, media)) as notifier:
        running = asyncio.create_task(notifier.run())
        try:
            yield
        finally:
            notifier.stop()
            await running


def _webhook_settings(postgres: LocalPostgres) -> WebhookSettings:
    return WebhookSettings(
        _env_file=None,
        wa_database_schema=local_names().schema,
        wa_database_url=SecretStr(postgres.url(local_names().edge_role)),
        wa_http_grace_seconds=1,
        wa_metrics_port=0,
        wa_app_secret=SecretStr(APP_SECRET),
        wa_verify_token=SecretStr(VERIFY_TOKEN),
    )


def _notifier_settings(
    postgres: LocalPostgres, graph_url: str, media: Path | None
) -> NotifierSettings:
    return NotifierSettings(
        _env_file=None,
        wa_database_schema=local_names().schema,
        wa_database_url=SecretStr(postgres.url(local_names().notifier_role)),
        wa_token=SecretStr(ACCESS_TOKEN),
        wa_phone_id=PHONE_NUMBER_ID,
        whatsapp_api_base_url=f"{graph_url}/{GRAPH_VERSION}",
        wa_media_store="" if media is None else str(media),
        wa_metrics_port=None,
        wa_notify_drain_seconds=2,
    )
