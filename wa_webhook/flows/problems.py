"""What does not hold together in the flows of a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

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
