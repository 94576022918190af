"""Ten businesses beside one, on a cluster of Citus and in one database of a server without."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bench.cluster import drop_businesses, make_business
from bench.comparison import Spread, compare, take_turns
from bench.database.nodes import KINDS, MANY, Way, require_cluster, sample
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.database.nodes import Sample
    from bench.run import Run
    from wa_webhook.naming.names import Names

HOW_MANY = 10
_CLUSTER, _PLAIN = "on the cluster", "in one database"
_THROUGHPUT = f"messages a second, {HOW_MANY} sessions"


def measure(run: Run) -> Section:
    """Time calls to one business and to each of ten in turn, and load both from ten sessions."""
    require_cluster(run)
    # Roles belong to a server, and that without Citus may hold the cluster's coordinator too.
    places = {
        _PLAIN: (run.plain, [f"bench_plain_{number}" for number in range(HOW_MANY)]),
        _CLUSTER: (run.citus, [f"bench_node_{number}" for number in range(HOW_MANY)]),
    }
    seconds: dict[str, list[float]] = {place: [] for place in places}
    cases: dict[str, Sequence[Way]] = {}
    with contextlib.ExitStack() as cleanup:
        for place, (url, names) in places.items():
            run.say(f"making {HOW_MANY} businesses {place}")
            cleanup.callback(drop_businesses, url, names)
            made = [_make(url, name, seconds[place]) for name in names]
            for case, some in (("one", [made[0]] * HOW_MANY), ("ten", made)):
                cases[f"{case} {place}"] = ways = [Way(url, one, None) for one in some]
                for way in ways:
                    cleanup.callback(way.close)
        samples = take_turns(
            {name: functools.partial(_measure_once, run, ways) for name, ways in cases.items()},
            run.choose(3, 7),
        )
    return _report(samples, seconds)


def _make(url: str, name: str, seconds: list[float]) -> Names:
    begun = time.monotonic()
    made = make_business(url, name)
    seconds.append(time.monotonic() - begun)
    return made


def _measure_once(run: Run, ways: Sequence[Way]) -> Sample:
    return sample(ways, run.choose(20, 60)) | {
        _THROUGHPUT: _dispatch_from_all(ways, run.choose(2.0, 5.0))
    }


def _dispatch_from_all(ways: Sequence[Way], seconds: float) -> float:
    """Return how many messages a second all sessions bring in at once, in calls of MANY."""
    is_over = threading.Event()

    def dispatch_until_over(way: Way) -> int:
        calls = 0
        while not is_over.is_set():
            way.dispatch(MANY)
            calls += 1
        return calls

    begun = time.monotonic()
    with ThreadPoolExecutor(len(ways)) as pool:
        calls = [pool.submit(dispatch_until_over, way) for way in ways]
        is_over.wait(seconds)
        is_over.set()
        return sum(one.result() for one in calls) * MANY / (time.monotonic() - begun)


def _report(
    samples: Mapping[str, Sequence[Sample]], seconds: Mapping[str, Sequence[float]]
) -> Section:
    columns = (*KINDS, _THROUGHPUT)
    table = Table(("median, ms", *columns))
    for name, taken in samples.items():
        table.add(name, *(Spread.of([one[column] for one in taken]) for column in columns))
    made = Table(("seconds to make a business", "first", f"{HOW_MANY}th"))
    for place, each in seconds.items():
        made.add(place, each[0], each[-1])
    pairs = [(f"ten {place}", f"one {place}") for place in seconds]
    pairs.append((f"ten {_CLUSTER}", f"ten {_PLAIN}"))
    return Section(
        name="businesses",
        title="Ten businesses",
        method=(
            f"{HOW_MANY} businesses in one database of a server without Citus, and as many on the"
            " nodes of a cluster, spoken to through its coordinator. Calls are those of section"
            " `nodes`, to one business or to each of the ten in turn; then ten sessions at once,"
            f" all of one business or one of each, dispatch calls of {MANY} messages."
        ),
        tables=[table, made],
        ratios=[
            compare(
                f"{column}: {ours} / {theirs}",
                [one[column] for one in samples[ours]],
                [one[column] for one in samples[theirs]],
            )
            for ours, theirs in pairs
            for column in columns
        ],
    )
