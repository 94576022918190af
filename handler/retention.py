"""Retention in the background: one purge at a time, when an answer says that it is due."""

import asyncio
import time

from handler.process.logs import logger
from handler.rpc import PurgeFailed, Rpc

PAUSE_SECONDS = 60.0
"""Between two purges of one process: one that fails stays due, with every request."""


class Retention:
    """Runs the purge beside the requests, so that none waits for it."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
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
            await self._rpc.purge()
        except PurgeFailed as error:
            logger.error("RETENTION_FAILED", sqlstate=error.sqlstate, error=str(error))
