"""What the stand-in has accepted."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Accepted:
    """One message that Meta would have taken.

    `recipient` is the phone number in digits, the business-scoped user id, or the group. A message
    that `is_dropped` was answered with success and goes nowhere. `accepted_at` is in seconds of
    the monotonic clock.
    """

    wa_message_id: str
    phone_number_id: str
    recipient: str
    is_user_id: bool
    request: dict[str, Any]
    is_dropped: bool
    accepted_at: float = field(default_factory=time.monotonic)

    @property
    def callback_data(self) -> str | None:
        """What the sender wants to see again in every status."""
        value = self.request.get("biz_opaque_callback_data")
        return None if value is None else str(value)


@dataclass(frozen=True)
class Media:
    """One uploaded file."""

    media_id: str
    mime_type: str
    content: bytes


@dataclass
class Record:
    """Everything accepted, in order. `listeners` are told of each message as it is accepted.

    `read_listeners` are told of each user's message that is marked as read, and whether the
    business is said to be typing; `refusal_listeners` of each message that was refused with an
    error of Meta's, and of its code with what it says; `said_listeners` of each webhook that
    somebody else posts, before it is and with what it was answered.
    """

    accepted: list[Accepted] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    media: dict[str, Media] = field(default_factory=dict)
    requests: int = 0
    listeners: list[Callable[[Accepted], None]] = field(default_factory=list)
    read_listeners: list[Callable[[str, bool], None]] = field(default_factory=list)
    refusal_listeners: list[Callable[[dict[str, Any], str], None]] = field(default_factory=list)
    said_listeners: list[Callable[[bytes, str | None], None]] = field(default_factory=list)

    def add(self, accepted: Accepted) -> None:
        """Take down one message."""
        self.accepted.append(accepted)
        for listener in self.listeners:
            listener(accepted)

    def add_read(self, message_id: str, *, is_typing: bool) -> None:
        """Take down that a user's message was read."""
        self.reads.append(message_id)
        if is_typing:
            self.typing.append(message_id)
        for listener in self.read_listeners:
            listener(message_id, is_typing)

    def add_refusal(self, request: dict[str, Any], reason: str) -> None:
        """Tell that a message was refused."""
        for listener in self.refusal_listeners:
            listener(request, reason)

    def add_said(self, body: bytes, answer: str | None) -> None:
        """Tell that somebody else posts a webhook, or that it was answered."""
        for listener in self.said_listeners:
            listener(body, answer)

    def sent_to(self, recipient: str) -> list[Accepted]:
        """Return what one recipient was sent, in the order of acceptance."""
        return [accepted for accepted in self.accepted if accepted.recipient == recipient]

    def as_json(self) -> dict[str, Any]:
        """Return the record without file contents."""
        return {
            "accepted": [asdict(accepted) for accepted in self.accepted],
            "reads": self.reads,
            "typing": self.typing,
            "media": [
                {"id": one.media_id, "mime_type": one.mime_type, "bytes": len(one.content)}
                for one in self.media.values()
            ],
            "requests": self.requests,
        }
