"""`GET /metrics` on a port of its own: what faces Meta shows nobody its figures."""

import contextlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handler.process.environment import MetricsSettings
from handler.process.listening import bind
from handler.process.logs import logger
from handler.process.server import Limits, Server

Render = Callable[[], Awaitable[bytes]]

LIMITS = Limits(connections=64, body_bytes=64 * 1024, grace_seconds=1.0)


@contextlib.asynccontextmanager
async def serve_metrics(render: Render, settings: MetricsSettings) -> AsyncIterator[str | None]:
    """Serve the metrics on WA_METRICS_PORT until the context is left, and yield their URL.

    Yields None where there is no such port. Raises PortRefusedError when it cannot be had.
    """
    if settings.wa_metrics_port is None:
        yield None
        return
    host = settings.wa_metrics_host
    with bind(host, settings.wa_metrics_port, "metrics", "WA_METRICS_PORT") as listener:
        app = Starlette(routes=[Route("/metrics", _endpoint(render, settings))])
        app.router.redirect_slashes = False
        async with Server(app, LIMITS).accepting(listener) as port:
            logger.info("METRICS_STARTED", host=host, port=port)
            yield f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics"


def _endpoint(
    render: Render, settings: MetricsSettings
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint; with WA_METRICS_TOKEN, only whoever shows it is answered."""
    token = settings.wa_metrics_token and settings.wa_metrics_token.get_secret_value()

    async def answer(request: Request) -> Response:
        if token is not None:
            shown = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
                return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(await render(), media_type=CONTENT_TYPE_LATEST)

    return answer
