"""Which connections keep the server waiting, for how long yet, and which of them go first."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from handler.process.server.limits import Refusal
from handler.process.server.unverified import Account, UnverifiedBody

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.process.server.limits import Limits

_SWEEP_SECONDS = 0.25
_TRIM_SECONDS = 0.1


class Connection(Protocol):
    """What a connection is asked, and told."""

    body: UnverifiedBody
    loop: asyncio.AbstractEventLoop

    @property
    def is_receiving(self) -> bool:
        """Whether the body of a request that is not answered yet is still on its way."""

    def refuse(self, refusal: Refusal) -> None:
        """Answer in the application's stead, and end."""

    def expire(self) -> None:
        """End what has lasted for too long."""

    def evict(self) -> None:
        """Make room for another connection."""


class Connections:
    """The open connections of a server."""

    def __init__(self, limits: Limits, on_refusal: Callable[[Refusal], None]) -> None:
        self.limits = limits
        self.on_refusal = on_refusal
        self.unverified = Account()
        self.waiting: dict[Connection, float] = {}
        """Until when, for each that waits for its client; first whoever has waited for longest."""
        self._open: set[Connection] = set()
        self._is_trimming = False

    def add(self, connection: Connection) -> None:
        """Count one more, in whose place the one that has waited for longest may have to go."""
        self._open.add(connection)
        if len(self._open) > self.limits.connections and not self._is_trimming:
            self._is_trimming = True
            # Not at once: one that came in a burst of others gets time to say what it is here for.
            connection.loop.call_later(_TRIM_SECONDS, self._trim)

    def discard(self, connection: Connection) -> None:
        """Count one less."""
        self._open.discard(connection)
        self.waiting.pop(connection, None)

    def wait_for(self, connection: Connection, until: float) -> None:
        """Let one wait for its client from now on."""
        self.waiting.pop(connection, None)
        self.waiting[connection] = until

    def make_room(self, newest: Connection) -> None:
        """End bodies until the rest may be held: a sender that is slow must not stop the others."""
        for connection in [*self.waiting, newest]:
            if self.unverified.bytes <= self.limits.body_bytes:
                break
            if connection.body.bytes and connection.is_receiving:
                connection.refuse(Refusal.TOO_MANY_BYTES)

    async def sweep(self) -> None:
        """End whatever has waited for too long, time and again, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            now = asyncio.get_running_loop().time()
            for connection, until in list(self.waiting.items()):
                if until <= now:
                    connection.expire()

    def give_up(self) -> None:
        """End all that is left."""
        for connection in list(self._open):
            connection.refuse(Refusal.SHUTTING_DOWN)

    def _trim(self) -> None:
        self._is_trimming = False
        excess = max(0, len(self._open) - self.limits.connections)
        for connection in list(islice(self.waiting, excess)):
            connection.evict()
