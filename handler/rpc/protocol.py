"""What a transport offers the handler, and how SQLSTATEs sort, whichever way they came."""

import asyncio
import functools
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import psycopg

from handler.payload import Reason
from handler.process.blame import LOST, MISFIT, Blame, find_blame

ACQUIRE_SECONDS = 3.0
"""Bridges a quick restart of the database, well below any patience reported of Meta."""

DISPATCH_SECONDS = 120.0
"""Longer than the largest payload takes: a shorter limit would make it impossible for ever."""

REPORT_SECONDS = 2.0

NOT_ENVELOPE = "WA001"
UNREADABLE = frozenset({"22P02", "22P05", "22021", "54001"})
RETRY_SECONDS = (0.05, 0.2)
RECONNECT_SECONDS = (0.05, 0.1, 0.3, 0.7, 1.5)


class DispatchError(Exception):
    """`wa_dispatch` committed nothing. `sqlstate` is the database's, if it was asked.

    `cause` is more about it, for everybody to read.
    """

    def __init__(self, message: str, sqlstate: str | None = None, cause: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.cause = cause


class DatabaseUnavailable(DispatchError):  # noqa: N818
    """Nobody can be served at the moment."""


class ConnectionLost(DatabaseUnavailable):
    """Nobody who takes writes is there at this moment; after a restart somebody is in the next."""


class DatabaseContended(DispatchError):  # noqa: N818
    """Locks or time ran out; the same call may succeed later."""


class SchemaMisfit(DispatchError):  # noqa: N818
    """The installed routines, tables and rights do not fit together, whatever the payload.

    An upgrade or a person mends it; then every call may succeed.
    """


class PayloadRefused(DispatchError):  # noqa: N818
    """The database answers this payload with an error, and would every time."""

    def __init__(self, reason: Reason, error: str, sqlstate: str | None = None) -> None:
        super().__init__(reason, sqlstate)
        self.reason = reason
        self.error = error


class PurgeFailed(Exception):  # noqa: N818
    """Retention stopped; what it committed stays."""

    def __init__(self, error: str, sqlstate: str | None) -> None:
        super().__init__(error)
        self.sqlstate = sqlstate


@dataclass(frozen=True, eq=False)
class Answer:
    """What `wa_dispatch` did, for all bodies of the call together."""

    counts: Mapping[str, int]
    events: tuple[Mapping[str, Any], ...]
    retention_is_due: bool
    requests: int

    @functools.cached_property
    def outcome(self) -> Mapping[str, int]:
        """What each of its requests is told."""
        return {"requests": self.requests, **self.counts}

    @classmethod
    def together(cls, answers: Iterable[Self]) -> Self:
        """Return what several calls did for one request; their events are logged already."""
        counts = Counter[str]()
        for answer in answers:
            counts.update(answer.counts)
        return cls(counts, (), retention_is_due=False, requests=1)


CountError = Callable[[psycopg.Error | TimeoutError | DispatchError], None]
"""Hears of every call that failed, as the transport met it."""


class Rpc(Protocol):
    """One transport. Each call is one transaction, and leaves nothing behind in any session."""

    async def open(self) -> None:
        """Start connecting, without waiting for the database to be there."""

    async def close(self) -> None:
        """Close the connections."""

    async def health(self) -> Mapping[str, Any]:
        """Return `{"ok": bool, "problems": [...]}`. Raises DatabaseUnavailable in two seconds."""

    async def metrics(self) -> Mapping[str, Any]:
        """Return the database's gauges. Raises DatabaseUnavailable within two seconds."""

    def pool_stats(self) -> Mapping[str, int]:
        """Return psycopg_pool's figures, without those that are still zero."""

    async def dispatch(
        self, payload: str | None, options: Mapping[str, Any], *, requests: int = 1
    ) -> Answer:
        """Commit the effect of a webhook body, or of a JSON array of them, and say what it was.

        A lone body is tried again while the database is contended or unfit, and before it is said
        to break the dispatch; a shared call is not, because its caller repeats it one by one.
        Raises a DispatchError.
        """

    async def purge(self) -> None:
        """Purge what is past its time, in several transactions. Raises PurgeFailed."""


async def dispatch_patiently(
    fetch: Callable[[str | None, str], Awaitable[dict[str, Any]]],
    payload: str | None,
    options: Mapping[str, Any],
    requests: int,
) -> Answer:
    """Call `fetch(payload, options as JSON)`, again while contended or while a restart is quick.

    And again after an error of the dispatch itself: a call during which an upgrade is committed has
    half of the old routines and half of the new. Deduplication makes it harmless if a call whose
    connection was lost was committed after all.
    """
    options_text = json.dumps(dict(options)) if options else "{}"
    retries = iter(() if requests > 1 else RETRY_SECONDS)
    reconnects = iter(RECONNECT_SECONDS)
    deadline: float | None = None
    while True:
        try:
            return _answer(await fetch(payload, options_text), requests)
        except (DatabaseContended, SchemaMisfit):
            if (pause := next(retries, None)) is None:
                raise
        except PayloadRefused as refused:
            if refused.reason != "dispatch_error" or (pause := next(retries, None)) is None:
                raise
        except ConnectionLost:
            deadline = deadline or time.monotonic() + ACQUIRE_SECONDS
            if (pause := next(reconnects, None)) is None or time.monotonic() + pause > deadline:
                raise
        await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 (jitter)


def sort_sqlstate(sqlstate: str, error: str) -> DispatchError:
    """Sort an error of the database: who is to blame decides whether Meta should send it again."""
    match find_blame(sqlstate):
        case Blame.CONTENTION:
            return DatabaseContended(sqlstate, sqlstate)
        case Blame.SERVER if sqlstate.startswith(MISFIT):
            return SchemaMisfit(sqlstate, sqlstate)
        case Blame.SERVER if sqlstate.startswith(LOST):
            return ConnectionLost(sqlstate, sqlstate)
        case Blame.SERVER:
            return DatabaseUnavailable(sqlstate, sqlstate)
    reason: Reason = "dispatch_error"
    if sqlstate in UNREADABLE:
        reason = "not_json"
    elif sqlstate == NOT_ENVELOPE:
        reason = "not_envelope"
    return PayloadRefused(reason, f"{sqlstate}: {error}", sqlstate)


def _answer(document: dict[str, Any], requests: int) -> Answer:
    return Answer(
        counts={key: value for key, value in document.items() if type(value) is int},
        events=tuple(document.get("events") or ()),
        retention_is_due=document.get("retention_due") is True,
        requests=requests,
    )
