"""Puts chosen names into SQL, token by token with PostgreSQL's own scanner, never by text search.

Rewritten are schemas where a schema stands (`wa.x`, `on schema public, wa`, `search_path`), roles,
channels of LISTEN and NOTIFY, and the strings that hold either: bodies, what `execute` or a job of
pg_cron runs, and names for `to_regclass`, casts to `regclass`, advisory locks and the like. Texts,
comments and columns stay, whatever words they are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pglast
from pglast import keywords
from pglast.parser import ParseError

from wa_webhook.naming.names import NamesError, channel_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wa_webhook.naming.names import Names

_COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})
_SCHEMA_COLUMNS = frozenset(
    {
        *("nspname", "schemaname", "table_schema", "routine_schema", "specific_schema"),
        *("schema_name", "constraint_schema", "trigger_schema", "event_object_schema"),
    }
)
_TAKES_A_NAME = frozenset(
    {
        *("to_regclass", "to_regproc", "to_regprocedure", "to_regtype", "to_regnamespace"),
        *("has_table_privilege", "has_any_column_privilege", "has_column_privilege"),
        *("has_function_privilege", "has_sequence_privilege", "has_type_privilege"),
        *("pg_relation_size", "pg_table_size", "pg_indexes_size", "pg_total_relation_size"),
        *("pg_get_serial_sequence", "nextval", "currval", "setval"),
        # The number of an advisory lock, which all that is in a database would share.
        "hashtextextended",
    }
)
# pg_cron's: they keep the statement that a job runs.
_TAKES_A_STATEMENT = frozenset({"schedule", "schedule_in_database"})
_BEFORE_A_CHANNEL = frozenset({"LISTEN", "NOTIFY", "UNLISTEN"})
_BETWEEN_COLUMN_AND_NAME = frozenset({"SCONST", "IN_P", "NOT", "ANY", "ARRAY", *"=(,[", "<>"})
_ENDS_EXECUTE = frozenset({";", "into", "using", "loop"})


@dataclass(frozen=True)
class _Token:
    """One token; `word` is what it means: an identifier unquoted, a keyword in lower case."""

    kind: str
    text: str
    word: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass
class _Call:
    """An open parenthesis: what was called (empty: nothing), and which argument it is in."""

    function: str
    argument: int = 0


class Rewriter:
    """Rewrites SQL from the default names to `names`.

    Raises NamesError for a name that is a reserved word.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        reserved = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS
        if taken := sorted(reserved & set(names.as_options().values())):
            raise NamesError(f"{', '.join(map(repr, taken))}: a reserved word of SQL")
        self._are_chosen = not names.are_default
        self._schemas = names.schemas
        self._roles = names.roles
        # What becomes of a text depends on the names alone, and to find out is slow.
        self._cached = _cached.setdefault(names, lru_cache(maxsize=4096)(self._rewrite))

    def rewrite(self, sql: str) -> str:
        """Return `sql` with the chosen names; SQL that the scanner refuses is returned as it is."""
        return self._cached(sql) if self._are_chosen else sql

    def _rewrite(self, sql: str) -> str:
        try:
            tokens = _scan(sql)
        except ParseError:
            return sql
        parts, position = [], 0
        for token, replacement in _Pass(self, tokens).replacements():
            parts += [sql[position : token.start], replacement]
            position = token.end
        return "".join((*parts, sql[position:]))

    def schema(self, word: str) -> str | None:
        """Return the chosen name of a schema, None for another schema."""
        return self._schemas.get(word)

    def role(self, word: str) -> str | None:
        """Return the chosen name of a role, None for another role."""
        return self._roles.get(word)

    def channel(self, word: str) -> str | None:
        """Return the chosen name of a channel of ours, None for another one."""
        return channel_of(self.names.schema, word) if word.startswith("wa_") else None


_cached: dict[Names, Callable[[str], str]] = {}


