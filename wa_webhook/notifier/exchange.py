"""How far the request of one message has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.notifier.notification import SendResult

if TYPE_CHECKING:
    from wa_webhook.notifier.notification import UploadedMedia


@dataclass(slots=True)
class Exchange:
    """What is known of one message on its way: what was uploaded for it, and whether it is written.

    `is_written` is set before the first byte of the message goes out, so that without it nothing
    has been sent.
    """

    is_written: bool = False
    media: UploadedMedia | None = None

    def failure(self, error: Exception | str) -> SendResult:
        """Return the result of a message to which this happened."""
        text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        return SendResult("unknown" if self.is_written else "not_sent", error_message=text)
