"""Fair comparisons: cases take turns in one run, and only their ratios are judged.

What else the machine does changes from second to second, so a figure alone says little; two that
were taken next to each other say which is larger, and several such pairs how sure that is.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Sample = TypeVar("Sample")


@dataclass(frozen=True)
class Spread:
    """The median of some repeats and how far they lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up repeats."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)} to {_short(self.high)})"


@dataclass(frozen=True)
class Ratio:
    """How two cases compare, round by round, and what the median is to reach or not to exceed.

    `number` is that of the target it belongs to; `held_back_by` says what stands in the way.
    """

    name: str
    spread: Spread
    at_least: float | None = None
    at_most: float | None = None
    number: int | None = None
    held_back_by: str = ""

    @property
    def target(self) -> str:
        """The target in words, empty when there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    @property
    def is_met(self) -> bool | None:
        """Whether the median keeps the target, None when there is none."""
        if self.at_least is not None:
            return self.spread.median >= self.at_least
        return None if self.at_most is None else self.spread.median <= self.at_most


def take_turns(cases: Mapping[str, Callable[[], Sample]], rounds: int) -> dict[str, list[Sample]]:
    """Run every case once to warm up, then `rounds` times, the order turning each round."""
    for run in cases.values():
        run()
    samples: dict[str, list[Sample]] = {name: [] for name in cases}
    names = list(cases)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            samples[name].append(cases[name]())
    return samples


def compare(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    number: int | None = None,
    held_back_by: str = "",
) -> Ratio:
    """Divide round by round; what the other did not do at all was done infinitely better."""
    quotients = [
        one / other if other else math.inf for one, other in zip(ours, theirs, strict=True)
    ]
    return Ratio(name, Spread.of(quotients), at_least, at_most, number, held_back_by)


def _short(value: float) -> str:
    if abs(value) >= 100:  # noqa: PLR2004, RUF100
        return f"{value:,.0f}"
    return f"{value:.3g}"
