"""A business on a node of a Citus cluster beside the same business on a server without Citus."""

from __future__ import annotations

import contextlib
import functools
import itertools
import statistics
import time
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from bench.cluster import drop_businesses, holder_of, make_business, url_of, workers_of
from bench.comparison import Spread, compare, take_turns
from bench.people import FIRST_PHONE, webhook_of_many
from bench.report import Section, Table
from bench.run import MissingPeerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.cluster import Node
    from bench.run import Run
    from wa_webhook.naming.names import Names

NAME = "bench_nodes"
# Roles belong to a server, and this one may hold the cluster's coordinator too.
PLAIN_NAME = "bench_plain"
MANY = 32
BATCH = 10

_PLAIN = "without Citus"
_ONE, _TOGETHER, _CLAIM, _SETTLE = KINDS = (
    "a message",
    f"{MANY} messages together",
    f"a claim of {BATCH}",
    f"settling {BATCH}",
)

Sample = dict[str, float]


def measure(run: Run) -> Section:
    """Time calls of one session, from outside, at each place in turn."""
    require_cluster(run)
    calls = run.choose(20, 60)
    rounds = run.choose(3, 7)
    try:
        run.say("making the business twice")
        plain = make_business(run.plain, PLAIN_NAME)
        placed = make_business(run.citus, NAME)
        with contextlib.ExitStack() as cleanup:
            ways = _ways_to(run.citus)
            cases = {_PLAIN: Way(run.plain, plain, None)} | {
                name: Way(run.citus, placed, node) for name, node in ways.items()
            }
            for way in cases.values():
                cleanup.callback(way.close)
            samples = take_turns(
                {name: functools.partial(sample, [way], calls) for name, way in cases.items()},
                rounds,
            )
    finally:
        drop_businesses(run.plain, [PLAIN_NAME])
        drop_businesses(run.citus, [NAME])
    return _report(samples, calls, rounds)


def _ways_to(url: str) -> dict[str, Node | None]:
    holder = holder_of(url, NAME)
    others = [node for node in workers_of(url) if node != holder]
    return {"straight on its worker": holder, "through the coordinator": None} | (
        {"through another worker": others[0]} if others else {}
    )


class Way:
    """Sessions of a handler and a notifier that come to a business through one node."""

    _numbers = itertools.count()

    def __init__(self, url: str, names: Names, node: Node | None) -> None:
        self._schema = names.schema
        self._edge, self._notifier = (
            psycopg.connect(url_of(url, role, node), autocommit=True)
            for role in (names.edge_role, names.notifier_role)
        )

    def call_each(self) -> Sample:
        """Return what one call of each kind takes, in milliseconds."""
        taken = {_ONE: self.dispatch(1), _TOGETHER: self.dispatch(MANY)}
        claimed, taken[_CLAIM] = _timed(
            self._notifier,
            f"select * from {self._schema}.wa_notifications_claim('bench', {BATCH})",  # noqa: S608
        )
        results = [
            {"id": one[0], "lock_token": str(one[1]), "outcome": "accepted"}
            | {"wa_message_id": f"wamid.{one[0]}"}
            for one in claimed
        ]
        _, taken[_SETTLE] = _timed(
            self._notifier, f"select {self._schema}.wa_notifications_settle(%s)", Jsonb(results)
        )
        return taken

    def dispatch(self, many: int) -> float:
        """Return what so many messages take in one call, each somebody's first."""
        numbers = itertools.islice(self._numbers, many)
        messages = [(str(FIRST_PHONE + number), f"nodes{number}") for number in numbers]
        body = webhook_of_many(messages, str(int(time.time())))
        call = f"select {self._schema}.wa_dispatch(%s::jsonb)"
        return _timed(self._edge, call, body)[1]

    def close(self) -> None:
        """End the sessions."""
        self._edge.close()
        self._notifier.close()


def require_cluster(run: Run) -> None:
    """Raise MissingPeerError without a cluster and a server to compare it with."""
    if not run.citus or not run.plain:
        raise MissingPeerError(
            "a cluster is absent: name its coordinator with `--citus URL`, and with `--plain URL` a"
            " database without Citus on a server of the same version"
        )


def sample(ways: Sequence[Way], calls: int) -> Sample:
    """Return the medians of so many calls of each kind, the ways taking turns."""
    taken = [way.call_each() for way in itertools.islice(itertools.cycle(ways), calls)]
    return {kind: statistics.median(one[kind] for one in taken) for kind in KINDS}


def _timed(
    session: psycopg.Connection[Any], call: str, *given: object
) -> tuple[list[tuple[Any, ...]], float]:
    begun = time.perf_counter()
    answer = session.execute(call.encode(), given).fetchall()
    return answer, (time.perf_counter() - begun) * 1000


def _report(samples: Mapping[str, Sequence[Sample]], calls: int, rounds: int) -> Section:
    table = Table(("median, ms", *KINDS))
    section = Section(
        name="nodes",
        title="A business on a node",
        method=(
            "One session of a handler and one of a notifier, of the same business on a cluster of"
            " Citus, through each kind of node, and on a server without Citus; times are those of"
            f" the client, medians of {calls} calls a round, {rounds} rounds after one to warm up."
            " Each message is somebody's first."
        ),
        tables=[table],
    )
    for name, taken in samples.items():
        table.add(name, *(Spread.of([one[kind] for one in taken]) for kind in KINDS))
        if name != _PLAIN:
            section.ratios += [
                compare(
                    f"{kind}: {name} / {_PLAIN}",
                    [one[kind] for one in taken],
                    [one[kind] for one in samples[_PLAIN]],
                )
                for kind in KINDS
            ]
    return section
