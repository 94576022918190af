"""Where in a flow's files that stands for which its declaration was refused."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wa_webhook.migrate.errors import StatementFailedError
from wa_webhook.migrate.statements import execute_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from wa_webhook.migrate.files import SqlFile
    from wa_webhook.naming.rewriting import Rewriter

_PROBLEM = "- "
_DOES_NOT_COMPILE = " does not compile: "
_NAMED = re.compile(r"(?:moves on to|says) ([\w.]+)")


def declare(
    connection: Connection[tuple[object, ...]],
    file: SqlFile,
    rewriter: Rewriter,
    routines: Iterable[SqlFile],
) -> None:
    """Execute a declaration in a savepoint; raises StatementFailedError as execute_file does.

    What is wrong with one of `routines` is told with its file and, where that is known, the line.
    """
    try:
        with connection.transaction():
            execute_file(connection, file, rewriter)
    except StatementFailedError as error:
        by_name = {PurePosixPath(one.path).stem: one for one in routines}
        told = [
            _locate(connection, line, rewriter, by_name) if line.startswith(_PROBLEM) else line
            for line in str(error).splitlines()
        ]
        raise StatementFailedError("\n".join(told)) from error.__cause__


def _locate(
    connection: Connection[tuple[object, ...]],
    line: str,
    rewriter: Rewriter,
    routines: Mapping[str, SqlFile],
) -> str:
    problem = line.removeprefix(_PROBLEM)
    name = next((word for word in re.findall(r"\w+", problem) if word in routines), None)
    if name is None:
        return line
    file = routines[name]
    if _DOES_NOT_COMPILE in problem and (said := _compile(connection, file, rewriter)):
        return f"{_PROBLEM}{said}"
    named = _NAMED.search(problem)
    number = _find(file.text, named[1]) if named else None
    where = file.path if number is None else f"{file.path}, line {number}"
    return f"{_PROBLEM}{where}: {problem}"


def _compile(
    connection: Connection[tuple[object, ...]], file: SqlFile, rewriter: Rewriter
) -> str | None:
    """Return what PostgreSQL says of a file whose bodies it reads, with the line."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set local check_function_bodies = on")
            execute_file(connection, file, rewriter)
    except StatementFailedError as error:
        return str(error).partition("\n")[0]
    return None


def _find(text: str, name: str) -> int | None:
    """Return the first line that names a text or state as steps do: by its own name or whole."""
    own = name.partition(".")[2]
    for number, line in enumerate(text.splitlines(), 1):
        if f"'{name}'" in line or (own and f"'{own}'" in line):
            return number
    return None
