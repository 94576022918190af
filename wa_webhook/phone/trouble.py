"""A difficult Meta at hand: what goes wrong from now on, or once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from wa_webhook.meta_stand_in.behaviour import Behaviour, Statuses, Verdict
from wa_webhook.phone.said import Asked

if TYPE_CHECKING:
    from wa_webhook.meta_stand_in import GraphStandIn
    from wa_webhook.meta_stand_in.people import Person

Order = Literal["in_order", "reversed", "one_batch"]
Once = Literal["error", "html", "refuse", "accept_then_reset", "failed_status"]


class FailOnce(Asked):
    """What happens to the next message that the bot sends; `code` is Meta's, of error and status.

    error: Meta refuses it; html: a proxy answers 502; refuse: the connection is cut;
    accept_then_reset: it is cut after Meta has taken the message; failed_status: Meta takes it,
    and tells later that it failed.
    """

    how: Once
    code: Annotated[int, Field(ge=0, le=9_999_999)] = 131000


class Release(Asked):
    """How what was held is delivered: as it was written, the last first, or in one webhook."""

    order: Order


class Review(Asked):
    """What Meta finds of a template; one that nobody asked for is known from then on."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Annotated[str, Field(pattern=r"^[A-Za-z_-]{2,16}$")]
    verdict: Verdict


class Pass(Asked):
    """Time that passes, in seconds: an instant to a year."""

    seconds: Annotated[float, Field(gt=0, le=366 * 86_400)]

    @property
    def passed(self) -> timedelta:
        """How much later it is."""
        return timedelta(seconds=self.seconds)


class Change(Asked):
    """What is to be different; what is left out stays."""

    delivers_twice: bool | None = None
    holds: bool | None = None
    seconds_late: Annotated[float, Field(ge=0, le=60)] | None = None
    tells_of_reading: bool | None = None
    statuses: Statuses | None = None


@dataclass
class Standing:
    """What goes on until it is changed.

    delivers_twice: each webhook of a user's message comes two times at once. holds: none comes
    until it is released. seconds_late: so long after it was written. tells_of_reading: whether
    read receipts are on. statuses: which follow.
    """

    delivers_twice: bool = False
    holds: bool = False
    seconds_late: float = 0.0
    tells_of_reading: bool = True
    statuses: Statuses = "in_order"


class Trouble:
    """What the stand-in is told to do wrong."""

    def __init__(self, graph: GraphStandIn) -> None:
        self._graph = graph
        self.standing = Standing()

    def change(self, change: Change) -> None:
        """Behave so from now on."""
        for name, value in change.model_dump(exclude_none=True).items():
            setattr(self.standing, name, value)
        self._graph.behaviours.otherwise = Behaviour(statuses=self.standing.statuses, times=None)

    def fail_once(self, asked: FailOnce) -> None:
        """Let the next message of the bot go wrong."""
        if asked.how == "failed_status":
            self._graph.behave(Behaviour(statuses="failed", code=asked.code))
        else:
            self._graph.behave(Behaviour(answer=asked.how, code=asked.code))

    def close_window(self, person: Person) -> None:
        """Meta takes only templates for somebody, as 24 hours after their last message."""
        self._graph.closed_windows |= _addresses(person)

    def open_window(self, person: Person) -> None:
        """Meta takes every message for somebody again."""
        self._graph.closed_windows -= _addresses(person)

    def block(self, person: Person) -> None:
        """Somebody blocks the business: what it sends is never delivered."""
        self._graph.statuses.blocked_by |= _addresses(person)

    def unblock(self, person: Person) -> None:
        """Somebody takes messages again."""
        self._graph.statuses.blocked_by -= _addresses(person)

    def is_blocking(self, person: Person) -> bool:
        """Say whether somebody has blocked the business."""
        return bool(self._graph.statuses.blocked_by & _addresses(person))

    def is_outside(self, person: Person) -> bool:
        """Say whether somebody's window is closed."""
        return bool(self._graph.closed_windows & _addresses(person))

    def as_json(self) -> dict[str, Any]:
        """Return what goes on."""
        return asdict(self.standing)


def _addresses(person: Person) -> set[str]:
    return {one for one in (person.phone, person.user_id) if one is not None}
