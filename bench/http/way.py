"""Where the time of a message goes on its way from a signed webhook to the accepted reply."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from bench.comparison import Spread, compare, take_turns
from bench.http.bot_samples import (
    BEFORE,
    COMPARED_MESSAGES,
    FEW,
    MANY,
    OURS,
    Bots,
    Sample,
    running_bots,
)
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.run import Run

_WHEN = {OURS: "now", BEFORE: BEFORE}
_COSTS: Mapping[str, Callable[[Sample], float]] = {
    "CPU: handler, with signatures and HTTP": lambda one: one.cpu.server,
    "CPU: its sessions, which dispatch, commit and wake": lambda one: one.cpu.dispatching,
    "CPU: notifier, with HTTP": lambda one: one.cpu.notifier,
    "CPU: its sessions, which claim, settle and commit": lambda one: one.cpu.sending,
    "CPU: autovacuum and what else serves clients": lambda one: max(
        0.0, round(one.cpu.sessions - one.cpu.dispatching - one.cpu.sending, 1)
    ),
    "CPU: people and Graph API": lambda one: one.cpu.people,
    "CPU: all": lambda one: one.cpu.total,
    "messages a dispatch": lambda one: one.together.a_dispatch if one.together else 0.0,
    "replies a claim": lambda one: one.together.a_claim if one.together else 0.0,
    "replies a settlement": lambda one: one.together.a_settlement if one.together else 0.0,
}


def measure(run: Run) -> Section:
    """Compare CPU and routines with those of an earlier commit."""
    section = Section(
        name="way",
        title="The way of a message, now and before",
        method=(
            "People, bots and Graph API as in the section before, with the bot of an earlier commit"
            f" ({BEFORE}) in turns: its handler, notifier and database. Columns are connections."
            " CPU is that of whole processes. Time of routines is by the clock, in their own"
            f" statements and expressions, with {MANY} connections that of the sessions that wait"
            " for a core too."
        ),
    )
    with running_bots(run, OURS, BEFORE) as bots:
        _look_at_lone_messages(bots, section)
        _compare(bots, section)
    return section


def _look_at_lone_messages(bots: Bots, section: Section) -> None:
    samples = bots.compare_lone()
    if BEFORE not in samples:
        section.notes.append(f"{BEFORE} is absent: take a clone with its whole history.")
        return
    now, before = ([one.heard.median_ms for one in samples[name]] for name in (OURS, BEFORE))
    section.ratios.append(
        compare(f"a lone message to its accepted reply, now / {BEFORE}", now, before, number=9)
    )
    section.notes.append(
        f"A lone message has its accepted reply after {Spread.of(now)} ms, and had it after"
        f" {Spread.of(before)} ms."
    )


def _compare(bots: Bots, section: Section) -> None:
    run = bots.run
    names = list(bots.by_name)
    samples: dict[tuple[int, str], Sequence[Sample]] = {}
    for connections in (FEW, MANY):
        run.say(f"where time goes, {connections} connections")
        repeats = take_turns(
            {
                name: functools.partial(bots.sample, name, COMPARED_MESSAGES, connections)
                for name in names
            },
            run.choose(3, 5),
        )
        for name in names:
            samples[connections, name] = repeats[name]
        if BEFORE in names:
            section.ratios.append(
                compare(
                    f"replies a second, now / {BEFORE}, {connections} connections",
                    [one.heard.replies_per_second for one in repeats[OURS]],
                    [one.heard.replies_per_second for one in repeats[BEFORE]],
                    number=9,
                )
            )
    costs = Table(
        ("µs a message", *(f"{_WHEN[name]}, {connections}" for connections, name in samples))
    )
    for what, of in _COSTS.items():
        costs.add(what, *(Spread.of([of(one) for one in repeats]) for repeats in samples.values()))
    section.tables.append(costs)
    for name in names:
        section.tables.append(_list_routines(bots, name))


def _list_routines(bots: Bots, name: str) -> Table:
    table = Table((f"{_WHEN[name]}, in the database, µs a message", str(FEW), str(MANY)))
    few, many = (
        bots.list_routines(name, COMPARED_MESSAGES, connections) for connections in (FEW, MANY)
    )
    for routine in sorted(few.keys() | many.keys(), key=lambda one: -few.get(one, 0)):
        table.add(routine, few.get(routine, "less"), many.get(routine, "less"))
    return table
