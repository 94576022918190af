"""The one alert that the database cannot queue: that it is gone itself."""

from __future__ import annotations

import asyncio
import math
import os
import platform
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handler.process.blame import READ_ONLY

if TYPE_CHECKING:
    from handler.process.alert_webhook import AlertWebhook

GRACE_SECONDS = 10.0
"""A restart is over before that, and nobody needs to hear of it."""

HOLD_SECONDS = 60.0
"""How long it answers before its return is told: until then what is lost again is one outage."""

FLAPPING_SECONDS = 900.0
"""Where an outage follows another that was told sooner than that, it answers for as long before."""

RETRY_SECONDS = (30.0, 120.0, 600.0)

LOST: dict[str, Any] = {
    "kind": "database_unreachable",
    "level": "error",
    "meaning": "A process gets nothing from the database. If it is serve, Meta gets 503.",
    "next_step": "Look at the server and at WA_DATABASE_URL: runbook section 4.",
}
NEXT_STEPS = {
    READ_ONLY: "It is read-only: see that WA_DATABASE_URL leads to the primary, or free its disk.",
    "28": "It refuses the login: role and password of WA_DATABASE_URL, runbook section 1.",
    "3D000": "It has no such database: see WA_DATABASE_URL.",
    "53": "It is out of disk, memory or connections: runbook section 4.",
}
"""By the beginning of the SQLSTATE, where that says more than that nobody is there."""

BACK: dict[str, Any] = {
    "kind": "database_back",
    "level": "info",
    "meaning": "The database answers again, and has done so for at least a minute.",
    "next_step": "Nothing; Meta repeats what was turned away.",
}


class OutageAlert:
    """Tells of each outage once, in the background, and of its end if the outage was told.

    What is told last is what holds. A database that comes and goes is one outage until it has
    answered for a while. Without a webhook it does nothing. Every process tells for itself.
    """

    def __init__(
        self,
        webhook: AlertWebhook | None,
        *,
        grace_seconds: float = GRACE_SECONDS,
        hold_seconds: float = HOLD_SECONDS,
        flapping_seconds: float = FLAPPING_SECONDS,
    ) -> None:
        self._webhook = webhook
        self._grace_seconds = grace_seconds
        self._first_hold_seconds = self._hold_seconds = hold_seconds
        self._flapping_seconds = flapping_seconds
        self._reported_by = f"{platform.node()}-{os.getpid()}"
        self._lost_at: datetime | None = None
        self._reason = ("", "")
        self.is_told = False
        self._told_at = -math.inf
        self._telling: asyncio.Task[None] | None = None
        self._holding: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_telling(self) -> bool:
        """Whether an outage is being told, or waits for the end of its grace."""
        return self._telling is not None and not self._telling.done()

    def report_lost(self, error: str, cause: str = "") -> None:
        """Note that a call failed for want of a database; `error` is a SQLSTATE or a type.

        `cause` is more about it, for everybody to read.
        """
        if self._webhook is None:
            return
        # How a session ended tells less than why there is no other.
        self._reason = (error, cause)
        if self._lost_at is None:
            self._lost_at = datetime.now(UTC)
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None
        if not self.is_telling and not self.is_told:
            self._telling = self._start(self._tell_lost(self._webhook, self._lost_at))

    def report_back(self) -> None:
        """Note that a call succeeded."""
        if self._webhook is None or self._lost_at is None:
            return
        if not self.is_told:
            self._lost_at = None
            if self._telling is not None:
                self._telling.cancel()
        elif self._holding is None:
            self._holding = self._start(self._tell_back(self._webhook, self._lost_at))

    async def close(self) -> None:
        """Stop telling."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> asyncio.Task[None]:  # noqa: ANN401
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _tell_lost(self, webhook: AlertWebhook, lost_at: datetime) -> None:
        for pause in (self._grace_seconds, *RETRY_SECONDS):
            await asyncio.sleep(pause)
            error, cause = self._reason
            detail = {"error": error} | ({"cause": cause} if cause else {})
            if await self._post(webhook, describe_outage(error, cause), lost_at, detail):
                self.is_told = True
                break
        is_flapping = time.monotonic() - self._told_at < self._flapping_seconds
        self._hold_seconds = self._flapping_seconds if is_flapping else self._first_hold_seconds
        self._told_at = time.monotonic()

    async def _tell_back(self, webhook: AlertWebhook, lost_at: datetime) -> None:
        await asyncio.sleep(self._hold_seconds)
        # Before it is posted: an outage that begins meanwhile is a new one.
        self.is_told, self._lost_at, self._holding = False, None, None
        await self._post(webhook, BACK, lost_at, {})

    async def _post(
        self, webhook: AlertWebhook, what: dict[str, Any], lost_at: datetime, detail: dict[str, Any]
    ) -> bool:
        return await webhook.post(
            {
                **what,
                "group_key": "database",
                "count": 1,
                "new_count": 1,
                "first_seen_at": lost_at.isoformat(),
                "last_seen_at": datetime.now(UTC).isoformat(),
                "detail": detail,
                "reported_by": self._reported_by,
            }
        )


def describe_outage(error: str, cause: str = "") -> dict[str, Any]:
    """Return the alert about an outage; `error` is a SQLSTATE or a type."""
    told = (step for code, step in NEXT_STEPS.items() if error.startswith(code))
    meaning = f"{LOST['meaning']} {error}{f': {cause}' if cause else ''}."
    return LOST | {"meaning": meaning, "next_step": next(told, LOST["next_step"])}
