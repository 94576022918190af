"""Errors as the Graph API words them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse

_TITLES = {
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    200: "Permissions error",
    2200: "Callback verification failed",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131031: "Business Account locked",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131062: "Business-scoped User ID recipients are not supported for this message",
    132001: "Template name does not exist in the translation",
    132015: "Template is Paused",
    132016: "Template is Disabled",
    133005: "Two step verification PIN Mismatch",
}

_HTTP_STATUSES = {
    0: 401,
    190: 401,
    2: 503,
    3: 500,
    10: 403,
    368: 403,
    131000: 500,
    131005: 403,
    131016: 503,
    131031: 403,
    131045: 500,
    131057: 500,
    132001: 404,
    133004: 503,
}


class GraphError(Exception):
    """A refusal with Meta's `code`, answered with its usual HTTP status unless another is given.

    Body: `{"error": {"message", "type", "code", "error_data": {"details"}, "fbtrace_id", ...}}`.
    """

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        http_status: int | None = None,
        subcode: int | None = None,
        is_transient: bool | None = None,
        retry_after: int | str | None = None,
    ) -> None:
        self.code = code
        self.title = _TITLES.get(code, "An error occurred")
        super().__init__(f"(#{code}) {self.title}")
        self.details = details
        self.http_status = http_status or _HTTP_STATUSES.get(code, 400)
        self.subcode = subcode
        self.is_transient = is_transient
        self.retry_after = retry_after

    def response(self) -> JSONResponse:
        """Return the answer; `Retry-After` is a number of seconds or an HTTP date."""
        error: dict[str, Any] = {
            "message": str(self),
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": f"A{uuid4().hex[:21]}",
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.is_transient is not None:
            error["is_transient"] = self.is_transient
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return JSONResponse({"error": error}, status_code=self.http_status, headers=headers)
