"""What happened to messages, kept until the database has taken it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from handler.process.blame import Blame, find_blame_of
from handler.process.logs import log_events, logger
from wa_webhook.notifier.backoff import Backoff
from wa_webhook.notifier.database_link import report_failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wa_webhook.notifier.metrics import NotifierMetrics
    from wa_webhook.notifier.notification import Notification, SendResult
    from wa_webhook.notifier.notification_queue import NotificationQueue

_BATCH = 100
_LONGEST_PAUSE_SECONDS = 60.0
"""Between two attempts at a result that the database refuses again and again."""


@dataclass(slots=True, eq=False)
class Owed:
    """A result that the database has not taken yet; `notification` is our latest claim of it."""

    notification: Notification
    result: SendResult


class Settler:
    """Settles results in batches, each until the database takes it; none is ever given up.

    What the server is to blame for is tried again as it is. A result that is refused for what it
    says goes on alone, with nothing in it but what happened, so that it holds up no other one.
    `on_settled` is told how many were taken. Memory is bounded by whoever adds results.
    """

    def __init__(
        self,
        queue: NotificationQueue,
        metrics: NotifierMetrics,
        on_settled: Callable[[int], None],
    ) -> None:
        self._queue = queue
        self._metrics = metrics
        self._on_settled = on_settled
        self._waiting: asyncio.Queue[Owed | None] = asyncio.Queue()
        self._owed: dict[Owed, None] = {}
        self._insisting: set[asyncio.Task[None]] = set()
        self.is_failing = False
        """Nothing can be settled at the moment, so that nothing more should be sent."""

    def add(self, notification: Notification, result: SendResult) -> None:
        """Take a result, to be settled as soon as can be."""
        owed = Owed(notification, result)
        self._owed[owed] = None
        self._waiting.put_nowait(owed)

    def takes_back(self, claimed: Notification) -> bool:
        """Say whether a claimed message has been accepted already, and only could not be settled.

        Its lease has run out meanwhile: it is settled by this claim, and must not be sent again.
        """
        for owed in self._owed:
            if owed.notification.id == claimed.id and owed.result.outcome == "accepted":
                owed.notification = claimed
                return True
        return False

    async def run(self) -> None:
        """Settle until `finish`."""
        async for batch in self._batches():
            await self._settle_batch(batch)
        await asyncio.gather(*self._insisting)

    def finish(self) -> None:
        """Let `run` return when everything that was added is settled."""
        self._waiting.put_nowait(None)

    def stop(self) -> None:
        """Give up, and log what is left, so that a person can settle it."""
        for task in self._insisting:
            task.cancel()
        for owed in self._owed:
            logger.error(
                "NOTIFY_RESULT_LOST",
                id=owed.notification.id,
                outcome=owed.result.outcome,
                wa_message_id=owed.result.wa_message_id,
            )

    async def _batches(self) -> AsyncIterator[list[Owed]]:
        """Yield what came in while the batch before was under way."""
        while (first := await self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < _BATCH and not self._waiting.empty():
                following = self._waiting.get_nowait()
                if following is None:
                    self._waiting.put_nowait(None)
                    break
                batch.append(following)
            yield batch

    async def _settle_batch(self, batch: list[Owed]) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._settle(batch)
            except psycopg.Error as error:
                if find_blame_of(error) is not Blame.PAYLOAD:
                    self.is_failing = True
                    report_failure("NOTIFY_SETTLE_FAILED", error)
                    await asyncio.sleep(backoff.next_pause())
                    continue
                if len(batch) > 1:
                    for owed in batch:
                        await self._settle_batch([owed])
                    return
                report_failure("NOTIFY_SETTLE_FAILED", error, id=batch[0].notification.id)
                self._insist(batch[0])
            return

    def _insist(self, owed: Owed) -> None:
        task = asyncio.create_task(self._settle_at_last(owed))
        self._insisting.add(task)
        task.add_done_callback(self._insisting.discard)

    async def _settle_at_last(self, owed: Owed) -> None:
        owed.result = owed.result.essential()
        backoff = Backoff(_LONGEST_PAUSE_SECONDS)
        while True:
            try:
                await self._settle([owed])
            except psycopg.Error as error:
                report_failure("NOTIFY_SETTLE_FAILED", error, id=owed.notification.id)
                await asyncio.sleep(backoff.next_pause())
            else:
                return

    async def _settle(self, batch: list[Owed]) -> None:
        """Settle once, and take out of `batch` what is settled. Raises psycopg.Error."""
        while batch:
            told = [(owed.notification, owed.result) for owed in batch]
            try:
                report = await self._queue.settle(told)
            except psycopg.Error as error:
                self._metrics.count_database_error(error)
                raise
            self.is_failing = False
            log_events(report.get("events") or ())
            # Whatever was claimed anew during the call was told of a claim that has run out.
            pairs = list(zip(batch, told, strict=True))
            batch[:] = [owed for owed, (claim, _) in pairs if owed.notification is not claim]
            for owed, _ in pairs:
                if owed not in batch:
                    del self._owed[owed]
            self._metrics.count_settled(len(told) - len(batch), report)
            self._on_settled(len(told) - len(batch))
