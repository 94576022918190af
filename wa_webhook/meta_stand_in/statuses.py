"""The statuses that follow an accepted message."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in.errors import GraphError
from wa_webhook.meta_stand_in.webhooks import StatusUpdate, WebhookSender

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from wa_webhook.meta_stand_in.behaviour import Behaviour
    from wa_webhook.meta_stand_in.record import Accepted


_PRICED = {"sent", "delivered"}


class StatusSender:
    """Reports what becomes of messages, one status after the other, by `webhooks`.

    `user_ids` maps a phone number to the business-scoped user id that Meta knows for it, and
    `reported_at` a message to the moment in which its first status was answered with 200, in
    seconds of the monotonic clock. `listeners` are told of each status before it is posted: of
    which message, which, and the code when it failed. What is for one of `blocked_by`, by number or
    user id, is sent and never delivered: so much does Meta tell of whom a business is blocked by.
    """

    def __init__(
        self,
        webhooks: WebhookSender,
        *,
        with_read: bool = False,
        user_ids: dict[str, str] | None = None,
    ) -> None:
        self.webhooks = webhooks
        self.with_read = with_read
        self.user_ids = user_ids or {}
        self.blocked_by: set[str] = set()
        self.listeners: list[Callable[[str, str, int | None], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.reported_at: dict[str, float] = {}

    def report(self, accepted: Accepted, status: str) -> None:
        """Report one status in the background, such as that the user has read a message."""
        if self.webhooks.url is not None and not accepted.is_dropped:
            self._run(self._report(accepted, status, 0))

    def follow(self, accepted: Accepted, behaviour: Behaviour) -> None:
        """Report on a message in the background."""
        if self.webhooks.url is None or accepted.is_dropped or behaviour.statuses == "none":
            return
        self._run(self._report_all(accepted, behaviour))

    async def report_now(self, accepted: Accepted, behaviour: Behaviour) -> None:
        """Report on a message and return when all its statuses are taken."""
        if self.webhooks.url is not None and not accepted.is_dropped:
            await self._report_all(accepted, behaviour)

    async def wait_until_all_are_posted(self) -> None:
        """Return when nothing is left to report."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is not reported yet."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhooks.close()

    async def _report_all(self, accepted: Accepted, behaviour: Behaviour) -> None:
        is_blocked = accepted.recipient in self.blocked_by
        for status in ["sent"] if is_blocked else self._statuses(behaviour):
            await self._report(accepted, status, behaviour.code)

    async def _report(self, accepted: Accepted, status: str, code: int) -> None:
        for listener in self.listeners:
            listener(accepted.wa_message_id, status, code if status == "failed" else None)
        await self.webhooks.deliver(self._update(accepted, status, code))
        self.reported_at.setdefault(accepted.wa_message_id, time.monotonic())

    def _run(self, reporting: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(reporting)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _statuses(self, behaviour: Behaviour) -> list[str]:
        statuses = ["sent", "delivered", *(["read"] if self.with_read else [])]
        if behaviour.statuses == "failed":
            return ["failed"]
        if behaviour.statuses == "duplicate":
            return [status for status in statuses for _ in range(2)]
        return statuses[::-1] if behaviour.statuses == "reversed" else statuses

    def _update(self, accepted: Accepted, status: str, code: int) -> StatusUpdate:
        user_id = (
            accepted.recipient if accepted.is_user_id else self.user_ids.get(accepted.recipient)
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
            details = {"details": f"{title}."}
            entry["errors"] = [
                {"code": code, "title": title, "message": title, "error_data": details}
            ]
            return StatusUpdate(accepted.phone_number_id, entry)
        if status in _PRICED:
            entry["pricing"] = {
                "billable": False,
                "pricing_model": "PMP",
                "type": "free_customer_service",
                "category": "service",
            }
        return StatusUpdate(accepted.phone_number_id, entry, contact)
