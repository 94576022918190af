"""What passes between the database and whoever does the work."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

Outcome = Literal["done", "failed", "running", "released", "accepted"]

_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Attempted:
    """What a report says which attempt it is of."""

    id: int
    lock_token: UUID


@dataclass(frozen=True, slots=True)
class ClaimedTask(Attempted):
    """One claimed task, as `wa_tasks_claim` returns it."""

    kind: str
    input: Any
    progress: Any
    attempt: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What came of one task, as `wa_tasks_settle` takes it; `duration_ms` is for the metrics."""

    outcome: Outcome
    result: Any = None
    progress: Any = None
    error_class: str | None = None
    error_message: str | None = None
    retry_after_seconds: float | None = None
    answer_seconds: float | None = None
    duration_ms: int = 0

    @property
    def holds_for_every_claim(self) -> bool:
        """Whether the work is done, and must not be done again."""
        return self.outcome == "done"

    def essential(self) -> TaskResult:
        """Return what the database takes in any case: what it refuses to keep has failed."""
        if self.outcome != "done":
            return TaskResult(self.outcome, error_class=self.error_class)
        return TaskResult(
            "failed",
            error_class="permanent",
            error_message="the database does not take the result",
            duration_ms=self.duration_ms,
        )

    def for_the_log(self) -> dict[str, object]:
        """Return what a person needs who settles it by hand."""
        return {"outcome": self.outcome}

    def as_json(self, task: Attempted) -> dict[str, Any]:
        """Return the JSON object that settles `task`."""
        message = self.error_message
        if message is not None:
            message = message.replace("\0", "").encode(errors="replace").decode()[:_LONGEST_TEXT]
        told = asdict(replace(self, error_message=message))
        del told["duration_ms"]
        return {"id": task.id, "lock_token": str(task.lock_token), **told}
