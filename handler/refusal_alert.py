"""The alert that nothing gets in: every webhook is refused for its signature.

The database raises it, so that `wa-webhook status` knows of it and handlers tell of it once; where
nobody would post it from there, the handler does.
"""

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from handler import signature
from handler.process.alert_webhook import AlertWebhook

LEAST = 5
SPAN_SECONDS = 300.0
"""Since the first of them. Meta repeats what was refused, so that a quiet number has as many."""

REPEAT_SECONDS = 3600.0
"""Whoever has no secret can bring this about, while nobody else writes: once an hour at most."""

RETRY_SECONDS = 60.0
"""After a post that failed: the next signature that is refused from then on is told of."""

REFUSED: dict[str, Any] = {
    "kind": "signatures_refused",
    "level": "error",
    "meaning": "Webhooks with a signature are refused (401), and none has been accepted meanwhile:"
    " WA_APP_SECRET is not that of the app which posts, or somebody posts who has none.",
    "next_step": "wa-webhook doctor --as serve in this environment compares the secret with Meta's,"
    " where WA_TOKEN is set too. If it is right, block who posts; Meta repeats for seven days:"
    " runbook section 4.",
}

TellDatabase = Callable[[Mapping[str, Any]], Awaitable[bool | None]]
"""Takes the alert's detail; returns whether the alert is posted, None when nothing was noted."""


class RefusalAlert:
    """Tells in the background that signatures are refused, where none is accepted any more.

    Every process tells of each address alone.
    """

    def __init__(
        self,
        webhook: AlertWebhook | None,
        business: str,
        tell_database: TellDatabase,
        *,
        least: int = LEAST,
        span_seconds: float = SPAN_SECONDS,
        repeat_seconds: float = REPEAT_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._webhook = webhook
        self._tell_database = tell_database
        self._whose = {"business": business} if business else {}
        self._least = least
        self._span_seconds = span_seconds
        self._repeat_seconds = repeat_seconds
        self._retry_seconds = retry_seconds
        self._count = 0
        self._since = 0.0
        self._since_at = datetime.now(UTC)
        self._not_before = 0.0
        self._telling: asyncio.Task[None] | None = None

    def report_accepted(self) -> None:
        """Note that a signature held."""
        self._count = 0

    def report_refused(self, header: str) -> None:
        """Note that a signature did not hold; what only looks like one does not count."""
        if not signature.is_well_formed(header):
            return
        now = time.monotonic()
        if self._count == 0:
            self._since, self._since_at = now, datetime.now(UTC)
        self._count += 1
        if (
            self._count >= self._least
            and now - self._since >= self._span_seconds
            and now >= self._not_before
        ):
            self._not_before = now + self._repeat_seconds
            alert = {
                **REFUSED,
                **self._whose,
                "group_key": "signature",
                "count": self._count,
                "new_count": self._count,
                "first_seen_at": self._since_at.isoformat(),
                "last_seen_at": datetime.now(UTC).isoformat(),
                "detail": {},
                "reported_by": f"{platform.node()}-{os.getpid()}",
            }
            self._telling = asyncio.create_task(self._tell(alert))

    async def close(self) -> None:
        """Stop telling."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _tell(self, alert: dict[str, Any]) -> None:
        detail = {key: alert[key] for key in ("count", "first_seen_at", "reported_by")}
        is_posted = await self._tell_database(detail)
        is_told = is_posted is not None
        if not is_posted and self._webhook is not None:
            is_told = await self._webhook.post(alert)
        if not is_told:
            self._not_before = time.monotonic() + self._retry_seconds
