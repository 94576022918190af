"""Running an ASGI application inside this process, on a bound socket."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import uvicorn

from wa_webhook.meta_stand_in.connections import ResettableProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from typing import Self

_GRACE_SECONDS = 1


class LocalServer:
    """Serves `app` on an already bound socket between `async with` and its end."""

    def __init__(self, app: Any, listener: socket.socket) -> None:  # noqa: ANN401
        host, self.port = listener.getsockname()
        # All addresses are reached by the loopback, which a page lets itself be asked for by.
        self.url = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{self.port}"  # noqa: S104
        self._listener = listener
        config = uvicorn.Config(
            app,
            http=ResettableProtocol,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("the server ended while starting; its log says why")
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._listener.close()


class _Server(uvicorn.Server):
    """Leaves signals to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
