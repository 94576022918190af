"""What becomes of the signed bodies of one business, whatever happens to another's."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from handler.coalescer import Coalescer
from handler.metrics import BusinessMetrics
from handler.payload import Reason, check_json, keep, storable_text
from handler.process.alert_webhook import AlertWebhook
from handler.process.blame import READ_ONLY
from handler.process.businesses import Business
from handler.process.logs import BUSINESS, log_events, logger
from handler.process.outage_alert import OutageAlert
from handler.retention import Retention
from handler.rpc import (
    Answer,
    DatabaseContended,
    DatabaseUnavailable,
    DispatchError,
    PayloadRefused,
    choose_rpc,
)
from handler.settings import WebhookSettings

DRAIN_SECONDS = 5.0
"""For calls whose requests went away; those that wait for an answer hold the server open longer."""


class Intake:
    """The road from raw bytes to a commit: in a shared call, or alone for what has to be kept.

    Connections, calls and what waits for them are of one business among `several`.
    """

    def __init__(
        self, business: Business[WebhookSettings], alerts: AlertWebhook | None, *, several: int
    ) -> None:
        self.business = business
        settings = business.settings
        self.metrics = BusinessMetrics()
        self._rpc = choose_rpc(settings, self.metrics.count_database_error)
        self.metrics.watch(self._rpc.metrics, self._rpc.pool_stats)
        self._outage = OutageAlert(alerts)
        self._retention = Retention(self._rpc)
        batch_size = settings.wa_webhook_batch_size
        self._coalescer = Coalescer(
            self._dispatch,
            concurrency=settings.wa_database_pool_size,
            batch_size=batch_size,
            # One that is stuck leaves room in the server for the others.
            open_requests=max(batch_size, settings.wa_http_connections // several),
        )
        self._snapshot_rate = settings.snapshot_rate

    async def open(self) -> None:
        """Start connecting, without waiting for the database to be there."""
        BUSINESS.set(self.business.name)
        await self._rpc.open()

    async def close(self) -> None:
        """Commit what was taken, then close the connections."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._coalescer.drain()
        await self._retention.stop()
        await self._outage.close()
        await self._rpc.close()

    async def take(self, body: bytes) -> Answer:
        """Commit the effect of a body whose signature holds.

        A body that breaks the dispatch itself is kept and counts as taken, or Meta would send it
        for seven days. Raises PayloadRefused if it is no webhook, in which case it is kept too, and
        another DispatchError if nothing could be committed.
        """
        BUSINESS.set(self.business.name)
        try:
            return await self._take(body)
        except (PayloadRefused, DatabaseContended):
            raise
        except DispatchError as error:
            # Not the message behind the SQLSTATE: it may quote what somebody wrote.
            self._outage.report_lost(str(error).partition(":")[0], error.cause)
            raise

    async def note_refusals(self, told: Mapping[str, Any]) -> bool | None:
        """Have the alert raised that signatures are refused; None when nothing was noted.

        Returns whether a notifier is there to post it.
        """
        BUSINESS.set(self.business.name)
        try:
            answer = await self._dispatch(None, {"refused": told}, 1)
        except DispatchError:
            return None
        alerted = answer.counts.get("alerted")
        return None if alerted is None else alerted == 1

    async def health(self) -> Mapping[str, Any]:
        """Return `{"ok": bool, "problems": [...]}` within two seconds, and tell of outages."""
        BUSINESS.set(self.business.name)
        try:
            report = await self._rpc.health()
        except DatabaseUnavailable as error:
            self._outage.report_lost(str(error).partition(":")[0], error.cause)
            return {"ok": False, "problems": [f"database: {error}"]}
        if report.get("is_read_only"):
            self._outage.report_lost(READ_ONLY)
        elif report.get("ok"):
            self._outage.report_back()
        return report

    async def _take(self, body: bytes) -> Answer:
        try:
            text, was_replaced = storable_text(body)
            check_json(text)
        except ValueError as error:
            await self._keep(body, "not_json", str(error))
            raise PayloadRefused("not_json", str(error)) from error
        options: dict[str, Any] = {}
        if was_replaced:
            options["keep"] = [keep(body, "text_replaced", "")]
        if self._snapshot_rate and random.random() < self._snapshot_rate:  # noqa: S311 (a sample)
            options["snapshot"] = True
        if text.lstrip().startswith("["):
            # The RPC takes an array as bodies that were joined; one inside another it refuses.
            text = f"[{text}]"
        try:
            return await self._coalescer.deliver(text, options)
        except PayloadRefused as refused:
            answer = await self._keep(body, refused.reason, refused.error)
            if refused.reason != "dispatch_error":
                raise
            logger.error("PAYLOAD_KEPT", reason=refused.reason, sqlstate=refused.sqlstate)
            return answer

    async def _keep(self, body: bytes, reason: Reason, error: str) -> Answer:
        try:
            return await self._dispatch(None, {"keep": [keep(body, reason, error)]}, 1)
        except PayloadRefused as refused:
            # The database refuses everybody: not migrated, no rights, read-only.
            raise DispatchError(refused.error) from refused

    async def _dispatch(
        self, payload: str | None, options: Mapping[str, Any], requests: int
    ) -> Answer:
        """Call the RPC; what was committed is logged and counted once, however many shared it."""
        answer = await self._rpc.dispatch(payload, options, requests=requests)
        log_events(answer.events)
        self.metrics.count(answer)
        self._outage.report_back()
        if answer.retention_is_due:
            self._retention.start()
        return answer
