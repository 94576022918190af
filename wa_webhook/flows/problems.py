"""What does not hold together in the flows of a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from handler.process.environment import SettingsError
from wa_webhook.migrate.bodies import find_mistakes_of
from wa_webhook.migrate.configured import read_configured_source
from wa_webhook.migrate.errors import MigrateError
from wa_webhook.migrate.files import component_of
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from psycopg import Connection

    from wa_webhook.naming.names import Names

_PROBLEMS = "select flow, is_error, problem from wa.list_flow_problems()"


@dataclass(frozen=True)
class Problem:
    """A row of `wa.list_flow_problems`; `flow` is None for a table that is no flow's."""

    flow: str | None
    is_error: bool
    problem: str

    def __str__(self) -> str:
        """Say which flow it is, and what."""
        return f"flow {self.flow}: {self.problem}" if self.flow else self.problem


def list_problems(connection: Connection[Any], names: Names) -> list[Problem]:
    """Return what is found; the role is the operator, or the one that migrates."""
    query = Rewriter(names).rewrite(_PROBLEMS)
    with connection.cursor(row_factory=class_row(Problem)) as cursor:
        return cursor.execute(query.encode()).fetchall()


def list_mistakes(connection: Connection[Any], names: Names) -> list[Problem]:
    """Return what fails in the routines of a team's flows, as the files of this installation are.

    A routine that the database has otherwise is left out, and so are all where a file cannot be
    read: what compares them with the database says which. Raises psycopg.Error.
    """
    rewriter = Rewriter(names)
    try:
        source = read_configured_source()
        return [
            Problem(flow, is_error=True, problem=mistake)
            for flow in sorted(source.own)
            for mistake in find_mistakes_of(
                connection,
                (one for one in source.routines if component_of(one.path) == flow),
                rewriter,
            )
        ]
    except (MigrateError, SettingsError):
        return []
