"""Retention in the background: one purge at a time, when an answer says that it is due."""

import asyncio
import time

import psycopg
from psycopg import AsyncConnection, sql

from handler.logs import log_notice, logger
from handler.settings import DatabaseSettings

PAUSE_SECONDS = 60.0
"""Between two purges of one process: one that fails stays due, with every request."""


class Retention:
    """Runs `wa_retention_purge()` on a connection of its own, so that no request waits for it."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._conninfo = settings.wa_database_url.get_secret_value()
        self._purge = sql.SQL("call {}.wa_retention_purge()").format(
            sql.Identifier(settings.wa_database_schema)
        )
        self._running: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def start(self) -> None:
        """Start a purge, unless one is under way or was a moment ago."""
        if time.monotonic() >= self._not_before and (self._running is None or self._running.done()):
            self._not_before = time.monotonic() + PAUSE_SECONDS
            self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cancel the purge under way; what it committed stays, the next one goes on from there."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        try:
            # A procedure that commits cannot run inside a transaction block, hence autocommit.
            async with await AsyncConnection.connect(
                self._conninfo,
                autocommit=True,
                prepare_threshold=None,
                fallback_application_name="wa-webhook retention",
            ) as connection:
                connection.add_notice_handler(log_notice)
                await connection.execute(self._purge)
        except psycopg.Error as error:
            logger.error("RETENTION_FAILED", sqlstate=error.sqlstate, error=type(error).__name__)
