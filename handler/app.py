"""The application: what is built, opened and closed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from handler.intake import Intake
from handler.metrics import HandlerMetrics
from handler.process.alert_webhook import AlertWebhook
from handler.process.businesses import Business
from handler.responses import RETRY_AFTER, refuse, reply
from handler.settings import WebhookSettings
from handler.webhook import Webhook


class Application(Starlette):
    """One handler, from the endpoints down to the connections; its lifespan opens and closes."""

    def __init__(self, businesses: Sequence[Business[WebhookSettings]]) -> None:
        settings = businesses[0].settings
        self._alerts = AlertWebhook.from_settings(settings)
        self._intakes = [Intake(one, self._alerts, several=len(businesses)) for one in businesses]
        self.metrics = HandlerMetrics(
            {one.business.name: one.metrics for one in self._intakes},
            snapshot_rate=settings.snapshot_rate,
        )
        self._webhooks = {
            path: Webhook(
                [one for one in self._intakes if one.business.path == path],
                self.metrics,
                self._alerts,
            )
            for path in {one.path for one in businesses}
        }
        super().__init__(
            routes=[
                *(Route(at, one.verify, methods=["GET"]) for at, one in self._webhooks.items()),
                Route("/healthz", self._health),
                Route("/readyz", self._readiness),
            ],
            exception_handlers={HTTPException: _refuse_exception},
            lifespan=self._hold_open,
        )
        # A redirect would lead to wherever the request's Host says.
        self.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or the lifespan, as ASGI has it.

        Posted webhooks go straight to their endpoint: routing costs more than the signature.
        """
        if (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and (webhook := self._webhooks.get(scope["path"])) is not None
        ):
            await webhook.receive(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    @asynccontextmanager
    async def _hold_open(self, _app: Starlette) -> AsyncIterator[None]:
        """Hold the connections open; at the end commit what was taken before closing them."""
        await asyncio.gather(*(one.open() for one in self._intakes))
        try:
            yield
        finally:
            await asyncio.gather(*(one.close() for one in self._intakes))
            await asyncio.gather(*(one.close() for one in self._webhooks.values()))
            if self._alerts is not None:
                await self._alerts.close()

    async def _health(self, _request: Request) -> Response:
        """Say that the process is alive, whatever the database does."""
        return reply(200, {"ok": True})

    async def _readiness(self, _request: Request) -> Response:
        """Say whether a webhook sent now could be committed, if only for one of the businesses."""
        asked = [asyncio.create_task(one.health()) for one in self._intakes]
        for answered in asyncio.as_completed(asked):
            report = await answered
            if is_ready := report.get("ok") is True:
                break
        # Everybody can ask, and our numbers are nobody's business.
        told = {key: value for key, value in report.items() if key != "numbers"}
        return reply(200 if is_ready else 503, told, None if is_ready else RETRY_AFTER)


def create_app(settings: WebhookSettings) -> Application:
    """Build the application of one business; it connects when its lifespan starts."""
    return Application([Business("", frozenset(), settings)])


async def _refuse_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class only)
    return refuse(error.status_code, error.detail.lower().replace(" ", "_"), error.headers)
