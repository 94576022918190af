"""Signed webhooks posted over kept-alive connections, by a process that does nothing else.

Run as `python -m bench.http.traffic` with a Traffic as JSON on standard input; the answer, an
Observation as JSON, is its standard output. Everything is signed before the clock starts.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

import uvloop

from bench.people import FIRST_PHONE, SECRET, webhook_of_many
from handler.signature import HEADER, sign

if TYPE_CHECKING:
    from collections.abc import Iterable

HOST = "127.0.0.1"
_BYTES_PER_MESSAGE = 256


@dataclass(frozen=True)
class Traffic:
    """Who posts what: `requests` distinct webhooks of random users over so many connections.

    `duplicates` is the share of requests that repeat an earlier one. With `bytes_per_request` each
    holds as many messages as fit, else one. With `is_fresh` each goes over a connection of its own.
    """

    requests: int
    port: int = 0
    secret: str = SECRET
    connections: int = 64
    users: int = 100_000
    duplicates: float = 0.0
    bytes_per_request: int = 0
    is_fresh: bool = False

    @property
    def messages_per_request(self) -> int:
        """How many messages one request holds."""
        return max(1, self.bytes_per_request // _BYTES_PER_MESSAGE)


@dataclass(frozen=True)
class Observation:
    """What came of it; latencies in milliseconds, `statuses` by HTTP status."""

    requests_per_second: float
    median_ms: float
    p99_ms: float
    longest_ms: float
    statuses: dict[str, int]


class Poster(asyncio.Protocol):
    """One connection: posts the next request as soon as the last one is answered."""

    def __init__(self, run: PostingRun) -> None:
        self._run = run
        self._received = bytearray()
        self._begun = 0.0
        self._is_finished = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport until the run starts."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """End the run, unless this connection has nothing left to post and was idle."""
        if not self._is_finished:
            self._run.fail("the server closed a connection")

    def post_next(self) -> None:
        """Send the next request, or finish."""
        request = self._run.next_request()
        if request is None:
            self._is_finished = True
            self._run.finish_one()
        elif self._transport is not None:
            self._begun = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Collect one answer, note it, and go on."""
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._received[:head_end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if len(self._received) < head_end + 4 + length:
            return
        self._received.clear()
        self._run.note(head[9:12].decode(), time.perf_counter() - self._begun)
        self.post_next()


class PostingRun:
    """All requests of a run, and what was noted of them."""

    def __init__(self, requests: Iterable[bytes], connections: int) -> None:
        self._requests = iter(requests)
        self._connections = self._left = connections
        self._latencies: list[float] = []
        self._statuses: Counter[str] = Counter()
        self._finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next_request(self) -> bytes | None:
        """Return what nobody has posted yet."""
        return next(self._requests, None)

    def note(self, status: str, seconds: float) -> None:
        """Count one answer."""
        self._statuses[status] += 1
        self._latencies.append(seconds * 1000)

    def finish_one(self) -> None:
        """Count a connection that has nothing left to post."""
        self._left -= 1
        if self._left == 0 and not self._finished.done():
            self._finished.set_result(None)

    def fail(self, reason: str) -> None:
        """End the run with an error."""
        if not self._finished.done():
            self._finished.set_exception(ConnectionError(reason))

    async def post(self, port: int) -> float:
        """Connect, post everything over connections that are kept, and return the seconds it took.

        Connecting is not counted. Raises ConnectionError when cut off.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.fail(_describe(context)))
        connections = [
            await loop.create_connection(lambda: Poster(self), HOST, port)
            for _ in range(self._connections)
        ]
        gc.freeze()
        gc.disable()
        started = time.perf_counter()
        for _, poster in connections:
            poster.post_next()
        await self._finished
        return time.perf_counter() - started

    def observe(self, seconds: float) -> Observation:
        """Sum up."""
        ordered = sorted(self._latencies)
        return Observation(
            requests_per_second=len(ordered) / seconds,
            median_ms=statistics.median(ordered),
            p99_ms=ordered[int(len(ordered) * 0.99)],
            longest_ms=ordered[-1],
            statuses=dict(self._statuses),
        )


def sign_requests(traffic: Traffic) -> list[bytes]:
    """Return the whole requests, head and body."""
    randomness = random.Random()  # noqa: S311 (ids that no other run has)
    sent_at = str(int(time.time()))
    requests: list[bytes] = []
    for _ in range(traffic.requests):
        if requests and randomness.random() < traffic.duplicates:
            requests.append(randomness.choice(requests))
            continue
        messages = [
            (
                str(FIRST_PHONE + randomness.randrange(traffic.users)),
                str(randomness.getrandbits(63)),
            )
            for _ in range(traffic.messages_per_request)
        ]
        body = webhook_of_many(messages, sent_at).encode()
        requests.append(sign_request(body, traffic.port, traffic.secret))
    return requests


def sign_request(body: bytes, port: int, secret: str = SECRET) -> bytes:
    """Return the whole request of one webhook, head and body."""
    head = (
        f"POST /webhook HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"{HEADER}: {sign(body, secret.encode())}\r\n\r\n"
    )
    return head.encode() + body


async def post(traffic: Traffic) -> Observation:
    """Connect, post everything, and say how it went. Raises ConnectionError when cut off."""
    run = PostingRun(sign_requests(traffic), traffic.connections)
    if traffic.is_fresh:
        started = time.perf_counter()
        await asyncio.gather(
            *(post_over_fresh_ones(run, traffic.port) for _ in range(traffic.connections))
        )
        return run.observe(time.perf_counter() - started)
    return run.observe(await run.post(traffic.port))


async def post_over_fresh_ones(run: PostingRun, port: int) -> None:
    """Post one request after the other, each over a new connection whose making counts."""
    while (request := run.next_request()) is not None:
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        answer = await reader.read()
        writer.close()
        run.note(answer[9:12].decode(), time.perf_counter() - begun)


def _describe(context: dict[str, Any]) -> str:
    return f"{context.get('message')}: {context.get('exception')!r}"


def main() -> None:
    """Post what standard input describes."""
    traffic = Traffic(**json.load(sys.stdin))
    print(json.dumps(asdict(uvloop.run(post(traffic)))))


if __name__ == "__main__":
    main()
