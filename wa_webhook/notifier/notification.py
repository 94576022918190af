"""What passes between the database and the sender."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from uuid import UUID

Outcome = Literal["accepted", "rejected", "not_sent", "unknown"]
"""What physically happened.

accepted: Meta answered with success. rejected: something answered that it will not take the
message. not_sent: not a byte of the message was written. unknown: it was written at least in part,
and the answer does not say what became of it.
"""

_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Notification:
    """One claimed row of the outbox, as `wa_notifications_claim` returns it.

    `request` is the complete body for the Graph API. `phone_number_id` is the business number to
    send from (None: the configured one). `upload` names a file to upload first, see `media`.
    """

    id: int
    lock_token: UUID
    phone_number_id: str | None
    request: dict[str, Any]
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

    `error_code` is Meta's. Durations are in milliseconds, `retry_after_seconds` is what the answer
    asked for.
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

    def storable(self) -> SendResult:
        """Return the same with a message that is short and holds nothing jsonb refuses."""
        if self.error_message is None:
            return self
        text = self.error_message.replace("\0", "").encode(errors="replace").decode()
        return replace(self, error_message=text[:_LONGEST_TEXT])

    def as_json(self, notification: Notification) -> dict[str, Any]:
        """Return the JSON object that settles `notification`."""
        return {
            "id": notification.id,
            "lock_token": str(notification.lock_token),
            **asdict(self.storable()),
        }
