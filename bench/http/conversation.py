"""People who write to a bot, and Meta taking its replies: one process, so one clock sees both.

Run as `python -m bench.http.conversation`. It says first on which port it is the Graph API. Each
line of standard input, a Conversation as JSON, is answered with one line, Heard as JSON. Everything
is signed before the clock starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import math
import re
import secrets
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast

import psycopg
import uvloop

from bench.http.traffic import HOST, PostingRun, sign_request
from bench.people import FIRST_PHONE, webhook_body

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_SECONDS = 10.0
"""Without one more reply: the rest does not come."""
_REST_SECONDS = 0.03
"""Between two lone messages: in it, what is left of the first is done."""
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Conversation:
    """Who writes: `messages` users, from the one at `first_user` on, a text each.

    With `is_lone` each waits for the reply to the one before it, and a moment more. Without a
    `webhook_port` nobody writes: then so many replies are in a paused queue, which is resumed by
    way of `queue_url`.
    """

    messages: int
    webhook_port: int = 0
    connections: int = 8
    first_user: int = 0
    is_lone: bool = False
    queue_url: str = ""


@dataclass(frozen=True)
class Heard:
    """What came of it: replies, the seconds until the last, the median from message to reply."""

    replies: int
    seconds: float
    median_ms: float

    @property
    def replies_per_second(self) -> float:
        """The rate at which replies were accepted."""
        return self.replies / self.seconds


class Meta:
    """Takes every reply at once, and knows when."""

    def __init__(self) -> None:
        self.replies = 0
        self.last_at = 0.0
        self._wanted = 0
        self._heard = asyncio.Event()

    def take(self) -> bytes:
        """Accept one reply, and return the whole answer."""
        self.replies += 1
        self.last_at = time.perf_counter()
        self._heard.set()
        body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.BENCH%016x"}]}' % next(
            _numbers
        )
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(body)
        ) + body

    async def wait_for(self, replies: int) -> None:
        """Return when so many are accepted in all, or none has come for some seconds."""
        with contextlib.suppress(TimeoutError):
            while self.replies < replies:
                self._heard.clear()
                await asyncio.wait_for(self._heard.wait(), _PATIENCE_SECONDS)


class Graph(asyncio.Protocol):
    """One connection to Meta."""

    def __init__(self, meta: Meta) -> None:
        self._meta = meta
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            end += 4 + (int(length[1]) if length else 0)
            if len(self._received) < end:
                return
            del self._received[:end]
            if self._transport is not None:
                self._transport.write(self._meta.take())


async def converse(conversation: Conversation, meta: Meta) -> Heard:
    """Let people write, and say how it went."""
    requests = list(_sign(conversation))
    before = meta.replies
    started = time.perf_counter()
    waits = [0.0]
    if conversation.is_lone:
        waits = await _write_one_by_one(requests, conversation.webhook_port, meta)
    elif requests:
        posting = PostingRun(requests, conversation.connections)
        await posting.post(conversation.webhook_port)
    else:
        await asyncio.to_thread(_resume, conversation.queue_url)
    await meta.wait_for(before + conversation.messages)
    return Heard(meta.replies - before, meta.last_at - started, statistics.median(waits) * 1000)


async def _write_one_by_one(requests: list[bytes], port: int, meta: Meta) -> list[float]:
    """Return the seconds from each message to its reply."""
    reader, writer = await asyncio.open_connection(HOST, port)
    waits = []
    for number, request in enumerate(requests, start=meta.replies + 1):
        begun = time.perf_counter()
        writer.write(request)
        await meta.wait_for(number)
        if meta.replies < number:
            # Meanwhile the server has closed the connection, too.
            break
        waits.append(meta.last_at - begun)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        await asyncio.sleep(_REST_SECONDS)
    writer.close()
    return waits or [math.inf]


def _resume(queue_url: str) -> None:
    with psycopg.connect(queue_url, autocommit=True) as connection:
        connection.execute("select public.wa_queue_resume()")


def _sign(conversation: Conversation) -> Iterator[bytes]:
    head, sent_at = secrets.token_hex(8), str(int(time.time()))
    for number in range(conversation.messages if conversation.webhook_port else 0):
        phone = str(FIRST_PHONE + conversation.first_user + number)
        body = webhook_body(phone, f"{head}{number}", sent_at).encode()
        yield sign_request(body, conversation.webhook_port)


async def serve() -> None:
    """Be the Graph API, and hold the conversations that standard input describes."""
    meta = Meta()
    server = await asyncio.get_running_loop().create_server(lambda: Graph(meta), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        heard = await converse(Conversation(**json.loads(line)), meta)
        print(json.dumps(asdict(heard)), flush=True)


if __name__ == "__main__":
    uvloop.run(serve())
