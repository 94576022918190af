"""The server: uvicorn's, under limits."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from handler.process.server.config import LimitedConfig
from handler.process.server.connections import Connections
from handler.process.server.protocol import LimitedProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.types import ASGIApp

    from handler.process.server.limits import Limits, Refusal

_ACCEPTS_PER_TURN = 8


class Server(uvicorn.Server):
    """Serves an application to clients that it does not trust, in a loop that already runs.

    Signals are the program's own: it calls `stop`. `on_refusal` hears of every client that the
    server itself refused.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        on_refusal: Callable[[Refusal], None] = lambda _refusal: None,
    ) -> None:
        self._limits = _affordable(limits)
        self._connections = Connections(self._limits, on_refusal)
        self._is_up = asyncio.Event()
        super().__init__(LimitedConfig(app, LimitedProtocol, self._connections))

    @contextlib.asynccontextmanager
    async def accepting(self, listener: socket.socket) -> AsyncIterator[int]:
        """Serve on a bound socket until the context is left, and yield its port."""
        serving = asyncio.create_task(self.serve(sockets=[listener]))
        starting = asyncio.create_task(self._is_up.wait())
        try:
            await asyncio.wait({serving, starting}, return_when=asyncio.FIRST_COMPLETED)
            if not self._is_up.is_set():
                await serving
                raise RuntimeError("the server ended while starting; its log says why")
            yield int(listener.getsockname()[1])
        finally:
            starting.cancel()
            self.stop()
            await serving

    def stop(self) -> None:
        """Accept nobody any more, answer what is in flight within the grace, and end."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and to end those that last for too long."""
        await super().startup([copy for one in sockets or [] for copy in _copies(one)])
        self._sweeping = asyncio.create_task(self._connections.sweep())
        self._is_up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is in flight, and at the end of the grace 503 to what is left."""
        ending = asyncio.get_running_loop().call_later(self._limits.grace_seconds, self._give_up)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()
            self._sweeping.cancel()
            logging.getLogger("uvicorn.error").removeFilter(_is_no_cancellation)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program around the server."""
        yield

    def _give_up(self) -> None:
        self._connections.give_up()
        logging.getLogger("uvicorn.error").addFilter(_is_no_cancellation)
        for task in self.server_state.tasks:
            task.cancel()


def _affordable(limits: Limits) -> Limits:
    """Let the process open two files a connection, or as many connections as it may open them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return limits
    wanted = max(soft, 2 * limits.connections)
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return replace(limits, connections=min(limits.connections, soft // 2))


def _copies(listener: socket.socket) -> list[socket.socket]:
    # For each of its sockets uvloop accepts one connection at a turn of the loop, and turns are
    # long when there is much to read.
    return [listener, *(listener.dup() for _ in range(_ACCEPTS_PER_TURN - 1))]


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    return not (record.exc_info and record.exc_info[0] is asyncio.CancelledError)
