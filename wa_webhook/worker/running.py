"""One attempt at one task: the function is called, and what it did becomes a result."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from handler.process.logs import logger, place_of
from wa_webhook.worker.claimed import TaskResult
from wa_webhook.worker.context import TaskCancelledError, TaskContext
from wa_webhook.worker.errors import AnsweredLater, TaskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.worker.claimed import ClaimedTask
    from wa_webhook.worker.registry import TaskFunction


class Attempt:
    """A task while its function runs.

    A thread cannot be ended from outside: `finished` waits for it, so that no more run at once
    than may, while its result is told as soon as it is out of time.
    """

    def __init__(self, task: ClaimedTask, function: TaskFunction, timeout_seconds: float) -> None:
        self.task = task
        self.context = TaskContext(
            task.id, task.kind, task.attempt, task.deadline_at, task.progress, task.lock_token
        )
        self._function = function
        self._timeout = function.timeout_seconds or timeout_seconds
        self._thread: Future[Any] | None = None
        self._is_released = False
        self._running: asyncio.Task[TaskResult] | None = None
        self.is_told = asyncio.Event()
        """Set when its result is on its way to the database."""

    async def run(self) -> TaskResult:
        """Return what came of it; whatever the function raises, this does not."""
        began = time.monotonic()
        self._running = asyncio.create_task(self._call())
        # Waited for like this, so that giving up reaches the function and not whoever waits.
        await asyncio.wait([self._running])
        result = TaskResult("released") if self._running.cancelled() else self._running.result()
        if self._is_released and result.outcome not in ("done", "accepted"):
            result = TaskResult("released", progress=self.context.progress)
        return replace(result, duration_ms=round((time.monotonic() - began) * 1000))

    async def finished(self) -> None:
        """Return when nothing of the function runs any more."""
        if self._thread is not None and not self._thread.done():
            with contextlib.suppress(Exception):
                await asyncio.wrap_future(self._thread)

    def cancel(self, *, is_released: bool) -> None:
        """Tell the function that nobody waits; released, another worker will do it again."""
        self.context.is_cancelled = True
        self._is_released = self._is_released or is_released
        if self._running is not None:
            self._running.cancel()

    async def _call(self) -> TaskResult:
        try:
            given = self._function.input_type.validate_python(self.task.input)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems)
            return TaskResult(
                "failed", error_class="permanent", error_message=f"the input does not fit: {told}"
            )
        arguments = (given, self.context) if self._function.takes_context else (given,)
        try:
            async with asyncio.timeout(self._timeout) as patience:
                returned = await self._start(arguments)
            return TaskResult("done", result=to_jsonable_python(returned))
        except AnsweredLater as later:
            return TaskResult("accepted", answer_seconds=later.within_seconds)
        except TaskCancelledError:
            return TaskResult("released")
        except TaskError as error:
            self._tell(error)
            return TaskResult(
                "failed",
                error_class=error.error_class,
                error_message=str(error),
                retry_after_seconds=getattr(error, "retry_after_seconds", None),
            )
        except PydanticSerializationError as error:
            return TaskResult("failed", error_class="permanent", error_message=str(error))
        except Exception as error:
            if isinstance(error, TimeoutError) and patience.expired():
                self.context.is_cancelled = True
                return TaskResult(
                    "failed",
                    error_class="timeout",
                    error_message=f"not done within {self._timeout:g} s",
                )
            self._tell(error)
            return TaskResult("failed", error_message=f"{type(error).__name__}: {error}")

    def _tell(self, error: Exception) -> None:
        """Log what was raised and where, without its message: it may quote what somebody wrote."""
        code = getattr(self._function.function, "__code__", None)
        logger.log(
            logging.WARNING if isinstance(error, TaskError) else logging.ERROR,
            "TASK_RAISED",
            id=self.task.id,
            kind=self.task.kind,
            attempt=self.task.attempt,
            error=type(error).__name__,
            at=place_of(error, getattr(code, "co_filename", None)),
        )

    async def _start(self, arguments: tuple[Any, ...]) -> object:
        if self._function.is_async:
            return await self._function.function(*arguments)
        self._thread = _call_in_thread(self._function.function, arguments)
        return await asyncio.shield(asyncio.wrap_future(self._thread))


def _call_in_thread(function: Callable[..., object], arguments: tuple[object, ...]) -> Future[Any]:
    """Call a function in a thread that keeps no process from leaving, as those of a pool do."""
    future: Future[Any] = Future()
    context = contextvars.copy_context()

    def call() -> None:
        try:
            future.set_result(context.run(function, *arguments))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=call, name="wa-task", daemon=True).start()
    return future
