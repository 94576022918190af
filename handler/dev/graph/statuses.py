"""The status webhooks that follow an accepted message, signed and posted as Meta does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import httpx

from handler.dev.graph.errors import GraphError

if TYPE_CHECKING:
    from handler.dev.graph.behaviour import Behaviour
    from handler.dev.graph.record import Accepted

_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 2.0
_CONCURRENCY = 16
_OK = 200


class StatusSender:
    """Posts statuses to `webhook_url` and, like Meta, again until it is answered 200.

    `user_ids` maps a phone number to the business-scoped user id that Meta knows for it.
    `reported_at` is when a message's first status was taken, in seconds of the monotonic clock.
    """

    def __init__(
        self,
        webhook_url: str | None,
        app_secret: str,
        *,
        with_read: bool = False,
        user_ids: dict[str, str] | None = None,
    ) -> None:
        self.webhook_url = webhook_url
        self.with_read = with_read
        self._app_secret = app_secret.encode()
        self._user_ids = user_ids or {}
        self._client = httpx.AsyncClient(timeout=10)
        # The client's own queue takes time that grows with the square of its length.
        self._turns = asyncio.Semaphore(_CONCURRENCY)
        self._tasks: set[asyncio.Task[None]] = set()
        self.reported_at: dict[str, float] = {}

    def follow(self, accepted: Accepted, behaviour: Behaviour) -> None:
        """Post the statuses of a message in the background."""
        if self.webhook_url is None or accepted.is_dropped or behaviour.statuses == "none":
            return
        task = asyncio.create_task(self._post_all(accepted, behaviour))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def post_now(self, accepted: Accepted, behaviour: Behaviour) -> None:
        """Post the statuses of a message and return when all are taken."""
        if self.webhook_url is not None and not accepted.is_dropped:
            await self._post_all(accepted, behaviour)

    async def wait_until_all_are_posted(self) -> None:
        """Return when nothing is left to post."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is not posted yet."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _bodies(self, accepted: Accepted, behaviour: Behaviour) -> list[bytes]:
        statuses = ["sent", "delivered", *(["read"] if self.with_read else [])]
        if behaviour.statuses == "failed":
            statuses = ["failed"]
        elif behaviour.statuses == "duplicate":
            statuses = [status for status in statuses for _ in range(2)]
        elif behaviour.statuses == "reversed":
            statuses.reverse()
        return [self._body(accepted, status, behaviour.code) for status in statuses]

    def _body(self, accepted: Accepted, status: str, code: int) -> bytes:
        user_id = (
            accepted.recipient if accepted.is_user_id else self._user_ids.get(accepted.recipient)
        )
        entry: dict[str, Any] = {
            "id": accepted.wa_message_id,
            "status": status,
            "timestamp": str(int(time.time())),
        }
        contact: dict[str, str] = {}
        if not accepted.is_user_id:
            entry["recipient_id"] = contact["wa_id"] = accepted.recipient
        if user_id is not None:
            entry["recipient_user_id"] = contact["user_id"] = user_id
        if accepted.callback_data is not None:
            entry["biz_opaque_callback_data"] = accepted.callback_data
        if status == "failed":
            title = GraphError(code).title
            entry["errors"] = [{"code": code, "title": title, "message": title}]
        else:
            entry["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service"}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": "15550001111",
                "phone_number_id": accepted.phone_number_id,
            },
            "contacts": [contact],
            "statuses": [entry],
        }
        change = {"field": "messages", "value": value}
        envelope = {
            "object": "whatsapp_business_account",
            "entry": [{"id": "102290129340398", "changes": [change]}],
        }
        return json.dumps(envelope, separators=(",", ":")).encode()

    async def _post_all(self, accepted: Accepted, behaviour: Behaviour) -> None:
        for body in self._bodies(accepted, behaviour):
            await self._post(body)
            self.reported_at.setdefault(accepted.wa_message_id, time.monotonic())

    async def _post(self, body: bytes) -> None:
        assert self.webhook_url is not None  # noqa: S101
        signature = hmac.new(self._app_secret, body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        pause = _FIRST_RETRY_SECONDS
        while True:
            try:
                async with self._turns:
                    answer = await self._client.post(
                        self.webhook_url, content=body, headers=headers
                    )
                if answer.status_code == _OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_RETRY_SECONDS)
