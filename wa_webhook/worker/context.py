"""What a function knows of the task that it does, beside its input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from pydantic_core import to_jsonable_python

if TYPE_CHECKING:
    from datetime import datetime


class TaskCancelledError(Exception):
    """Nobody wants the result any more: the function may end at once."""


@dataclass(slots=True, eq=False)
class TaskContext:
    """One attempt at a task.

    `task_id` is the same in every attempt: what the function does elsewhere should carry it, since
    a worker can die after the work and before it could say so. `attempt` counts from 1,
    `last_progress` is what an earlier attempt reported last. Safe to use from the function's
    thread.
    """

    task_id: int
    kind: str
    attempt: int
    deadline_at: datetime
    last_progress: Any = None
    lock_token: UUID = field(default_factory=uuid4)
    progress: Any = field(default=None, init=False)
    is_cancelled: bool = field(default=False, init=False)
    """Whether nobody wants the result any more, or the worker is to stop."""

    def report(self, progress: object) -> None:
        """Say how far it is, for the next sign of life. Raises TaskCancelledError."""
        self.raise_if_cancelled()
        self.progress = to_jsonable_python(progress)

    def raise_if_cancelled(self) -> None:
        """Raise TaskCancelledError when nobody wants the result any more."""
        if self.is_cancelled:
            raise TaskCancelledError
