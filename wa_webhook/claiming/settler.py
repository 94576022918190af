"""What came of claimed rows, kept until the database has taken it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

import psycopg

from handler.process.blame import Blame, find_blame_of
from handler.process.logs import log_events, logger
from wa_webhook.claiming.backoff import Backoff
from wa_webhook.claiming.database_link import report_failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

_BATCH = 100
_GATHER_SECONDS = 0.002
"""What comes in so soon after a result is settled with it, and makes room for one larger claim."""
_LONGEST_PAUSE_SECONDS = 60.0
"""Between two attempts at a result that the database refuses again and again."""
_RECALL_SECONDS = 60.0
"""Longer than a claim is under way, by which a row was ours anew before we knew of it."""


class Claim(Protocol):
    """A row that is ours for a while."""

    @property
    def id(self) -> int:
        """What the row is told by."""


class Result(Protocol):
    """What came of a row."""

    @property
    def holds_for_every_claim(self) -> bool:
        """Whether it must not be done again, because another claim of ours follows."""

    def essential(self) -> Self:
        """Return the same with nothing in it but what happened."""

    def for_the_log(self) -> dict[str, object]:
        """Return what a person needs who settles it by hand, without anything personal."""


ClaimT = TypeVar("ClaimT", bound=Claim)
ResultT = TypeVar("ResultT", bound=Result)
TakenClaimT = TypeVar("TakenClaimT", bound=Claim, contravariant=True)
TakenResultT = TypeVar("TakenResultT", bound=Result, contravariant=True)


class Queue(Protocol[TakenClaimT, TakenResultT]):
    """Where results are settled."""

    async def settle(self, results: Sequence[tuple[TakenClaimT, TakenResultT]]) -> dict[str, Any]:
        """Return the database's report. Raises psycopg.Error.

        `events` are to be logged, `lost` are ids that somebody has claimed since.
        """


class Metrics(Protocol):
    """Who counts."""

    def count_database_error(self, error: Exception) -> None:
        """Record one call that the database did not answer."""

    def count_settled(self, results: int, report: Mapping[str, Any]) -> None:
        """Record what settling this many results did."""


@dataclass(slots=True, eq=False)
class Owed(Generic[ClaimT, ResultT]):
    """A result that the database has not taken yet; `claim` is our latest claim of its row."""

    claim: ClaimT
    result: ResultT


class Settler(Generic[ClaimT, ResultT]):
    """Settles results in batches, each until the database takes it; none is ever given up.

    What the server is to blame for is tried again as it is. A result that is refused for what it
    says goes on alone, with nothing in it but what happened, so that it holds up no other one.
    `on_settled` is told what was taken; `is_more_coming` tells whether to wait a moment for further
    results. Memory is bounded by whoever adds them. Events begin with what the process `does`:
    NOTIFY, WORK.
    """

    def __init__(
        self,
        queue: Queue[ClaimT, ResultT],
        metrics: Metrics,
        on_settled: Callable[[Sequence[ClaimT]], None],
        *,
        does: str,
        is_more_coming: Callable[[], bool] = lambda: False,
    ) -> None:
        self._does = does
        self._queue = queue
        self._metrics = metrics
        self._on_settled = on_settled
        self._is_more_coming = is_more_coming
        self._waiting: asyncio.Queue[Owed[ClaimT, ResultT] | None] = asyncio.Queue()
        self._owed: dict[Owed[ClaimT, ResultT], None] = {}
        self._lost: dict[int, tuple[float, ResultT]] = {}
        self._insisting: set[asyncio.Task[None]] = set()
        self.is_failing = False
        """Nothing can be settled at the moment, so that nothing more should be begun."""

    @property
    def owed(self) -> int:
        """How many results are not settled yet."""
        return len(self._owed)

    def add(self, claim: ClaimT, result: ResultT) -> None:
        """Take a result, to be settled as soon as can be."""
        owed = Owed(claim, result)
        self._owed[owed] = None
        self._waiting.put_nowait(owed)

    def takes_back(self, claimed: ClaimT) -> bool:
        """Say whether a claimed row has been dealt with already, and only could not be settled.

        Its lease has run out meanwhile: it is settled by this claim, and must not be done again.
        """
        for owed in self._owed:
            if owed.claim.id == claimed.id and owed.result.holds_for_every_claim:
                owed.claim = claimed
                return True
        return False

    def recall(self, claimed: ClaimT) -> ResultT | None:
        """Return what came of a row that was claimed anew just before its result was settled.

        It must not be done again, and is to be settled by this claim.
        """
        now = time.monotonic()
        self._lost = {one: kept for one, kept in self._lost.items() if kept[0] > now}
        return self._lost.pop(claimed.id, (now, None))[1]

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
            logger.error(f"{self._does}_RESULT_LOST", id=owed.claim.id, **owed.result.for_the_log())

    async def _batches(self) -> AsyncIterator[list[Owed[ClaimT, ResultT]]]:
        """Yield what came in while the batch before was under way, and in a moment after it."""
        while (first := await self._waiting.get()) is not None:
            if self._is_more_coming():
                await asyncio.sleep(_GATHER_SECONDS)
            batch = [first]
            while len(batch) < _BATCH and not self._waiting.empty():
                following = self._waiting.get_nowait()
                if following is None:
                    self._waiting.put_nowait(None)
                    break
                batch.append(following)
            yield batch

    async def _settle_batch(self, batch: list[Owed[ClaimT, ResultT]]) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._settle(batch)
            except psycopg.Error as error:
                if find_blame_of(error) is not Blame.PAYLOAD:
                    self.is_failing = True
                    report_failure(f"{self._does}_SETTLE_FAILED", error)
                    await asyncio.sleep(backoff.next_pause())
                    continue
                if len(batch) > 1:
                    for owed in batch:
                        await self._settle_batch([owed])
                    return
                report_failure(f"{self._does}_SETTLE_FAILED", error, id=batch[0].claim.id)
                self._insist(batch[0])
            return

    def _insist(self, owed: Owed[ClaimT, ResultT]) -> None:
        task = asyncio.create_task(self._settle_at_last(owed))
        self._insisting.add(task)
        task.add_done_callback(self._insisting.discard)

    async def _settle_at_last(self, owed: Owed[ClaimT, ResultT]) -> None:
        owed.result = owed.result.essential()
        backoff = Backoff(_LONGEST_PAUSE_SECONDS)
        while True:
            try:
                await self._settle([owed])
            except psycopg.Error as error:
                report_failure(f"{self._does}_SETTLE_FAILED", error, id=owed.claim.id)
                await asyncio.sleep(backoff.next_pause())
            else:
                return

    async def _settle(self, batch: list[Owed[ClaimT, ResultT]]) -> None:
        """Settle once, and take out of `batch` what is settled. Raises psycopg.Error."""
        while batch:
            told = [(owed.claim, owed.result) for owed in batch]
            try:
                report = await self._queue.settle(told)
            except psycopg.Error as error:
                self._metrics.count_database_error(error)
                raise
            self.is_failing = False
            log_events(report.get("events") or ())
            lost = set(report.get("lost") or ())
            # Whatever was claimed anew during the call was told of a claim that has run out.
            settled = [
                owed for owed, (claim, _) in zip(batch, told, strict=True) if owed.claim is claim
            ]
            batch[:] = [owed for owed in batch if owed not in settled]
            for owed in settled:
                del self._owed[owed]
                if owed.claim.id in lost and owed.result.holds_for_every_claim:
                    self._lost[owed.claim.id] = (time.monotonic() + _RECALL_SECONDS, owed.result)
            self._metrics.count_settled(len(settled), report)
            self._on_settled([owed.claim for owed in settled])
