"""Faults in the bodies of routines, found by their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pglast.parser import ParseError, scan

from tests.mutants.mutation import Mutation
from tests.style.names_in_routines import names_in_routines

if TYPE_CHECKING:
    from collections.abc import Iterator

_SWAPPED = {
    "=": ("comparison", "<>"),
    "<>": ("comparison", "="),
    "<": ("comparison", "<="),
    "<=": ("comparison", "<"),
    ">": ("comparison", ">="),
    ">=": ("comparison", ">"),
    "and": ("logic", "or"),
    "or": ("logic", "and"),
    "asc": ("order", "desc"),
    "desc": ("order", "asc"),
    "coalesce": ("coalesce", "nullif"),
    "greatest": ("bound", "least"),
    "least": ("bound", "greatest"),
}
# A moment to the microsecond is nobody's, nor is how full a queue is to the last page: beside these
# the fault is to look the other way.
_TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_CLOCKS = {
    *(("now", "(", ")"), ("clock_timestamp", "(", ")"), ("v_now",)),
    ("pg_notification_queue_usage", "(", ")"),
}
_LOCKS = {("for", "update"), ("for", "share"), ("for", "no"), ("for", "key")}
_LOCK_WORDS = {"for", "no", "key", "update", "share", "of", "nowait", "skip", "locked"}
_ENDS_A_SORT_KEY = {",", ")", ";", "limit", "offset", "for", "nulls", "loop", "asc", "desc", "rows"}


class _Token(NamedTuple):
    start: int
    end: int
    text: str


def find_mutations(path: str, text: str) -> list[Mutation]:
    """Return every fault that may be made in the routines of a file, if it `parses`."""
    return [
        Mutation(path, text, start, end, replacement, kind)
        for body_start, body in _bodies(text)
        for start, end, replacement, kind in _changes(_tokens(body, body_start))
    ]


def parses(text: str) -> bool:
    """Whether a file is still one that PostgreSQL would take."""
    try:
        names_in_routines(text)
    except ParseError:
        return False
    return True


def _bodies(text: str) -> Iterator[tuple[int, str]]:
    for token in scan(text):
        written = text[token.start : token.end + 1]
        if token.name == "SCONST" and written.startswith("$$"):
            yield token.start + 2, written[2:-2]


def _tokens(body: str, offset: int) -> list[_Token]:
    return [
        _Token(
            offset + token.start,
            offset + token.end + 1,
            body[token.start : token.end + 1].lower(),
        )
        for token in scan(body)
        if not token.name.endswith("COMMENT")
    ]


def _changes(tokens: list[_Token]) -> Iterator[tuple[int, int, str, str]]:
    for place, token in enumerate(tokens):
        following = [one.text for one in tokens[place + 1 : place + 4]]
        if token.text == "coalesce" and _names_nothing(tokens, place):
            continue
        if token.text in _SWAPPED:
            kind, replacement = _SWAPPED[token.text]
            if token.text in _TURNED and _is_beside_clock(tokens, place):
                replacement = _TURNED[token.text]
            yield token.start, token.end, replacement, kind
        elif token.text == "is" and following[:1] != ["not"]:
            yield token.end, token.end, " not", "null test"
        elif token.text == "is":
            yield token.end, tokens[place + 1].end, "", "null test"
        elif token.text == "exists":
            yield token.start, token.start, "not ", "null test"
        elif (token.text, *following[:1]) in _LOCKS:
            yield token.start, _end_of_lock(tokens, place), "", "lock"
        elif token.text == "skip" and following[:1] == ["locked"]:
            yield token.start, tokens[place + 1].end, "", "lock"
        elif token.text == "order" and following[:1] == ["by"]:
            yield from _turn_order(tokens, place + 2)


def _names_nothing(tokens: list[_Token], place: int) -> bool:
    """Whether it only says in a message that something is null."""
    depth = 0
    for before, token in zip(tokens[place:], tokens[place + 1 :], strict=False):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if not depth:
            return before.text == "'null'"
    return False


def _is_beside_clock(tokens: list[_Token], place: int) -> bool:
    words = [one.text for one in tokens]
    return any(
        clock in {tuple(words[place - len(clock) : place]), tuple(words[place + 1 :][: len(clock)])}
        for clock in _CLOCKS
    )


def _end_of_lock(tokens: list[_Token], place: int) -> int:
    """Return where the locking clause that begins at `place` ends."""
    last = tokens[place]
    for token in tokens[place:]:
        if token.text not in _LOCK_WORDS and last.text != "of":
            break
        last = token
    return last.end


def _turn_order(tokens: list[_Token], place: int) -> Iterator[tuple[int, int, str, str]]:
    """Yield the descending order by a first key that says nothing of its order."""
    depth = 0
    while depth or tokens[place].text not in _ENDS_A_SORT_KEY:
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0)
        place += 1
        if place == len(tokens):
            return
    if tokens[place].text not in {"asc", "desc"}:
        end = tokens[place - 1].end
        yield end, end, " desc", "order"
