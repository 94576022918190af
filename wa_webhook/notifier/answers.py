"""Reading the Graph API's answer to one message.

Shapes: Meta's Cloud API reference, "Messages" and "Error codes".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from wa_webhook.notifier.notification import LONGEST_RETRY_AFTER_SECONDS, SendResult

_REQUEST_TIMEOUT = 408
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, its body, and its Retry-After, empty where there is none."""

    status: int
    body: bytes
    retry_after: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300  # noqa: PLR2004, RUF100

    def read_object(self) -> dict[str, Any]:
        """Return the JSON object that the body is, or an empty one."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}


def read_answer(answer: Answer) -> SendResult:
    """Tell what an answer says of the message that it answers.

    Only Meta's own error body, or a client error, says that nothing was sent: behind a proxy's 5xx
    page the message may have been accepted.
    """
    body = answer.read_object()
    status = answer.status
    if isinstance(error := body.get("error"), dict):
        return _rejected(answer, error)
    if answer.is_success and (accepted := _accepted(body, status)) is not None:
        return accepted
    if answer.is_success or status >= _SERVER_ERROR or status == _REQUEST_TIMEOUT:
        return SendResult(
            "unknown",
            http_status=status,
            error_message=f"HTTP {status} without an answer of the Graph API",
            retry_after_seconds=_retry_after_seconds(answer.retry_after),
        )
    return SendResult(
        "rejected",
        http_status=status,
        error_message=f"HTTP {status} without an error of the Graph API",
        retry_after_seconds=_retry_after_seconds(answer.retry_after),
    )


def _accepted(body: dict[str, Any], status: int) -> SendResult | None:
    message, contact = _first(body.get("messages")), _first(body.get("contacts"))
    if isinstance(message.get("id"), str):
        return SendResult(
            "accepted",
            wa_message_id=message["id"],
            input=_text(contact.get("input")),
            wa_id=_text(contact.get("wa_id")),
            user_id=_text(contact.get("user_id")),
            http_status=status,
        )
    # The answer to marking a message as read.
    return SendResult("accepted", http_status=status) if body.get("success") is True else None


def _rejected(answer: Answer, error: dict[str, Any]) -> SendResult:
    code, data = error.get("code"), error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    parts = [str(part) for part in (error.get("message"), details) if part]
    is_transient = error.get("is_transient")
    return SendResult(
        "rejected",
        http_status=answer.status,
        error_code=code if type(code) is int else None,
        error_message=": ".join(parts) or None,
        fbtrace_id=str(error["fbtrace_id"]) if error.get("fbtrace_id") else None,
        retry_after_seconds=_retry_after_seconds(answer.retry_after),
        is_transient=is_transient if isinstance(is_transient, bool) else None,
    )


def _first(items: object) -> dict[str, Any]:
    first = items[0] if isinstance(items, list) and items else None
    return first if isinstance(first, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _retry_after_seconds(header: str) -> float | None:
    """Read Retry-After, which is a number of seconds or a date (RFC 9110, 10.2.3)."""
    value = header.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_SECONDS)
