"""The loop: claim as much as can be sent at once, send it, report what happened."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from handler.process.blame import Blame, find_blame_of
from handler.process.logs import logger
from wa_webhook.claiming.backoff import Backoff
from wa_webhook.claiming.database_link import report_failure
from wa_webhook.claiming.listener import listen
from wa_webhook.claiming.settler import Settler
from wa_webhook.notifier.metrics import NotifierMetrics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from wa_webhook.notifier.graph_client import GraphClient
    from wa_webhook.notifier.notification import Notification, SendResult
    from wa_webhook.notifier.notification_queue import NotificationQueue

_LAST_SETTLE_SECONDS = 5.0
_CLAIM_APART_SECONDS = 0.005
"""While messages keep coming, a claim takes what came in so long, and not each one alone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, how often to look, and how long a stopped worker may finish its sends."""

    concurrency: int = 32
    poll_seconds: float = 1.0
    drain_seconds: float = 20.0


class Notifier:
    """One worker; any number may run at the same time.

    A slot is taken from the claim until the result is settled. So no more is ever claimed than can
    be sent right away, and nothing is claimed while results cannot be settled. `listen_url` is a
    direct connection for LISTEN; None leaves it to polling.
    """

    def __init__(
        self,
        queue: NotificationQueue,
        graph: GraphClient,
        limits: Limits,
        *,
        listen_url: str | None = None,
        metrics: NotifierMetrics | None = None,
    ) -> None:
        self._queue = queue
        self._graph = graph
        self._limits = limits
        self._listen_url = listen_url
        self._metrics = metrics or NotifierMetrics()
        self._metrics.set_slots(limits.concurrency)
        self._slots = limits.concurrency
        self._sends: set[asyncio.Task[None]] = set()
        self._settler = Settler(
            self,
            self._metrics,
            self._free_slots,
            does="NOTIFY",
            is_more_coming=self._awaits_answers,
        )
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._may_be_more = True
        """Something may be due that no claim since has looked for."""

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is in flight is sent and settled."""
        self._stopping.set()
        self._woken.set()

    def wake(self) -> None:
        """Look for due notifications now."""
        self._woken.set()

    async def run(self) -> None:
        """Work until `stop`, then drain within `drain_seconds` and five seconds to settle."""
        logger.info("NOTIFY_STARTED", concurrency=self._limits.concurrency)
        settling = asyncio.create_task(self._settler.run())
        settling.add_done_callback(lambda _: self.stop())
        listening = self._start_listening()
        try:
            await self._claim_until_stopped()
            await self._finish_sends()
            await self._finish_settling(settling)
        finally:
            leftovers = [task for task in (settling, listening, *self._sends) if task is not None]
            for task in leftovers:
                task.cancel()
            await asyncio.gather(*leftovers, return_exceptions=True)
            self._settler.stop()
            logger.info("NOTIFY_STOPPED", unsettled=self._limits.concurrency - self._slots)

    def _start_listening(self) -> asyncio.Task[None] | None:
        if self._listen_url is None:
            return None
        return asyncio.create_task(
            listen(self._listen_url, self._queue.channel, self.wake, does="NOTIFY")
        )

    async def _claim_until_stopped(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            # Cleared before the claim: whatever is queued while it runs must not go unnoticed.
            self._woken.clear()
            free = 0 if self._settler.is_failing else self._slots
            self._may_be_more = free <= 0
            begun = time.monotonic()
            try:
                claimed = await self._claim(free) if free > 0 else 0
                backoff.reset()
            except psycopg.Error as error:
                self._metrics.count_database_error(error)
                report_failure("NOTIFY_CLAIM_FAILED", error)
                await self._rest(backoff.next_pause())
                continue
            if claimed < free or free <= 0:
                await self._rest_until_woken(self._limits.poll_seconds)
                await self._rest(begun + _CLAIM_APART_SECONDS - time.monotonic())

    async def _claim(self, batch: int) -> int:
        """Claim messages, start sending them, and return how many were claimed."""
        claimed = await self._queue.claim(batch)
        self._take(claimed)
        return len(claimed)

    async def settle(self, results: Sequence[tuple[Notification, SendResult]]) -> dict[str, Any]:
        """Settle, and claim as many in the same call. Returns its report; raises psycopg.Error.

        Failures are settled apart: they may lock what other claims hold. So is what the call for
        both refuses, which may be the claim's fault.
        """
        may_claim = not self._stopping.is_set() and not self._settler.is_failing
        if not may_claim or any(result.outcome != "accepted" for _, result in results):
            self._may_be_more = True
            return await self._queue.settle(results)
        try:
            report, claimed = await self._queue.settle_and_claim(results, len(results))
        except psycopg.Error as error:
            self._may_be_more = True
            if find_blame_of(error) is not Blame.PAYLOAD:
                raise
            self._metrics.count_database_error(error)
            report = await self._queue.settle(results)
            report_failure("NOTIFY_CLAIM_FAILED", error)
            return report
        self._take(claimed)
        self._may_be_more |= len(claimed) == len(results)
        return report

    def _take(self, claimed: Sequence[Notification]) -> None:
        fresh = [one for one in claimed if not self._settler.takes_back(one)]
        self._metrics.count_claim(len(fresh))
        for notification in fresh:
            self._start_send(notification)

    def _start_send(self, notification: Notification) -> None:
        self._slots -= 1
        task = asyncio.create_task(self._send(notification))
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    async def _send(self, notification: Notification) -> None:
        result = self._settler.recall(notification)
        if result is None:
            result = await self._graph.send(notification)
            self._metrics.observe_send(result)
        self._settler.add(notification, result)

    def _awaits_answers(self) -> bool:
        return self._limits.concurrency - self._slots > self._settler.owed

    def _free_slots(self, settled: Sequence[Notification]) -> None:
        self._slots += len(settled)
        if self._may_be_more and self._slots > 0:
            self.wake()

    async def _finish_sends(self) -> None:
        if self._sends:
            await asyncio.wait(self._sends, timeout=self._limits.drain_seconds)
        # A cancelled send still reports what is known of it.
        for task in list(self._sends):
            task.cancel()
        await asyncio.gather(*self._sends, return_exceptions=True)

    async def _finish_settling(self, settling: asyncio.Task[None]) -> None:
        self._settler.finish()
        await asyncio.wait([settling], timeout=_LAST_SETTLE_SECONDS)
        if settling.done():
            settling.result()

    async def _rest(self, seconds: float) -> None:
        """Wait, unless the worker is to stop or there is nothing to wait for."""
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _rest_until_woken(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
