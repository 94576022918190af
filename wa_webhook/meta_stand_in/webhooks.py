"""Posting signed webhooks as Meta does: what waits shares a body, until it is answered 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT_ID = "102290129340398"
"""The account (WABA) that every webhook comes from."""
GRAPH_VERSION = "v26.0"
DISPLAY_NUMBER = "15550001111"
"""The business number as people dial it, in digits."""
_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 2.0
_CONCURRENCY = 4
_MOST_UPDATES = 100
"""Meta puts up to a thousand into a body."""
_OK = 200


@dataclass(frozen=True)
class StatusUpdate:
    """One status object, the business number it is for, and the contact unless it failed."""

    phone_number_id: str
    status: dict[str, Any]
    contact: dict[str, str] | None = None


class WebhookSender:
    """Posts updates to `url`; what comes while others are under way shares the next body."""

    def __init__(self, url: str | None, app_secret: str) -> None:
        self.url = url
        self._app_secret = app_secret.encode()
        self._client = httpx.AsyncClient(timeout=10)
        self._waiting: deque[tuple[StatusUpdate, asyncio.Future[None]]] = deque()
        self._posters: set[asyncio.Task[None]] = set()
        self._posting = 0

    async def deliver(self, update: StatusUpdate) -> None:
        """Return when the update is taken, however often it has to be posted."""
        taken = asyncio.get_running_loop().create_future()
        self._waiting.append((update, taken))
        if self._posting < _CONCURRENCY:
            self._posting += 1
            poster = asyncio.create_task(self._post_waiting())
            self._posters.add(poster)
            poster.add_done_callback(self._posters.discard)
        await taken

    async def close(self) -> None:
        """Give up what is not posted yet."""
        posters = list(self._posters)
        for poster in posters:
            poster.cancel()
        await asyncio.gather(*posters, return_exceptions=True)
        await self._client.aclose()

    async def _post_waiting(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), _MOST_UPDATES)
                batch = [self._waiting.popleft() for _ in range(count)]
                await self.post_until_taken(_body([update for update, _ in batch]))
                for _, taken in batch:
                    if not taken.done():
                        taken.set_result(None)
        finally:
            self._posting -= 1

    async def post_until_taken(
        self, body: bytes, on_refusal: Callable[[str], None] = lambda _: None
    ) -> str:
        """Post a body, signed, until it is answered 200, and return what was answered.

        `on_refusal` hears why it was not: another answer, or none.
        """
        if self.url is None:
            return ""
        signature = hmac.new(self._app_secret, body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        pause = _FIRST_RETRY_SECONDS
        while True:
            try:
                answer = await self._client.post(self.url, content=body, headers=headers)
            except httpx.TransportError as error:
                on_refusal(f"no answer: {error or type(error).__name__}")
            else:
                if answer.status_code == _OK:
                    return answer.text
                on_refusal(f"{answer.status_code} {answer.text.strip()}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_RETRY_SECONDS)


def _body(updates: list[StatusUpdate]) -> bytes:
    by_number: dict[str, list[StatusUpdate]] = {}
    for update in updates:
        by_number.setdefault(update.phone_number_id, []).append(update)
    changes = [
        {"field": "messages", "value": _value(phone_number_id, of_number)}
        for phone_number_id, of_number in by_number.items()
    ]
    envelope = {
        "object": "whatsapp_business_account",
        "entry": [{"id": ACCOUNT_ID, "changes": changes}],
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def _value(phone_number_id: str, updates: list[StatusUpdate]) -> dict[str, Any]:
    contacts = [update.contact for update in updates if update.contact is not None]
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": phone_number_id},
        **({"contacts": contacts} if contacts else {}),
        "statuses": [update.status for update in updates],
    }
