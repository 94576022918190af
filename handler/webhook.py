"""The HTTP face: check the signature of the raw bytes, call one RPC, map its answer to a status."""

import asyncio
import hmac
import time
import traceback
from pathlib import PurePath
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from handler import signature
from handler.intake import Intake
from handler.metrics import HandlerMetrics
from handler.process.blame import READ_ONLY
from handler.process.body import CLOSE, read_body
from handler.process.logs import logger
from handler.process.outage_alert import OutageAlert
from handler.process.server import EXTENSION, UnverifiedBody
from handler.responses import RETRY_AFTER, accept, refuse, reply
from handler.rpc import DatabaseContended, DatabaseUnavailable, DispatchError, PayloadRefused, Rpc
from handler.settings import WebhookSettings

_SIGNATURE_HEADER = signature.HEADER.lower().encode()


class Webhook:
    """The endpoints."""

    def __init__(
        self,
        settings: WebhookSettings,
        intake: Intake,
        rpc: Rpc,
        metrics: HandlerMetrics,
        outage: OutageAlert,
    ) -> None:
        self._secrets = settings.app_secrets
        self._verify_token = settings.wa_verify_token.get_secret_value().encode()
        self._max_bytes = settings.wa_webhook_max_bytes
        self._intake = intake
        self._rpc = rpc
        self._metrics = metrics
        self._outage = outage
        self._log = logger.bind()

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
        except (ClientDisconnect, asyncio.CancelledError) as error:
            self._report_loss(scope, report)
            if isinstance(error, asyncio.CancelledError):
                raise
            return
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
            if report.get("is_read_only"):
                self._outage.report_lost(READ_ONLY)
            elif report.get("ok"):
                self._outage.report_back()
        except DatabaseUnavailable as error:
            self._outage.report_lost(str(error))
            report = {"ok": False, "problems": [f"database: {error}"]}
        is_ready = report.get("ok") is True
        # Everybody can ask, and our numbers are nobody's business.
        told = {key: value for key, value in report.items() if key != "numbers"}
        return reply(200 if is_ready else 503, told, None if is_ready else RETRY_AFTER)

    def routes(self) -> list[Route]:
        """Return the endpoints but `receive`, which posted webhooks reach without routing."""
        return [
            Route("/webhook", self.verify, methods=["GET"]),
            Route("/healthz", self.health),
            Route("/readyz", self.readiness),
        ]

    def _report_loss(self, scope: Scope, report: dict[str, Any]) -> None:
        """Log a request that its client, or the server in our stead, ended."""
        body = _unverified_body(scope)
        refusal = body.refusal if body is not None else None
        status = 499 if refusal is None else refusal.status.value
        error = "client_disconnected" if refusal is None else refusal.error
        self._log.info("WEBHOOK_REQUEST", status=status, error=error, **report)

    async def _take(self, scope: Scope, receive: Receive, report: dict[str, Any]) -> Response:
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", 0)) > self._max_bytes:
            raise HTTPException(413, "body_too_large", CLOSE)
        body = await read_body(receive, self._max_bytes)
        report["bytes"] = len(body)
        header = headers.get(_SIGNATURE_HEADER, b"").decode("latin-1")
        if not signature.is_signed_by_one_of(self._secrets, body, header):
            raise HTTPException(401, "signature_wrong" if header else "signature_missing")
        if (unverified := _unverified_body(scope)) is not None:
            unverified.release()
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


def _unverified_body(scope: Scope) -> UnverifiedBody | None:
    body: UnverifiedBody | None = scope.get("extensions", {}).get(EXTENSION)
    return body


def _place_of(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(frame.filename).name}:{frame.lineno}"
