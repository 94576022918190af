"""One person's conversation, as their phone has it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in.rendering import list_choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.meta_stand_in import Accepted
    from wa_webhook.pages import Message
    from wa_webhook.pages.message import Content

_TYPING_SECONDS = 25.0
_RANKS = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}
"""A status that comes late changes nothing."""


def now() -> str:
    """Return this moment as messages have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


_UNREAD = ("pending", "delivered")


@dataclass
class Chat:
    """Messages by id, in order, and what was accepted for each of the business's.

    `said` is what the user's own said before they were edited or deleted.
    """

    messages: dict[str, Message] = field(default_factory=dict)
    accepted: dict[str, Accepted] = field(default_factory=dict)
    said: dict[str, Content] = field(default_factory=dict)
    typing_until: float = 0.0

    @property
    def is_typing(self) -> bool:
        """Whether the business is said to be typing."""
        return time.monotonic() < self.typing_until

    def add(self, message: Message) -> Message:
        """Put a message at the end."""
        self.messages[message.id] = message
        if message.direction == "from_business":
            self.typing_until = 0.0
        else:
            self.said[message.id] = message.content
        return message

    def change(self, message_id: str, **fields: Any) -> Message | None:  # noqa: ANN401
        """Change a message, and return it, or None where nothing is different."""
        message = self.messages.get(message_id)
        if message is None or (changed := replace(message, **fields)) == message:
            return None
        self.messages[message_id] = changed
        return changed

    def note_status(self, message_id: str, status: str, error: str | None) -> Message | None:
        """Take a status of a business's message, unless a later one is known."""
        message = self.messages.get(message_id)
        if message is None or _RANKS.get(status, 0) <= _RANKS.get(message.status, 0):
            return None
        return self.change(message_id, status=status, error=error)

    def note_read(self, message_id: str) -> Iterator[Message]:
        """Take a message for read, and so all before; yield those that were not."""
        for one in list(self.messages.values()):
            if one.direction == "from_user" and one.status in _UNREAD:
                changed = self.change(one.id, status="read")
                if changed is not None:
                    yield changed
            if one.id == message_id:
                return

    def unread(self) -> list[Accepted]:
        """Return what is delivered, and not yet seen."""
        return [
            self.accepted[one.id]
            for one in self.messages.values()
            if one.status == "delivered" and one.id in self.accepted
        ]

    def find_choice(self, message_id: str, choice_id: str) -> dict[str, Any] | None:
        """Return what Meta tells of a tap, or None where that message offered no such thing."""
        accepted = self.accepted.get(message_id)
        choices = [] if accepted is None else list_choices(accepted.request)
        return next((one for one in choices if one[one["type"]]["id"] == choice_id), None)

    def typing_begins(self) -> None:
        """Say that the business is typing, for as long as Meta shows that."""
        self.typing_until = time.monotonic() + _TYPING_SECONDS
