"""One desk from its settings, as the command line runs it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from handler.process.listening import bind
from handler.process.logs import logger
from handler.process.metrics_endpoint import serve_metrics
from handler.process.server import Limits, Server
from wa_webhook.console.app import console_app
from wa_webhook.console.database import Database
from wa_webhook.console.live import follow
from wa_webhook.console.metrics import ConsoleMetrics
from wa_webhook.console.signing_in import SigningIn
from wa_webhook.console.supabase import SupabaseAuth
from wa_webhook.media.settings import open_store
from wa_webhook.pages import Feed

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from wa_webhook.console.settings import ConsoleSettings

LIMITS = Limits(connections=512, body_bytes=64 * 1024 * 1024, grace_seconds=5.0)


@contextlib.asynccontextmanager
async def serve_console(
    settings: ConsoleSettings, listener: socket.socket | None = None
) -> AsyncIterator[int]:
    """Serve the desk until the context is left, and yield its port: `listener`'s, if that is given.

    Raises PortRefusedError, and ExtraMissingError for a media store without its library.
    """
    urls = settings.database_urls
    direct = settings.wa_listen_database_url
    listen_url = direct.get_secret_value() if direct else next(iter(urls.values()))
    metrics, feed = ConsoleMetrics(), Feed()
    auth, store = open_auth(settings), open_store(settings)
    with listener or bind(
        settings.wa_console_host, settings.wa_console_port, "desk", "WA_CONSOLE_PORT"
    ) as bound:
        async with (
            contextlib.aclosing(_Closing(auth)),
            Database(urls, settings) as database,
            serve_metrics(metrics.render, settings),
        ):
            signing_in = SigningIn(settings, metrics, auth)
            app = console_app(database, signing_in, feed, metrics, settings.hosts, store)
            following = asyncio.create_task(follow(listen_url, feed, settings.wa_database_schema))
            try:
                async with Server(app, LIMITS).accepting(bound) as port:
                    logger.info("CONSOLE_STARTED", host=settings.wa_console_host, port=port)
                    try:
                        yield port
                    finally:
                        feed.close()
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)


def open_auth(settings: ConsoleSettings) -> SupabaseAuth | None:
    """Return what Supabase Auth is asked through, None where it is not to vouch for anybody."""
    if not settings.has_supabase:
        return None
    key, secret = settings.wa_supabase_publishable_key, settings.wa_jwt_secret
    return SupabaseAuth(
        settings.supabase_url,
        publishable_key=key.get_secret_value() if key else None,
        jwks=settings.wa_console_jwks,
        secret=secret.get_secret_value() if secret else None,
    )


class _Closing:
    def __init__(self, auth: SupabaseAuth | None) -> None:
        self._auth = auth

    async def aclose(self) -> None:
        if self._auth is not None:
            await self._auth.close()