class _Pass:
    """One way through the tokens of one text."""

    def __init__(self, rewriter: Rewriter, tokens: Sequence[_Token]) -> None:
        self._rewriter = rewriter
        self._tokens = tokens
        self._calls: list[_Call] = []
        self._execute_depth: int | None = None
        self._lists_schemas = False

    def replacements(self) -> Iterator[tuple[_Token, str]]:
        """Yield each token that changes, with what it becomes."""
        for index, token in enumerate(self._tokens):
            if token.kind == "SCONST":
                replacement = self._string(index, token)
            else:
                replacement = self._name(index, token)
                self._follow(index, token)
            if replacement is not None and replacement != token.text:
                yield token, replacement

    def _word(self, index: int) -> str:
        return self._tokens[index].word if 0 <= index < len(self._tokens) else ""

    def _follow(self, index: int, token: _Token) -> None:
        """Keep track of calls, of EXECUTE and of lists of schemas."""
        before, after = self._word(index - 1), self._word(index + 1)
        if token.word in {"(", "["}:
            self._calls.append(_Call(before if token.word == "(" else ""))
        elif token.word in {")", "]"} and self._calls:
            self._calls.pop()
        elif token.word == "," and self._calls:
            self._calls[-1].argument += 1
        elif token.kind == "EXECUTE" and after not in {"on", "function", "procedure"}:
            self._execute_depth = len(self._calls)
        elif token.word in _ENDS_EXECUTE and len(self._calls) == self._execute_depth:
            self._execute_depth = None
        if token.word in {"schema", "search_path"} and "." not in {before, after}:
            self._lists_schemas = True
        elif token.word not in {",", "=", "to", "if", "not", "exists"}:
            self._lists_schemas = self._lists_schemas and after == ","

    def _name(self, index: int, token: _Token) -> str | None:
        before, after = self._word(index - 1), self._word(index + 1)
        if before == "." or token.kind == "Op":
            return None
        if index and self._tokens[index - 1].kind in _BEFORE_A_CHANNEL:
            return self._rewriter.channel(token.word)
        if after == "." or self._lists_schemas:
            return self._rewriter.schema(token.word)
        return None if after == "(" else self._rewriter.role(token.word)

    def _string(self, index: int, token: _Token) -> str | None:
        content, quote = _unquoted(token.text)
        if quote is None:
            return None
        if self._calls and self._calls[-1] == _Call("pg_notify"):
            return quote(self._rewriter.channel(content) or content)
        if self._is_code(index):
            return quote(self._rewriter.rewrite(content))
        if self._names_an_object(index):
            return quote(self._rewriter.schema(content) or self._rewriter.rewrite(content))
        if self._names_a_schema(index) and (schema := self._rewriter.schema(content)):
            return quote(schema)
        if self._word(index - 1) != "is" and (role := self._rewriter.role(content)):
            return quote(role)
        return None

    def _is_code(self, index: int) -> bool:
        """Tell whether it is a body, the statement of DO or of a job, or part of an EXECUTE."""
        before = self._word(index - 1)
        is_of_do = before == "do" or (
            self._word(index - 2) == "language" and self._word(index - 3) == "do"
        )
        is_of_job = bool(self._calls) and self._calls[-1].function in _TAKES_A_STATEMENT
        return is_of_do or is_of_job or before == "as" or self._is_executed(len(self._calls))

    def _is_executed(self, depth: int) -> bool:
        """Whether a string this deep is run: itself, or as the first argument of format()."""
        if self._execute_depth is None:
            return False
        inner = self._calls[self._execute_depth : depth]
        return all(
            not call.function or (call.function == "format" and call.argument == 0)
            for call in inner
        )

    def _names_an_object(self, index: int) -> bool:
        if self._word(index + 1) == "::" and self._word(index + 2).startswith("reg"):
            return True
        calls = self._calls[:-1] if self._is_format_template() else self._calls
        return bool(calls) and calls[-1].function in _TAKES_A_NAME

    def _is_format_template(self) -> bool:
        return bool(self._calls) and self._calls[-1] == _Call("format", 0)

    def _names_a_schema(self, index: int) -> bool:
        if self._lists_schemas:
            return True
        if self._calls and self._calls[-1].function == "has_schema_privilege":
            # The first of three arguments is a role, and `public` may be one.
            return self._calls[-1].argument == 1
        index -= 1
        while index > 0 and (
            self._tokens[index].kind in _BETWEEN_COLUMN_AND_NAME
            or self._word(index) in _BETWEEN_COLUMN_AND_NAME
        ):
            index -= 1
        return self._word(index) in _SCHEMA_COLUMNS


def _scan(sql: str) -> list[_Token]:
    return [
        _Token(token.name, text, _meaning(token.name, text), token.start)
        for token in pglast.parser.scan(sql)
        if token.name not in _COMMENTS
        for text in (sql[token.start : token.end + 1],)
    ]


def _meaning(kind: str, text: str) -> str:
    if kind == "SCONST":
        return ""
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    return text.lower()


class _Quoted:
    """Puts quotes around a string again."""

    def __init__(self, opening: str) -> None:
        self._opening = opening

    def __call__(self, content: str) -> str:
        if self._opening == "'":
            return "'" + content.replace("'", "''") + "'"
        return self._opening + content + self._opening


def _unquoted(text: str) -> tuple[str, _Quoted | None]:
    """Return what a string holds and how to quote it again; None for escape strings."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'"), _Quoted("'")
    if text.startswith("$"):
        opening = text[: text.index("$", 1) + 1]
        return text[len(opening) : -len(opening)], _Quoted(opening)
    return text, None
