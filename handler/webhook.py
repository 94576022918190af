"""The HTTP face: check the signature of the raw bytes, call one RPC, map its answer to a status."""

import asyncio
import hmac
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from handler import signature
from handler.intake import Intake
from handler.metrics import HandlerMetrics
from handler.process.alert_webhook import AlertWebhook
from handler.process.body import CLOSE, read_body
from handler.process.logs import logger, place_of
from handler.process.server import EXTENSION, UnverifiedBody
from handler.refusal_alert import RefusalAlert
from handler.responses import RETRY_AFTER, accept, refuse
from handler.routing import split
from handler.rpc import Answer, DispatchError, PayloadRefused

MOST_IDS = 8
"""Of one body, in a line of the log."""

_META_ID = re.compile(r"[0-9]{1,32}")
_SIGNATURE_HEADER = signature.HEADER.lower().encode()


class Webhook:
    """An address at which Meta posts, for one business or for those that share an app."""

    def __init__(
        self, intakes: Sequence[Intake], metrics: HandlerMetrics, alerts: AlertWebhook | None
    ) -> None:
        settings = intakes[0].business.settings
        self._secrets = settings.app_secrets
        self._verify_token = settings.wa_verify_token.get_secret_value().encode()
        self._max_bytes = settings.wa_webhook_max_bytes
        self._first = intakes[0]
        self._owners = {one: intake for intake in intakes for one in intake.business.ids}
        self._metrics = metrics
        self._intakes = intakes
        whose = ", ".join(one.business.name for one in intakes)
        self._refusals = RefusalAlert(alerts, whose, self._note_refusals)
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
            logger.error("WEBHOOK_ERROR", error=type(error).__name__, at=place_of(error))
        milliseconds = (time.perf_counter() - started) * 1000
        self._metrics.observe_request(response.status_code, milliseconds)
        self._log.info(
            "WEBHOOK_REQUEST", status=response.status_code, ms=round(milliseconds, 2), **report
        )
        await response(scope, receive, send)

    async def close(self) -> None:
        """Stop telling of what was refused."""
        await self._refusals.close()

    def _report_loss(self, scope: Scope, report: dict[str, Any]) -> None:
        """Log a request that its client, or the server in our stead, ended."""
        body = _unverified_body(scope)
        refusal = body.refusal if body is not None else None
        status = 499 if refusal is None else refusal.status.value
        error = "client_disconnected" if refusal is None else refusal.error
        self._log.info("WEBHOOK_REQUEST", status=status, error=error, **report)

    async def _note_refusals(self, told: Mapping[str, Any]) -> bool | None:
        """Note in the database of each business that signatures are refused here."""
        noted = await asyncio.gather(*(one.note_refusals(told) for one in self._intakes))
        return None if None in noted else all(noted)

    async def _take(self, scope: Scope, receive: Receive, report: dict[str, Any]) -> Response:
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", 0)) > self._max_bytes:
            raise HTTPException(413, "body_too_large", CLOSE)
        body = await read_body(receive, self._max_bytes)
        report["bytes"] = len(body)
        header = headers.get(_SIGNATURE_HEADER, b"").decode("latin-1")
        if not signature.is_signed_by_one_of(self._secrets, body, header):
            self._refusals.report_refused(header)
            raise HTTPException(401, "signature_wrong" if header else "signature_missing")
        self._refusals.report_accepted()
        if (unverified := _unverified_body(scope)) is not None:
            unverified.release()
        try:
            answer = await self._commit(body)
        except PayloadRefused as refused:
            raise HTTPException(400, refused.reason) from refused
        except DispatchError as error:
            report["reason"] = str(error)
            raise HTTPException(503, "database_unavailable", RETRY_AFTER) from error
        report.update(answer.outcome)
        return accept(answer)

    async def _commit(self, body: bytes) -> Answer:
        """Have each business take what is its own, whatever becomes of the others' parts.

        Raises the DispatchError for which Meta is to send the body again, rather than another.
        """
        if not self._owners:
            return await self._first.take(body)
        parts, unknown = split(body, self._owners, self._first)
        if len(parts) == 1 and not unknown:
            (intake,) = parts
            return await intake.take(body)
        taken = await asyncio.gather(
            *(intake.take(part) for intake, part in parts.items()), return_exceptions=True
        )
        errors = [one for one in taken if isinstance(one, BaseException)]
        if errors:
            raise min(errors, key=lambda error: isinstance(error, PayloadRefused))
        if unknown:
            self._metrics.count_unknown_business()
            # As numbers, which no mask hides: somebody has to enter them.
            ids = [int(one) for one in sorted(unknown) if _META_ID.fullmatch(one)][:MOST_IDS]
            self._log.error("BUSINESS_UNKNOWN", ids=ids)
            raise HTTPException(503, "business_unknown", RETRY_AFTER)
        return Answer.together(answer for answer in taken if isinstance(answer, Answer))


def _unverified_body(scope: Scope) -> UnverifiedBody | None:
    body: UnverifiedBody | None = scope.get("extensions", {}).get(EXTENSION)
    return body
