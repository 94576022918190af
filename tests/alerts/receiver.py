"""A webhook for alerts on a free loopback port, which can misbehave."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from handler.process.listening import bind
from wa_webhook.dev.server import LocalServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


class Receiver:
    """Answers `status`, and not at all while it is held."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.location: str | None = None
        self.url = ""
        self.alerts: list[dict[str, Any]] = []
        self._may_answer = asyncio.Event()
        self._may_answer.set()

    async def take(self, request: Request) -> Response:
        """Take one alert."""
        self.alerts.append(await request.json())
        await self._may_answer.wait()
        headers = {"Location": self.location} if self.location else None
        return Response(status_code=self.status, headers=headers)

    def kinds(self) -> list[str]:
        """Return the kinds of alert that came, in order."""
        return [alert["kind"] for alert in self.alerts]

    def hold(self) -> None:
        """Answer nobody from now on."""
        self._may_answer.clear()

    def release(self) -> None:
        """Answer everybody again."""
        self._may_answer.set()


@asynccontextmanager
async def receiving(status: int = 204) -> AsyncIterator[Receiver]:
    """Serve a receiver until the context ends."""
    receiver = Receiver(status)
    app = Starlette(routes=[Route("/alerts", receiver.take, methods=["POST"])])
    async with LocalServer(app, bind("127.0.0.1", 0, "alerts")) as server:
        receiver.url = f"{server.url}/alerts"
        yield receiver
