"""Where in a flow's files that stands for which its declaration was refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wa_webhook.migrate.bodies import find_mistakes_of
from wa_webhook.migrate.causes import Words, find_causes
from wa_webhook.migrate.errors import StatementFailedError
from wa_webhook.migrate.files import component_of
from wa_webhook.migrate.statements import execute_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from wa_webhook.migrate.files import SqlFile
    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.rewriting import Rewriter

_PROBLEM = "- "
_DOES_NOT_COMPILE = " does not compile: "
_HINT = (
    "  hint: The flow is as it was. Correct its routines, or a migration that is not applied yet"
    " (else add one), and apply it again."
)
_IN_STEP = re.compile(r"(?:moves on to|says) ([\w.]+)")
_IN_DECLARATION = re.compile(
    r"(?:moves to|leads back to|leads to|shows|the text|characters of) ([\w.]+)"
    r"|^([\w.]+) has no step"
)


def declare(
    connection: Connection[tuple[object, ...]],
    file: SqlFile,
    rewriter: Rewriter,
    source: Source,
) -> None:
    """Execute a declaration in a savepoint; raises StatementFailedError as execute_file does.

    What is wrong is told once for each cause, with its file and, where that is known, the line; so
    is what fails in the bodies of a team's own routines once they are run.
    """
    flow = component_of(file.path)
    routines = [one for one in source.routines if component_of(one.path) == flow]
    own = routines if flow in source.own else []
    try:
        with connection.transaction():
            execute_file(connection, file, rewriter)
    except StatementFailedError as error:
        lines = str(error).splitlines()
        if not (problems := [line for line in lines if line.startswith(_PROBLEM)]):
            raise
        begin, end = lines.index(problems[0]), lines.index(problems[-1]) + 1
        refusal = _Refusal(connection, file, rewriter, {_stem(one): one for one in routines})
        told = refusal.tell([one.removeprefix(_PROBLEM) for one in problems])
        told += find_mistakes_of(connection, own, rewriter)
        whole = [*lines[:begin], *_listed(told), *lines[end:]]
        raise StatementFailedError("\n".join(whole)) from error.__cause__
    if mistakes := find_mistakes_of(connection, own, rewriter):
        heading = f"{file.path}: the flow {flow} does not hold together:"
        raise StatementFailedError("\n".join((heading, *_listed(mistakes), _HINT)))


@dataclass(frozen=True)
class _Refusal:
    """A declaration that was refused, and the routines of its flow by their names."""

    connection: Connection[tuple[object, ...]]
    declaration: SqlFile
    rewriter: Rewriter
    routines: dict[str, SqlFile]

    def tell(self, problems: Sequence[str]) -> list[str]:
        words = Words.of(self.declaration, self.routines)
        return [self._locate(one, words) for one in find_causes(problems, words)]

    def _locate(self, problem: str, words: Words) -> str:
        name = next((word for word in re.findall(r"\w+", problem) if word in self.routines), None)
        file = self.routines[name] if name else self.declaration
        if _DOES_NOT_COMPILE in problem and (said := self._compile(file)):
            return said
        named = (_IN_STEP if name else _IN_DECLARATION).search(problem)
        line = None
        if named:
            known = named[1] or named[2]
            line = _find(file.text, known, words.own(known), "'" if name else '"')
        if line is None:
            return f"{file.path}: {problem}" if name else problem
        return f"{file.path}, line {line}: {problem}"

    def _compile(self, file: SqlFile) -> str | None:
        """Return what PostgreSQL says of a file whose bodies it reads, with the line."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute("set local check_function_bodies = on")
                execute_file(self.connection, file, self.rewriter)
        except StatementFailedError as error:
            return str(error).partition("\n")[0]
        return None


def _find(text: str, name: str, own: str, quote: str) -> int | None:
    """Return the first line that has a name as a literal, or else in one: whole, or the flow's own.

    `quote` is what stands around literals.
    """
    either = f"(?:{re.escape(name)}|{re.escape(own)})"
    literals = (f"{quote}{either}{quote}", rf"{quote}[^{quote}]*(?<![\w.]){either}(?![\w.])")
    for literal in literals:
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(literal, line):
                return number
    return None


def _listed(problems: Sequence[str]) -> list[str]:
    return [f"{_PROBLEM}{one}" for one in problems]


def _stem(file: SqlFile) -> str:
    return PurePosixPath(file.path).stem
