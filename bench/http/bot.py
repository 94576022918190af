"""A bot that answers every message, from the signed webhook to the reply that Meta has accepted."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread, compare, take_turns
from bench.http.bot_samples import (
    COMPARED_MESSAGES,
    FEW,
    LONE_MESSAGES,
    MANY,
    MOST_MESSAGES,
    OURS,
    PYWA,
    Bots,
    Sample,
    running_bots,
)
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.run import Run

_HELD_BACK_BY = (
    "the two cores that handler, notifier, database, people and Graph API share: what a message"
    " takes of them all, in the next section, has to fit. At few connections few messages share a"
    " call, and each process sleeps between them: what wakes up finds its caches cold, so that the"
    " same work costs several times what it does at many."
)


def measure(run: Run) -> Section:
    """Compare two bots, then look at a lone message and at the notifier alone."""
    section = Section(
        name="bot",
        title="A bot that answers",
        method=(
            "One process is both the people, who write a text each over connections that are"
            " kept, and the Graph API, which accepts every reply at once: the clock runs from the"
            " first signed webhook to the last accepted reply. Ours is a handler and a notifier,"
            " one process each, and commits every message and every reply; pywa is one process"
            " under uvicorn that stores nothing, and answers from its handler with a text. It"
            " takes the webhook before it answers, so that what comes faster waits inside it, and"
            " gives up what waits five seconds for one of its HTTP client's hundred connections."
            " Ours answers with the home menu. In a sample every user writes once, and the pace"
            " of the business number is unlimited. People, bots and database share the cores."
        ),
    )
    with running_bots(run, OURS, PYWA) as bots:
        # Before the crowds, which pywa goes on with for minutes.
        _look_at_lone_messages(bots, section)
        _compare(bots, section)
        _look_at_the_notifier(bots, section)
    return section


def _compare(bots: Bots, section: Section) -> None:
    run = bots.run
    table = Table(("", "replies a second", "CPU of the bot, µs", "unanswered"))
    for connections, at_least in ((FEW, 3.0), (MANY, 10.0)):
        run.say(f"{connections} connections")
        samples = take_turns(
            {
                name: functools.partial(bots.sample, name, COMPARED_MESSAGES, connections)
                for name in bots.by_name
            },
            3,
        )
        for name, repeats in samples.items():
            table.add(
                f"{name}, {connections} connections",
                Spread.of([one.heard.replies_per_second for one in repeats]),
                Spread.of([one.cpu.total - one.cpu.people for one in repeats]),
                sum(COMPARED_MESSAGES - one.heard.replies for one in repeats),
            )
        if PYWA in samples:
            section.ratios.append(
                compare(
                    f"replies a second / pywa's, {connections} connections",
                    _rates(samples[OURS]),
                    _rates(samples[PYWA]),
                    at_least=at_least,
                    number=9,
                    held_back_by=_HELD_BACK_BY,
                )
            )
    section.tables.append(table)
    if PYWA not in bots.by_name:
        section.notes.append("pywa is absent: `pip install -r requirements/bench.txt`.")


def _look_at_lone_messages(bots: Bots, section: Section) -> None:
    samples = bots.compare_lone()
    medians = {name: Spread.of([one.heard.median_ms for one in samples[name]]) for name in samples}
    section.ratios.append(
        Ratio(
            "a lone message to its accepted reply, median, ms", medians[OURS], at_most=25, number=9
        )
    )
    if PYWA in medians:
        replies = sum(one.heard.replies for one in samples[PYWA])
        section.notes.append(
            f"pywa answers a lone message in {medians[PYWA]} ms, and answered {replies} of"
            f" {bots.run.choose(*LONE_MESSAGES) * len(samples[PYWA])}."
        )


def _look_at_the_notifier(bots: Bots, section: Section) -> None:
    run = bots.run
    run.say("the notifier alone")
    messages = run.choose(1000, MOST_MESSAGES)
    samples = take_turns(
        {OURS: functools.partial(bots.sample_notifier, messages)}, run.choose(3, 5)
    )[OURS]
    table = Table(("", "replies a second", "notifier CPU, µs", "database CPU, µs"))
    table.add(
        "the notifier alone, from a full queue",
        Spread.of([one.heard.replies_per_second for one in samples]),
        Spread.of([one.cpu.notifier for one in samples]),
        Spread.of([one.cpu.sessions for one in samples]),
    )
    section.tables.append(table)
    section.ratios.append(
        Ratio(
            "replies a second of one core of the notifier",
            Spread.of([1e6 / one.cpu.notifier for one in samples]),
            at_least=2000,
            number=9,
        )
    )


def _rates(repeats: Sequence[Sample]) -> list[float]:
    return [one.heard.replies_per_second for one in repeats]
