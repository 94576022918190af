"""The variables that a body declares, and the body as PostgreSQL's parser reads it by itself.

Outside a server the parser of PL/pgSQL knows the types of pg_catalog alone, so that it is given
others for them: `record` for what has columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pglast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pglast.parser import Token

_ENDS_TYPE = frozenset({"collate", "not", "default", ":=", "=", ";"})
_NO_TYPE = frozenset({"alias", "cursor", "scroll", "no"})


@dataclass(frozen=True)
class Declared:
    """A variable's name, and where its type stands in the body; `words` are those of the type.

    Without words it is one whose type is not told in so many words: a cursor, an alias.
    """

    name: str
    start: int
    end: int
    words: tuple[str, ...]


def find_declared(body: str) -> list[Declared]:
    """Return what the body's blocks declare. Raises ParseError for what is no SQL at all."""
    tokens = [one for one in pglast.parser.scan(body) if not one.name.endswith("_COMMENT")]
    found: list[Declared] = []
    position = 0
    while position < len(tokens):
        if word_of(body, tokens[position]) != "declare":
            position += 1
            continue
        position += 1
        while position < len(tokens) and word_of(body, tokens[position]) != "begin":
            end = _end_of_statement(body, tokens, position)
            if word_of(body, tokens[position]) != "declare":
                found += _read(body, tokens[position:end])
                position = end
            position += 1
    return found


def with_types(body: str, types: Sequence[tuple[Declared, str]]) -> str:
    """Return the body with these types in place of those declared; its lines stay what they are."""
    parts, position = [], 0
    for declared, name in types:
        lines = "\n" * body.count("\n", declared.start, declared.end)
        parts += [body[position : declared.start], name, lines]
        position = declared.end
    return "".join((*parts, body[position:]))


def word_of(text: str, token: Token) -> str:
    """Return what a token means: an identifier unquoted, anything else in lower case."""
    word = text[token.start : token.end + 1]
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def _end_of_statement(body: str, tokens: Sequence[Token], position: int) -> int:
    while position < len(tokens) and word_of(body, tokens[position]) != ";":
        position += 1
    return position


def _read(body: str, tokens: Sequence[Token]) -> Iterator[Declared]:
    words = [word_of(body, token) for token in tokens]
    if len(words) < 2:
        return
    begin = 2 if words[1] == "constant" else 1
    end, depth = begin, 0
    while end < len(words) and (depth or words[end] not in _ENDS_TYPE):
        depth += (words[end] in "([") - (words[end] in ")]")
        end += 1
    if begin == end or words[begin] in _NO_TYPE:
        yield Declared(words[0], tokens[0].end, tokens[0].end, ())
    else:
        yield Declared(
            words[0], tokens[begin].start, tokens[end - 1].end + 1, tuple(words[begin:end])
        )
