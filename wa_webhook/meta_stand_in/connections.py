"""Resetting a client's connection, which ASGI offers no way to do."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.requests import Request

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_connections: dict[tuple[str, int], ResettableProtocol] = {}


class ResettableProtocol(H11Protocol):
    """Uvicorn's HTTP protocol, whose connections `reset_connection` can find."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection by the client's address."""
        super().connection_made(transport)
        host, port = transport.get_extra_info("peername")[:2]
        self._address = (str(host), int(port))
        self._is_lost = asyncio.Event()
        _connections[self._address] = self

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        _connections.pop(self._address, None)
        self._is_lost.set()

    async def reset(self) -> None:
        """Cut the connection, and return when the protocol has seen its end."""
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()
        await self._is_lost.wait()


async def reset_connection(request: Request) -> None:
    """Cut the connection that a request came by, with a TCP reset and no answer."""
    if request.client is not None and tuple(request.client) in _connections:
        await _connections[request.client.host, request.client.port].reset()
