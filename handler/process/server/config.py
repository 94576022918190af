"""How uvicorn is set up, and how its protocol finds the limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp

    from handler.process.server.connections import Connections

_BACKLOG = 4096
_ENDING_SECONDS = 2.0
"""From the last answers, after the grace, until uvicorn would complain of what is left."""


class LimitedConfig(uvicorn.Config):
    """Uvicorn's configuration, and the connections of its server."""

    def __init__(
        self, app: ASGIApp, protocol: type[asyncio.Protocol], connections: Connections
    ) -> None:
        limits = connections.limits
        super().__init__(
            app,
            http=protocol,
            interface="asgi3",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=math.ceil(
                limits.grace_seconds + limits.linger_seconds + _ENDING_SECONDS
            ),
        )
        self.connections = connections
