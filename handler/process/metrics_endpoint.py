"""`GET /metrics`: an endpoint for an application, or a server of its own on a port of its own."""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handler.process.environment import MetricsSettings
from handler.process.logs import logger

Render = Callable[[], Awaitable[bytes]]

GRACE_SECONDS = 1


def metrics_route(render: Render, settings: MetricsSettings) -> Route:
    """Return the route; with WA_METRICS_TOKEN, only whoever shows it is answered."""
    token = settings.wa_metrics_token and settings.wa_metrics_token.get_secret_value()

    async def answer(request: Request) -> Response:
        if token is not None:
            shown = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
                return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(await render(), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", answer)


@contextlib.asynccontextmanager
async def serve_metrics(render: Render, settings: MetricsSettings) -> AsyncIterator[None]:
    """Serve the metrics on WA_METRICS_PORT, if there is one, until the context is left.

    Raises OSError when the port cannot be had.
    """
    if settings.wa_metrics_port is None:
        yield
        return
    with _listen(settings.wa_metrics_host, settings.wa_metrics_port) as listener:
        host, port = listener.getsockname()[:2]
        server = _Server(
            uvicorn.Config(
                Starlette(routes=[metrics_route(render, settings)]),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        logger.info("METRICS_STARTED", host=host, port=port)
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        logger.error("METRICS_PORT_REFUSED", host=host, port=port, error=type(error).__name__)
        raise


class _Server(uvicorn.Server):
    """Leaves signals to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
