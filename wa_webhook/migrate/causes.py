"""What is wrong with a flow, told once for each cause, with what was meant.

A name that is written wrong in one place is missing in others: what follows from it is not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.bodies.hints import nearest
from wa_webhook.migrate.files import component_of
from wa_webhook.migrate.flows import HOME, read_declaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wa_webhook.migrate.files import SqlFile

_NO_STATE = re.compile(
    r"(?:moves to|moves on to|leads back to|leads to) (\w+),"
    r" (?:which is|and there is) no (?:such )?state"
)
_NO_STEP = re.compile(r"(\w+) has no step: ")
_NO_TEXT = re.compile(r"(?:says|shows) ([\w.]+), which is no text")
_NOT_DECLARED = re.compile(r"moves on to (\w+), and (\w+) does not declare it")
_MOST_TEXTS = 12


@dataclass(frozen=True)
class Words:
    """The names that a flow's declaration has, as it writes them, and the routines of its steps."""

    prefix: str
    states: tuple[str, ...]
    texts: tuple[str, ...]
    steps: frozenset[str]

    @classmethod
    def of(cls, declaration: SqlFile, routines: Iterable[str]) -> Words:
        """Read a declaration. Raises SourceError as read_declaration does."""
        flow = component_of(declaration.path)
        declared = read_declaration(declaration, flow)
        prefix = "" if flow == HOME else str(declared.get("prefix", flow))
        states, texts = declared.get("states", {}), declared.get("texts", {})
        begin = "_".join(part for part in ("step", prefix) if part)
        steps = (one for one in routines if one.startswith(f"{begin}_"))
        return cls(prefix, tuple(states), tuple(texts), frozenset(steps))

    def own(self, name: str) -> str:
        """Return the name of a state or text as the declaration writes it."""
        return re.sub(f"^{re.escape(self.prefix)}[._]", "", name) if self.prefix else name

    def step_of(self, state: str) -> str:
        """Return the name of the routine that a state of the flow is to have."""
        return "_".join(part for part in ("step", self.prefix, state) if part)

    def state_of(self, step: str) -> str:
        """Return the state that a routine is the step of, as the declaration would write it."""
        return self.own(step.removeprefix("step_"))


def find_causes(problems: Sequence[str], words: Words) -> list[str]:
    """Return of these sentences those that do not follow from others, each with what was meant."""
    unknown = {words.own(found[1]) for one in problems if (found := _NO_STATE.search(one))}
    meant = {name: nearest(name, (*words.states, HOME)) for name in unknown}
    misnamed = dict(_find_misnamed(problems, words))
    told = []
    for problem in problems:
        if found := _NO_STATE.search(problem):
            name = words.own(found[1])
            if name not in misnamed.values():
                told.append(_asking(problem, meant[name]))
        elif found := _NO_STEP.match(problem):
            told.append(_asking(problem, misnamed.get(words.own(found[1]))))
        elif not _follows(problem, meant, misnamed, words):
            told.append(problem)
    return [*_merged(told, words)]


def _find_misnamed(problems: Iterable[str], words: Words) -> Iterator[tuple[str, str]]:
    """Yield states without a step, each with the name of one that has a step and no state."""
    homeless = {words.state_of(step) for step in words.steps}.difference(words.states)
    for problem in problems:
        found = _NO_STEP.match(problem)
        if found and (meant := nearest(words.own(found[1]), homeless)):
            yield words.own(found[1]), meant


def _follows(
    problem: str, meant: dict[str, str | None], misnamed: dict[str, str], words: Words
) -> bool:
    """Whether a problem may be none once the names of states are right."""
    if not (meant or misnamed):
        return False
    if problem.startswith("nothing leads to "):
        return True
    if not (found := _NOT_DECLARED.search(problem)):
        return False
    return words.own(found[1]) in {*meant.values(), *misnamed, *misnamed.values()}


def _merged(problems: Iterable[str], words: Words) -> Iterator[str]:
    """Yield them with what was meant by a text that is not there, which is told once."""
    seen: set[str] = set()
    for problem in problems:
        found = _NO_TEXT.search(problem)
        if found is None:
            yield problem
        elif found[1] not in seen:
            seen.add(found[1])
            name = words.own(found[1])
            if near := nearest(name, words.texts):
                yield _asking(problem, near)
            elif "." not in name and words.texts:
                others = "" if len(words.texts) <= _MOST_TEXTS else ", …"
                yield f"{problem}; there are {', '.join(words.texts[:_MOST_TEXTS])}{others}"
            else:
                yield problem


def _asking(problem: str, meant: str | None) -> str:
    return f"{problem}; did you mean {meant}?" if meant else problem
