"""A small application under the server, in the loop of production, and clients over sockets."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvloop

from handler.process.listening import bind
from handler.process.server import EXTENSION, Limits, Refusal, Server, UnverifiedBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from starlette.types import Receive, Scope, Send

SECRET = b"secret"
BODY = b'{"x":1}'
HEAD = b"POST /webhook HTTP/1.1\r\nHost: x\r\n"
HANG = b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n"


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


def signed(body: bytes = BODY) -> bytes:
    """Return a whole request that the application answers with 200."""
    signature = hmac.digest(SECRET, body, "sha256").hex().encode()
    return HEAD + b"X-Signature: %b\r\nContent-Length: %d\r\n\r\n%b" % (signature, len(body), body)


class Application:
    """Answers a signed body with 200 and its length; `lost` says why it lost which bodies."""

    def __init__(self) -> None:
        self.lost: Counter[str | None] = Counter()
        self.hanging = 0
        self.goes_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                event = await receive()
                await send({"type": event["type"] + ".complete"})
        elif scope["path"] == "/hang":
            self.hanging += 1
            await asyncio.Event().wait()
        elif scope["path"] == "/slow":
            self.hanging += 1
            await self.goes_on.wait()
            await answer(send, 200, b"slow")
        elif scope["path"] == "/big":
            await answer(send, 200, b"x" * 20_000_000)
        elif scope["path"] == "/nowhere":
            await answer(send, 404, b"")
        else:
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        unverified: UnverifiedBody = scope["extensions"][EXTENSION]
        body, is_complete = b"", scope["method"] != "POST"
        while not is_complete:
            event = await receive()
            if event["type"] == "http.disconnect":
                self.lost[unverified.refusal and unverified.refusal.error] += 1
                return
            body += event["body"]
            is_complete = not event["more_body"]
        given = dict(scope["headers"]).get(b"x-signature", b"")
        is_signed = given == hmac.digest(SECRET, body, "sha256").hex().encode()
        if is_signed:
            unverified.release()
        await answer(send, 200 if is_signed else 401, b"%d" % len(body))


async def answer(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


@dataclass
class Client:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    dripping: asyncio.Task[None] | None = None

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def drip(self, data: bytes) -> None:
        """Send these bytes again and again, with pauses, until the connection is closed."""

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                while not self.writer.is_closing():
                    self.writer.write(data)
                    await asyncio.sleep(0.02)

        self.dripping = asyncio.create_task(drip())

    async def answer(self) -> tuple[int, bytes]:
        """Read one answer: its status and its text; 0 if the connection is closed instead."""
        async with asyncio.timeout(20):
            try:
                head = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0, b""
            fields = head.lower().split(b"\r\n")
            length = next(int(one[15:]) for one in fields if one.startswith(b"content-length:"))
            return int(head[9:12]), await self.reader.readexactly(length)

    async def is_closed(self) -> bool:
        """Wait until the server closes the connection."""
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                await self.reader.read()
        return True

    async def close(self) -> None:
        if self.dripping is not None:
            self.dripping.cancel()
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass
class Running:
    """A running server."""

    app: Application
    server: Server
    port: int
    refusals: Counter[Refusal]
    clients: list[Client] = field(default_factory=list)

    async def connect(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        return client

    async def ask(self, data: bytes) -> Client:
        """Connect and send."""
        client = await self.connect()
        client.send(data)
        return client

    @property
    def held(self) -> int:
        """The bytes of unverified bodies."""
        return self.server._connections.unverified.bytes

    @property
    def open(self) -> int:
        """The connections."""
        return len(self.server.server_state.connections)


@asynccontextmanager
async def running(**limits: Any) -> AsyncIterator[Running]:
    """Run the server until the context ends."""
    app, refusals = Application(), Counter[Refusal]()
    server = Server(app, Limits(**limits), lambda refusal: refusals.update([refusal]))
    with bind("127.0.0.1", 0, "server") as listener:
        async with server.accepting(listener) as port:
            up = Running(app, server, port, refusals)
            try:
                yield up
            finally:
                for client in up.clients:
                    await client.close()


async def until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold in time"
        await asyncio.sleep(0.005)
