"""How much is to be done, and how much goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FaultPlan:
    """`kills` hit workers, `restarts` and `crashes` the server, `seconds_between_faults` apart.

    The time between faults is a mean.
    """

    users: int = 500
    workers: int = 3
    kills: int = 30
    restarts: int = 3
    crashes: int = 3
    seconds_between_faults: float = 3.0
    seed: int = 1
    patience_seconds: float = 1800.0

    @property
    def faults(self) -> list[str]:
        """Every fault, not yet in an order."""
        return ["kill"] * self.kills + ["restart"] * self.restarts + ["crash"] * self.crashes


@dataclass(frozen=True)
class OutboxPlan(FaultPlan):
    """`misbehaving_share` of the requests to Meta meets a misbehaviour."""

    messages: int = 10_000
    in_doubt_seconds: int = 20
    misbehaving_share: float = 0.15


@dataclass(frozen=True)
class TaskPlan(FaultPlan):
    """Each user's tasks are asked for by messages, `tasks_a_message` by each."""

    tasks: int = 10_000
    tasks_a_message: int = 4


@dataclass(frozen=True)
class NodesPlan:
    """A cluster of Citus by its coordinator's URL, and commands that kill and start a worker.

    The handler goes in through the coordinator, or through the node with the URL `through`. To each
    business `rate` messages are posted a second, for `seconds` before and after what befalls a
    worker, which is gone for `seconds_away`; `rounds` times over.
    """

    citus: str = ""
    stop_worker: str = ""
    start_worker: str = ""
    through: str = ""
    rounds: int = 3
    rate: float = 20.0
    seconds: float = 10.0
    seconds_away: float = 10.0
    patience_seconds: float = 180.0


QUICK_OUTBOX = OutboxPlan(
    messages=200,
    users=20,
    workers=2,
    kills=3,
    restarts=1,
    crashes=1,
    seconds_between_faults=0.7,
    in_doubt_seconds=5,
    patience_seconds=120.0,
)

QUICK_TASKS = TaskPlan(
    tasks=160,
    users=20,
    workers=2,
    kills=2,
    restarts=0,
    crashes=1,
    seconds_between_faults=0.7,
    patience_seconds=120.0,
)

MISBEHAVIOUR: tuple[dict[str, Any], ...] = (
    {"answer": "error", "code": 131000},
    {"answer": "error", "code": 130429, "http_status": 429, "retry_after": 1},
    {"answer": "html"},
    {"answer": "refuse"},
    {"answer": "accept_then_reset"},
    {"answer": "accept_then_html"},
    {"delay": 0.5},
    {"delay": 3.0},
    {"statuses": "duplicate"},
    {"statuses": "reversed"},
    {"statuses": "before_response"},
)
