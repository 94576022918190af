"""The bytes of bodies that nobody has verified yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.process.server.limits import Refusal

EXTENSION = "wa_webhook.unverified_body"
"""Where a request's scope has its UnverifiedBody, among `scope["extensions"]`."""


class Account:
    """How many bytes all the bodies hold together."""

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = 0


class UnverifiedBody:
    """The body of one request: how many bytes of it the server holds on the sender's word."""

    __slots__ = ("_account", "_is_released", "bytes", "refusal")

    def __init__(self, account: Account) -> None:
        self._account = account
        self._is_released = False
        self.bytes = 0
        self.refusal: Refusal | None = None
        """Why the server refused the request, for an application that is told of a disconnect."""

    def take(self, count: int) -> None:
        """Count bytes that have come."""
        if not self._is_released:
            self.bytes += count
            self._account.bytes += count

    def release(self) -> None:
        """Stop counting: the signature is right, or the bytes are gone."""
        self._is_released = True
        self._account.bytes -= self.bytes
        self.bytes = 0
