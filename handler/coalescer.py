"""Requests that arrive together share one RPC and one commit, and each is answered only after it.

Deliveries wait in one queue; up to `concurrency` workers empty it. A lone delivery goes at once;
what arrives during a call shares the next one, which begins when that call lasts for long, a full
batch is waiting, or the call has ended and as many wait as were waiting and answered then, which is
given a moment: who is answered has mostly more to say. So calls are few and large, and seldom wait
for each other's users. A shared call that fails for a reason that may lie in one payload is
repeated one by one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from handler.process.logs import logger
from handler.rpc import Answer, DatabaseUnavailable, DispatchError

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


Dispatch = Callable[[str, Mapping[str, Any], int], Awaitable[Answer]]
"""The RPC: one body or a JSON array of bodies, options, and how many requests share the call."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One body as text; with options of its own it shares its call with nobody."""

    text: str
    options: Mapping[str, Any]
    answer: asyncio.Future[Answer]


class Coalescer:
    """Bounded in calls at once, bodies and characters a call, characters waiting, and requests."""

    def __init__(
        self,
        dispatch: Dispatch,
        *,
        concurrency: int = 4,
        batch_size: int = 32,
        batch_characters: int = 1024 * 1024,
        waiting_characters: int = 64 * 1024 * 1024,
        open_requests: int = 65536,
        patience_seconds: float = 0.025,
        gather_seconds: float = 0.005,
    ) -> None:
        self._dispatch = dispatch
        self._concurrency = concurrency
        self._batch_size = batch_size
        self._batch_characters = batch_characters
        self._room = waiting_characters
        self._places = open_requests
        self._waiting: deque[Delivery] = deque()
        self._workers: set[asyncio.Task[None]] = set()
        self._working = 0
        self._patience_seconds = patience_seconds
        self._young_calls: set[Delivery] = set()
        self._gather_seconds = gather_seconds
        self._awaited = 0
        self._gathering: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def deliver(self, text: str, options: Mapping[str, Any] = NO_OPTIONS) -> Answer:
        """Wait until this body's effect is committed, and return the answer of the call it shared.

        Raises what the RPC raised for this body. Cancelling the caller does not cancel the call.
        """
        if len(text) > self._room or self._places <= 0:
            raise DatabaseUnavailable("too many requests are waiting")
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        delivery = Delivery(text, options, self._loop.create_future())
        self._waiting.append(delivery)
        self._room -= len(text)
        self._places -= 1
        self._start_worker()
        try:
            return await delivery.answer
        finally:
            self._places += 1

    async def drain(self) -> None:
        """Wait until everything accepted so far is answered."""
        while self._workers or self._waiting:
            self._gather_no_longer()
            await asyncio.wait(self._workers)

    def _is_time_for_a_call(self) -> bool:
        waiting = len(self._waiting)
        return waiting >= self._batch_size or (
            waiting > 0 and not self._young_calls and waiting >= self._awaited
        )

    def _start_worker(self) -> None:
        if self._working < self._concurrency and self._is_time_for_a_call():
            self._working += 1
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        try:
            while self._is_time_for_a_call():
                await self._call(self._next_batch())
        finally:
            self._working -= 1

    async def _call(self, batch: list[Delivery]) -> None:
        first = batch[0]
        self._stop_gathering()
        self._young_calls.add(first)
        growing_old = asyncio.get_running_loop().call_later(
            self._patience_seconds, self._wait_no_longer_for, first
        )
        try:
            await self._settle(batch)
        finally:
            growing_old.cancel()
            self._young_calls.discard(first)
            if len(batch) > 1 or self._waiting:
                self._gather(len(batch) + len(self._waiting))

    def _gather(self, awaited: int) -> None:
        self._stop_gathering()
        self._awaited = awaited
        self._gathering = asyncio.get_running_loop().call_later(
            self._gather_seconds, self._gather_no_longer
        )

    def _stop_gathering(self) -> None:
        self._awaited = 0
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None

    def _gather_no_longer(self) -> None:
        self._stop_gathering()
        self._start_worker()

    def _wait_no_longer_for(self, first: Delivery) -> None:
        self._young_calls.discard(first)
        self._start_worker()

    def _next_batch(self) -> list[Delivery]:
        batch: list[Delivery] = []
        characters = 0
        while self._waiting and len(batch) < self._batch_size:
            first = self._waiting[0]
            characters += len(first.text)
            is_alone = bool(first.options) or characters > self._batch_characters
            if batch and is_alone:
                break
            batch.append(self._waiting.popleft())
            self._room += len(first.text)
            if is_alone:
                break
        return batch

    async def _settle(self, batch: list[Delivery]) -> None:
        try:
            if len(batch) == 1:
                answer = await self._dispatch(batch[0].text, batch[0].options, 1)
            else:
                joined = f"[{','.join(delivery.text for delivery in batch)}]"
                answer = await self._dispatch(joined, NO_OPTIONS, len(batch))
        except DispatchError as error:
            if len(batch) == 1 or isinstance(error, DatabaseUnavailable):
                _fail(batch, error)
            else:
                logger.warning("BATCH_REPEATED", requests=len(batch), error=str(error))
                for delivery in batch:
                    await self._settle([delivery])
        except Exception as error:
            _fail(batch, error)
        else:
            for delivery in batch:
                if not delivery.answer.done():
                    delivery.answer.set_result(answer)


def _fail(batch: list[Delivery], error: Exception) -> None:
    for delivery in batch:
        if not delivery.answer.done():
            delivery.answer.set_exception(error)
