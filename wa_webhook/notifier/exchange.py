"""How far the request of one message has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.notifier.notification import SendResult

if TYPE_CHECKING:
    from wa_webhook.notifier.notification import UploadedMedia


class GivenUpError(Exception):
    """The result has been told; nothing may be written any more."""


@dataclass(slots=True)
class Exchange:
    """What is known of one message on its way: what was uploaded for it, and whether it is written.

    `trace` is for httpx's extension of that name, and keeps a request that is given up from being
    written later.
    """

    is_written: bool = False
    is_given_up: bool = False
    media: UploadedMedia | None = None

    async def trace(self, event: str, _: dict[str, Any]) -> None:
        """Note that the request is about to be written. Raises GivenUpError if it must not be."""
        if event.endswith("send_request_headers.started"):
            if self.is_given_up:
                raise GivenUpError
            self.is_written = True

    def give_up(self, error: str) -> SendResult:
        """Return the final result of a message that is not waited for any longer."""
        self.is_given_up = True
        return self.failure(error)

    def failure(self, error: Exception | str) -> SendResult:
        """Return the result of a message to which this happened."""
        text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        return SendResult("unknown" if self.is_written else "not_sent", error_message=text)
