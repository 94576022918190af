"""The HTTP face: check the signature of the raw bytes, call one RPC, map its answer to a status."""

import asyncio
import functools
import hmac
import json
import time
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import PurePath
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from handler import signature
from handler.intake import Intake
from handler.metrics import HandlerMetrics
from handler.process.alert_webhook import AlertWebhook
from handler.process.logs import logger
from handler.process.metrics_endpoint import metrics_route, serve_metrics
from handler.process.outage_alert import OutageAlert
from handler.retention import Retention
from handler.rpc import (
    Answer,
    DatabaseContended,
    DatabaseUnavailable,
    DispatchError,
    PayloadRefused,
    choose_rpc,
)
from handler.settings import WebhookSettings

READ_SECONDS = 30.0
DRAIN_SECONDS = 5.0
"""For calls whose requests went away; those that wait for an answer hold the server open longer."""

RETRY_AFTER = {"Retry-After": "5"}
CLOSE = {"Connection": "close"}

Headers = Mapping[str, str] | None

_SIGNATURE_HEADER = signature.HEADER.lower().encode()
_ENCODER = json.JSONEncoder(separators=(",", ":"))


class Webhook:
    """The endpoints and what they share."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._secrets = settings.app_secrets
        self._verify_token = settings.wa_verify_token.get_secret_value().encode()
        self._max_bytes = settings.wa_webhook_max_bytes
        self._settings = settings
        self._log = logger.bind()
        self._metrics = HandlerMetrics(snapshot_rate=settings.snapshot_rate)
        self._rpc = choose_rpc(settings, self._metrics.count_database_error)
        self._metrics.watch(self._rpc.metrics, self._rpc.pool_stats)
        self._retention = Retention(self._rpc)
        self._alerts = AlertWebhook.from_settings(settings)
        self._outage = OutageAlert(self._alerts)
        self._intake = Intake(
            self._rpc,
            self._on_answer,
            concurrency=settings.wa_database_pool_size,
            batch_size=settings.wa_webhook_batch_size,
            snapshot_rate=settings.snapshot_rate,
        )

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Hold the connections open; at the end commit what was taken before closing them."""
        await self._rpc.open()
        try:
            async with serve_metrics(self._metrics.render, self._settings):
                yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._intake.drain()
            await self._retention.stop()
            await self._outage.close()
            if self._alerts is not None:
                await self._alerts.close()
            await self._rpc.close()

    async def verify(self, request: Request) -> Response:
        """Answer Meta's challenge, which comes whenever the callback is edited."""
        query = request.query_params
        token = query.get("hub.verify_token", "").encode()
        if not hmac.compare_digest(token, self._verify_token):
            return refuse(403, "verify_token_mismatch")
        if query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
            return refuse(403, "not_a_subscription")
        return PlainTextResponse(query["hub.challenge"])

    async def receive(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one webhook, and log what came of it."""
        started = time.perf_counter()
        report: dict[str, Any] = {"bytes": 0}
        try:
            response = await self._take(scope, receive, report)
        except HTTPException as error:
            report["error"] = error.detail
            response = refuse(error.status_code, error.detail, error.headers)
        except ClientDisconnect:
            report["error"] = "client_disconnected"
            response = Response(status_code=499)
        except Exception as error:
            report["error"] = "internal_error"
            response = refuse(500, "internal_error")
            logger.error("WEBHOOK_ERROR", error=type(error).__name__, at=_place_of(error))
        milliseconds = (time.perf_counter() - started) * 1000
        self._metrics.observe_request(response.status_code, milliseconds)
        self._log.info(
            "WEBHOOK_REQUEST", status=response.status_code, ms=round(milliseconds, 2), **report
        )
        await response(scope, receive, send)

    async def health(self, _request: Request) -> Response:
        """Say that the process is alive, whatever the database does."""
        return reply(200, {"ok": True})

    async def readiness(self, _request: Request) -> Response:
        """Say whether a webhook sent now could be committed."""
        try:
            report = await self._rpc.health()
            self._outage.report_back()
        except DatabaseUnavailable as error:
            self._outage.report_lost(str(error))
            report = {"ok": False, "problems": [f"database: {error}"]}
        is_ready = report.get("ok") is True
        return reply(200 if is_ready else 503, report, None if is_ready else RETRY_AFTER)

    def routes(self) -> list[Route]:
        """Return the endpoints, without the metrics when these have a port of their own."""
        routes = [
            Route("/webhook", self.verify, methods=["GET"]),
            Route("/healthz", self.health),
            Route("/readyz", self.readiness),
        ]
        if self._settings.wa_metrics_port is None:
            routes.append(metrics_route(self._metrics.render, self._settings))
        return routes

    async def _take(self, scope: Scope, receive: Receive, report: dict[str, Any]) -> Response:
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", 0)) > self._max_bytes:
            raise HTTPException(413, "body_too_large", CLOSE)
        body = await read_body(receive, self._max_bytes)
        report["bytes"] = len(body)
        header = headers.get(_SIGNATURE_HEADER, b"").decode("latin-1")
        if not signature.is_signed_by_one_of(self._secrets, body, header):
            raise HTTPException(401, "signature_wrong" if header else "signature_missing")
        try:
            answer = await self._intake.take(body)
        except PayloadRefused as refused:
            raise HTTPException(400, refused.reason) from refused
        except DispatchError as error:
            report["reason"] = str(error)
            if not isinstance(error, DatabaseContended):
                # Not the message behind the SQLSTATE: it may quote what somebody wrote.
                self._outage.report_lost(str(error).partition(":")[0])
            raise HTTPException(503, "database_unavailable", RETRY_AFTER) from error
        report.update(answer.outcome)
        return accept(answer)

    def _on_answer(self, answer: Answer) -> None:
        self._metrics.count(answer)
        self._outage.report_back()
        if answer.retention_is_due:
            self._retention.start()


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the raw body, never holding more than the limit, whatever its length claims to be.

    Raises HTTPException 413 above the limit and 408 when the body does not arrive.
    """
    chunks: list[bytes] = []
    is_complete = False
    try:
        async with asyncio.timeout(READ_SECONDS):
            while not is_complete:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunks.append(event.get("body", b""))
                limit -= len(chunks[-1])
                if limit < 0:
                    raise HTTPException(413, "body_too_large", CLOSE)
                is_complete = not event.get("more_body", False)
    except TimeoutError:
        raise HTTPException(408, "body_timeout", CLOSE) from None
    return b"".join(chunks)


@functools.lru_cache(maxsize=16)
def accept(answer: Answer) -> Response:
    """Answer with what the call did; all requests that shared it are answered the same."""
    return reply(200, answer.outcome)


def reply(status: int, content: Mapping[str, Any], headers: Headers = None) -> Response:
    """Answer with one line of JSON."""
    return Response(_ENCODER.encode(content) + "\n", status, headers, "application/json")


def refuse(status: int, error: str, headers: Headers = None) -> Response:
    """Answer with one line of JSON that names the error."""
    return reply(status, {"error": error}, headers)


def _place_of(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(frame.filename).name}:{frame.lineno}"
