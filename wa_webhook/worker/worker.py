"""The loop: claim what can be begun at once, do it, give signs of life, report what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from handler.process.logs import logger
from wa_webhook.claiming.backoff import Backoff
from wa_webhook.claiming.database_link import report_failure
from wa_webhook.claiming.listener import listen
from wa_webhook.claiming.settler import Settler
from wa_webhook.worker.claimed import ClaimedTask, TaskResult
from wa_webhook.worker.metrics import WorkerMetrics
from wa_webhook.worker.running import Attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wa_webhook.worker.registry import TaskFunction
    from wa_webhook.worker.task_queue import TaskQueue

_LAST_SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once of a kind, and times in seconds.

    How long an attempt may take, how often to look and to give a sign of life, and how long a
    stopped worker may finish what it has begun.
    """

    concurrency: int = 4
    timeout_seconds: float = 300.0
    poll_seconds: float = 1.0
    sign_seconds: float = 20.0
    drain_seconds: float = 20.0


class Worker:
    """One worker; any number may run at the same time.

    A slot of a kind is taken from the claim until the function has ended, so that no more is ever
    claimed than can be begun right away; nothing is claimed while results cannot be settled.
    """

    def __init__(
        self,
        queue: TaskQueue,
        functions: Sequence[TaskFunction],
        limits: Limits,
        *,
        listen_url: str | None = None,
        metrics: WorkerMetrics | None = None,
    ) -> None:
        self._queue = queue
        self._functions = {function.kind: function for function in functions}
        self._limits = limits
        self._listen_url = listen_url
        self._metrics = metrics or WorkerMetrics()
        self._slots = {one.kind: one.concurrency or limits.concurrency for one in functions}
        self._busy: Counter[str] = Counter()
        self._alive: dict[Attempt, None] = {}
        self._doing: set[asyncio.Task[None]] = set()
        self._settler: Settler[ClaimedTask, TaskResult] = Settler(
            queue, self._metrics, self._on_settled, does="WORK"
        )
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what was begun is done, or given back."""
        self._stopping.set()
        self._woken.set()

    def wake(self) -> None:
        """Look for due tasks now."""
        self._woken.set()

    async def run(self) -> None:
        """Work until `stop`, then drain within `drain_seconds` and five seconds to settle."""
        logger.info("WORK_STARTED", kinds=self._slots)
        settling = asyncio.create_task(self._settler.run())
        settling.add_done_callback(lambda _: self.stop())
        beside = [asyncio.create_task(self._give_signs())]
        if self._listen_url is not None:
            listening = listen(self._listen_url, self._queue.channel, self.wake, does="WORK")
            beside.append(asyncio.create_task(listening))
        try:
            await self._claim_until_stopped()
            await self._drain()
            await self._finish_settling(settling)
        finally:
            for task in (leftovers := [settling, *beside, *self._doing]):
                task.cancel()
            await asyncio.gather(*leftovers, return_exceptions=True)
            self._settler.stop()
            logger.info("WORK_STOPPED", unsettled=self._busy.total())

    async def _claim_until_stopped(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            # Cleared before the claim: whatever is asked for while it runs must not go unnoticed.
            self._woken.clear()
            try:
                may_have_more = [await self._claim(kind) for kind in self._slots]
                backoff.reset()
            except psycopg.Error as error:
                self._metrics.count_database_error(error)
                report_failure("WORK_CLAIM_FAILED", error)
                await self._rest(self._stopping, backoff.next_pause())
                continue
            if not any(may_have_more):
                await self._rest(self._woken, self._limits.poll_seconds)

    async def _claim(self, kind: str) -> bool:
        """Begin what there is of a kind, and say whether there may be more for free slots."""
        free = 0 if self._settler.is_failing else self._slots[kind] - self._busy[kind]
        claimed = await self._queue.claim(kind, free) if free > 0 else []
        for task in claimed:
            if not self._settler.takes_back(task):
                self._begin(task)
        self._metrics.set_slots(kind, self._slots[kind], self._busy[kind])
        return free > 0 and len(claimed) == free and self._busy[kind] < self._slots[kind]

    def _begin(self, task: ClaimedTask) -> None:
        self._busy[task.kind] += 1
        attempt = Attempt(task, self._functions[task.kind], self._limits.timeout_seconds)
        self._alive[attempt] = None
        doing = asyncio.create_task(self._do(attempt))
        self._doing.add(doing)
        doing.add_done_callback(self._doing.discard)

    async def _do(self, attempt: Attempt) -> None:
        result = self._settler.recall(attempt.task)
        if result is None:
            result = await attempt.run()
            self._metrics.observe_run(attempt.task.kind, result)
        # First, so that no sign of life follows the result.
        del self._alive[attempt]
        self._settler.add(attempt.task, result)
        attempt.is_told.set()
        await attempt.finished()
        self._free(attempt.task.kind)

    def _on_settled(self, _settled: Sequence[ClaimedTask]) -> None:
        # What they led to may be due.
        self.wake()

    def _free(self, kind: str) -> None:
        self._busy[kind] -= 1
        self._metrics.set_slots(kind, self._slots[kind], self._busy[kind])
        self.wake()

    async def _give_signs(self) -> None:
        while True:
            await asyncio.sleep(self._limits.sign_seconds)
            alive = list(self._alive)
            if not alive:
                continue
            told = [
                (one.task, TaskResult("running", progress=one.context.progress)) for one in alive
            ]
            try:
                lost = await self._queue.keep(told)
            except psycopg.Error as error:
                self._metrics.count_database_error(error)
                report_failure("WORK_SIGN_FAILED", error)
                continue
            for attempt in alive:
                if attempt.task.id in lost and attempt in self._alive:
                    logger.warning("TASK_LOST", id=attempt.task.id, kind=attempt.task.kind)
                    attempt.cancel(is_released=True)

    async def _drain(self) -> None:
        if self._doing:
            await asyncio.wait(self._doing, timeout=self._limits.drain_seconds)
        # What is cancelled is given back; a thread that goes on is not waited for.
        given_back = list(self._alive)
        for attempt in given_back:
            attempt.cancel(is_released=True)
        await asyncio.gather(*(attempt.is_told.wait() for attempt in given_back))

    async def _finish_settling(self, settling: asyncio.Task[None]) -> None:
        self._settler.finish()
        await asyncio.wait([settling], timeout=_LAST_SETTLE_SECONDS)
        if settling.done():
            settling.result()

    async def _rest(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
