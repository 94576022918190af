"""Four attacks of clients that sign nothing, by a process that does nothing else until it is ended.

Run as `python -m bench.http.assault PORT KIND…`, the kinds being those of `ATTACKS`.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from typing import TYPE_CHECKING, cast

import uvloop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_HOST = "127.0.0.1"
_HEAD = b"POST /webhook HTTP/1.1\r\nHost: x\r\n"
_CHUNK = b"a" * 65_536
_ENDLESS_HEADERS = 4
_SILENT_CONNECTIONS = 3_000
_OPENED_AT_ONCE = 100
_SLOW_BODIES = 300
_BODY_BYTES = 3_000_000


class Attacker(asyncio.Protocol):
    """One connection, which reads nothing of what it is told."""

    def __init__(self) -> None:
        self.is_lost = False
        self._may_write = asyncio.Event()
        self._may_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """Note that the server has cut it off."""
        self.is_lost = True
        self._may_write.set()

    def pause_writing(self) -> None:
        """Wait for the server to read."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._may_write.set()

    async def write(self, data: bytes) -> None:
        """Send as fast as the server reads."""
        self.transport.write(data)
        await self._may_write.wait()
        await asyncio.sleep(0)


async def connect(port: int) -> Attacker:
    """Connect, however often it takes."""
    while True:
        try:
            _, attacker = await asyncio.get_running_loop().create_connection(Attacker, _HOST, port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            return attacker


async def send_endless_header(port: int) -> None:
    """Send one header that never ends, and the next one when cut off."""
    while True:
        attacker = await connect(port)
        await attacker.write(_HEAD + b"X: ")
        while not attacker.is_lost:
            await attacker.write(_CHUNK)


async def send_many_headers(port: int) -> None:
    """Send headers of a hundred bytes each, without an end."""
    headers = b"".join(b"X-%07d: %b\r\n" % (number, b"a" * 86) for number in range(650))
    while True:
        attacker = await connect(port)
        await attacker.write(_HEAD)
        while not attacker.is_lost:
            await attacker.write(headers)


async def keep_silent(port: int) -> None:
    """Hold thousands of connections open and say nothing; replace those that are cut off."""
    held: list[Attacker] = []
    while True:
        held = [attacker for attacker in held if not attacker.is_lost]
        missing = min(_SILENT_CONNECTIONS - len(held), _OPENED_AT_ONCE)
        held += await asyncio.gather(*(connect(port) for _ in range(missing)))
        await asyncio.sleep(0.05)


async def send_slow_body(port: int) -> None:
    """Send all but the end of a large body, and that byte by byte."""
    while True:
        attacker = await connect(port)
        await attacker.write(_HEAD + b"Content-Length: %d\r\n\r\n" % _BODY_BYTES)
        for _ in range(_BODY_BYTES // len(_CHUNK) - 1):
            if attacker.is_lost:
                break
            await attacker.write(_CHUNK)
            await asyncio.sleep(0.25)
        while not attacker.is_lost:
            await attacker.write(b"a")
            await asyncio.sleep(0.5)


ATTACKS: dict[str, tuple[Callable[[int], Awaitable[None]], int]] = {
    "endless headers": (send_endless_header, _ENDLESS_HEADERS),
    "many headers": (send_many_headers, 1),
    "silent connections": (keep_silent, 1),
    "slow bodies": (send_slow_body, _SLOW_BODIES),
}
"""Each attack, and how many of it run at once."""


async def attack(port: int, kinds: list[str]) -> None:
    """Run these attacks side by side, for ever."""
    await asyncio.gather(
        *(run(port) for kind in kinds for run, times in [ATTACKS[kind]] for _ in range(times))
    )


def main() -> None:
    """Attack with as many open files as the system allows, at the lowest priority."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.nice(19)
    uvloop.run(attack(int(sys.argv[1]), sys.argv[2:]))


if __name__ == "__main__":
    main()
