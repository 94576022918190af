"""What passes between the database and the sender."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from uuid import UUID

Outcome = Literal["accepted", "rejected", "not_sent", "unknown"]
"""What physically happened.

accepted: Meta answered with success. rejected: something answered that it will not take the
message. not_sent: not a byte of the message was written. unknown: it was written at least in part,
and the answer does not say what became of it.
"""

LONGEST_RETRY_AFTER_SECONDS = 86_400.0
"""What asks for more has a broken clock, or cannot count."""

_LONGEST_TEXT = 500
_LONGEST_ID = 512
"""Several times what Meta's ids have, and short enough for any index."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One claimed row of the outbox, as `wa_notifications_claim` returns it.

    `request` is the complete body for the Graph API, as JSON. `phone_number_id` is the business
    number to send from (None: the configured one). `upload` names a file to upload first, see
    `media`.
    """

    id: int
    lock_token: UUID
    phone_number_id: str | None
    request: str
    upload: dict[str, Any] | None
    retry_count: int


@dataclass(frozen=True, slots=True)
class UploadedMedia:
    """A file that Meta keeps under `media_id`, which may be reused for the same `cache_key`."""

    cache_key: str
    media_id: str


@dataclass(frozen=True, slots=True)
class SendResult:
    """What happened to one notification, as `wa_notifications_settle` takes it.

    `error_code` is Meta's. `input` is the address as it was sent, `wa_id` and `user_id` say whom
    Meta knows by it. Durations are in milliseconds, `retry_after_seconds` is what the answer asked
    for.
    """

    outcome: Outcome
    wa_message_id: str | None = None
    wa_id: str | None = None
    user_id: str | None = None
    http_status: int | None = None
    error_code: int | None = None
    error_message: str | None = None
    fbtrace_id: str | None = None
    retry_after_seconds: float | None = None
    is_transient: bool | None = None
    media: UploadedMedia | None = None
    duration_ms: int = 0
    input: str | None = None

    def essential(self) -> SendResult:
        """Return only what happened, without anything that could teach the database more."""
        return SendResult(
            self.outcome,
            wa_message_id=self.wa_message_id,
            http_status=self.http_status,
            error_code=self.error_code,
            duration_ms=self.duration_ms,
        )

    @property
    def holds_for_every_claim(self) -> bool:
        """Whether Meta has the message, which must not be sent again."""
        return self.outcome == "accepted"

    def for_the_log(self) -> dict[str, object]:
        """Return what a person needs who settles it by hand."""
        return {"outcome": self.outcome, "wa_message_id": self.wa_message_id}

    def as_json(self, notification: Notification) -> dict[str, Any]:
        """Return the JSON object that settles `notification`.

        It holds nothing that the database would refuse, whatever Meta sent.
        """
        media = self.media
        if media is not None and _storable_id(media.media_id) is None:
            media = None
        return {
            "id": notification.id,
            "lock_token": str(notification.lock_token),
            "outcome": self.outcome,
            "wa_message_id": _storable_id(self.wa_message_id),
            "wa_id": _storable_id(self.wa_id),
            "user_id": _storable_id(self.user_id),
            "http_status": self.http_status,
            "error_code": _storable_integer(self.error_code),
            "error_message": _storable_text(self.error_message),
            "fbtrace_id": _storable_text(self.fbtrace_id),
            "retry_after_seconds": _storable_delay(self.retry_after_seconds),
            "is_transient": self.is_transient,
            "media": None if media is None else asdict(media),
            "duration_ms": _storable_integer(self.duration_ms) or 0,
            "input": _storable_id(self.input),
        }


def _storable_id(text: str | None) -> str | None:
    """Return an id, or None for what is none: cut or changed it would name something else."""
    is_sound = (
        text is not None and len(text) <= _LONGEST_ID and text.isascii() and text.isprintable()
    )
    return text if is_sound else None


def _storable_text(text: str | None) -> str | None:
    if text is None:
        return None
    return text.replace("\0", "").encode(errors="replace").decode()[:_LONGEST_TEXT]


def _storable_integer(number: int | None) -> int | None:
    is_sound = number is not None and -(2**31) <= number < 2**31
    return number if is_sound else None


def _storable_delay(seconds: float | None) -> float | None:
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
