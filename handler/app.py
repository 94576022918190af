"""The application: what is built, opened and closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from handler.coalescer import Coalescer
from handler.intake import Intake
from handler.metrics import HandlerMetrics
from handler.process.alert_webhook import AlertWebhook
from handler.process.outage_alert import OutageAlert
from handler.recorder import Recorder
from handler.responses import refuse
from handler.retention import Retention
from handler.rpc import Answer, choose_rpc
from handler.settings import WebhookSettings
from handler.webhook import Webhook

DRAIN_SECONDS = 5.0
"""For calls whose requests went away; those that wait for an answer hold the server open longer."""


class Application(Starlette):
    """One handler, from the endpoints down to the connections; its lifespan opens and closes."""

    def __init__(self, settings: WebhookSettings) -> None:
        self.metrics = HandlerMetrics(snapshot_rate=settings.snapshot_rate)
        self._rpc = choose_rpc(settings, self.metrics.count_database_error)
        self.metrics.watch(self._rpc.metrics, self._rpc.pool_stats)
        self._alerts = AlertWebhook.from_settings(settings)
        self._outage = OutageAlert(self._alerts)
        self._retention = Retention(self._rpc)
        recorder = Recorder(self._rpc, self._on_answer)
        self._coalescer = Coalescer(
            recorder.dispatch,
            concurrency=settings.wa_database_pool_size,
            batch_size=settings.wa_webhook_batch_size,
        )
        intake = Intake(self._coalescer, recorder, snapshot_rate=settings.snapshot_rate)
        self._webhook = Webhook(settings, intake, self._rpc, self.metrics, self._outage)
        super().__init__(
            routes=self._webhook.routes(),
            exception_handlers={HTTPException: _refuse_exception},
            lifespan=self._hold_open,
        )
        # A redirect would lead to wherever the request's Host says.
        self.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or the lifespan, as ASGI has it.

        Posted webhooks go straight to their endpoint: routing costs more than the signature.
        """
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == "/webhook":
            await self._webhook.receive(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    @asynccontextmanager
    async def _hold_open(self, _app: Starlette) -> AsyncIterator[None]:
        """Hold the connections open; at the end commit what was taken before closing them."""
        await self._rpc.open()
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._coalescer.drain()
            await self._retention.stop()
            await self._outage.close()
            if self._alerts is not None:
                await self._alerts.close()
            await self._rpc.close()

    def _on_answer(self, answer: Answer) -> None:
        self.metrics.count(answer)
        self._outage.report_back()
        if answer.retention_is_due:
            self._retention.start()


def create_app(settings: WebhookSettings) -> Application:
    """Build the application; it connects when its lifespan starts."""
    return Application(settings)


async def _refuse_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class only)
    return refuse(error.status_code, error.detail.lower().replace(" ", "_"), error.headers)
