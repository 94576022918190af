"""One file's statements: split with PostgreSQL's own parser, executed one by one.

One by one, so that the server's error position leads to a line of the file.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pglast
import psycopg
from pglast.parser import ParseError
from psycopg import errors

from wa_webhook.migrate.errors import SourceError, StatementFailedError
from wa_webhook.migrate.turns import TRY_AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

    from wa_webhook.migrate.files import SqlFile
    from wa_webhook.naming.rewriting import Rewriter

END_OF_FILE = "set constraints all immediate;\nset constraints all deferred;\n"
"""Between files that share a transaction: each expects that the one before has ended its own."""

_EXCERPT_LINES = 12

_REFUSED_FLOW = "WA060"
"""Its message names all that is wrong, and that is not at one place of the declaration."""


@dataclass(frozen=True)
class Statement:
    """One statement's text, without its semicolon, and where it starts in its file."""

    text: str
    offset: int


def split_statements(file: SqlFile) -> list[Statement]:
    """Return the statements of `file` in order.

    Raises SourceError with the line when PostgreSQL's grammar does not take the file.
    """
    with _refused_with_line(file):
        slices = pglast.split(file.text, only_slices=True)
    return [Statement(file.text[part], part.start) for part in slices]


def parse_statements(file: SqlFile) -> list[Any]:
    """Return the statements of `file` as nodes of pglast; raises as split_statements does."""
    with _refused_with_line(file):
        return [raw.stmt for raw in pglast.parse_sql(file.text)]


def end_statement(file: SqlFile) -> str:
    """Return the text of `file` with a semicolon after the last statement, so that more can follow.

    Raises SourceError as split_statements does.
    """
    with _refused_with_line(file):
        tokens = [one.name for one in pglast.parser.scan(file.text)]
    meant = [one for one in tokens if not one.endswith("_COMMENT")]
    if meant[-1:] in ([], ["ASCII_59"]):
        return file.text
    # Behind a comment it would be a part of that.
    return file.text.rstrip() + (";\n" if tokens[-1] == meant[-1] else "\n;\n")


@contextmanager
def _refused_with_line(file: SqlFile) -> Iterator[None]:
    try:
        yield
    except ParseError as error:
        message, offset = error.args
        # At the end of its input the parser tells no place.
        line = _line_at(file.text, len(file.text.rstrip()) if offset is None else offset)
        raise SourceError(f"{file.path}, line {line}: {message}") from None


def execute_file(
    connection: Connection[tuple[object, ...]],
    file: SqlFile,
    rewriter: Rewriter,
    follow: Callable[[str], None] = lambda _step: None,
) -> None:
    """Execute every statement of `file`, with the names of `rewriter`.

    `follow` is called with a few words before each of them. Raises StatementFailedError with file,
    line and statement. Errors that say "try again" (a lock timeout, a deadlock, a serialization
    failure) come through as they are.
    """
    statements = [
        Statement(rewriter.rewrite(statement.text), statement.offset)
        for statement in split_statements(file)
    ]
    for position, statement in enumerate(statements, 1):
        follow(f"{file.path}, statement {position} of {len(statements)}")
        execute_statement(connection, file, statement)


def execute_statement(
    connection: Connection[tuple[object, ...]], file: SqlFile, statement: Statement
) -> None:
    """Execute one statement of `file`; raises as execute_file does."""
    try:
        connection.execute(statement.text.encode())
    except TRY_AGAIN:
        raise
    except psycopg.Error as error:
        raise StatementFailedError(_describe(file, statement, error)) from error


def _describe(file: SqlFile, statement: Statement, error: psycopg.Error) -> str:
    diagnostic = error.diag
    position = int(diagnostic.statement_position or 1) - 1
    line = _line_at(file.text, statement.offset) + statement.text.count("\n", 0, position)
    is_refused_flow = error.sqlstate == _REFUSED_FLOW
    where = file.path if is_refused_flow else f"{file.path}, line {line}"
    lines = [f"{where}: {diagnostic.message_primary or error}"]
    hint = diagnostic.message_hint
    if isinstance(error, errors.DuplicateTable):
        hint = "If another program made it, see: wa-webhook migrate --adopt --dry-run"
    lines += [
        f"  {label}: {value}"
        for label, value in (
            ("SQLSTATE", error.sqlstate),
            ("detail", diagnostic.message_detail),
            ("hint", hint),
            ("context", diagnostic.context),
        )
        if value and not (label == "context" and is_refused_flow)
    ]
    if is_refused_flow:
        return "\n".join(lines)
    excerpt = statement.text.splitlines()
    lines += ["  statement:", *(f"    {text}" for text in excerpt[:_EXCERPT_LINES])]
    if len(excerpt) > _EXCERPT_LINES:
        lines.append(f"    ... ({len(excerpt) - _EXCERPT_LINES} more lines)")
    return "\n".join(lines)


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
