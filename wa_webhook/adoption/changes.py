"""What an adoption does to a database: done at once, and kept for who wants to do it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from wa_webhook.adoption.conflict import Conflict, set_aside
from wa_webhook.migrate.files import SqlFile
from wa_webhook.migrate.statements import end_statement
from wa_webhook.migrate.turns import TRY_AGAIN

if TYPE_CHECKING:
    from psycopg import Connection


class Changes:
    """Executes statements that change something, and keeps those that worked."""

    def __init__(self, database: Connection[Any]) -> None:
        self._database = database
        self._kept: list[str] = []

    def execute(self, statement: str) -> None:
        """Execute a statement without its semicolon; raises psycopg's errors."""
        self._database.execute(statement.encode())
        self.keep(statement)

    def alter(self, table: str, change: str) -> list[Conflict]:
        """Alter a table, and return the conflict where it cannot be.

        Raises what says that another session was in the way.
        """
        try:
            with self._database.transaction():
                self.execute(f"alter table {table} {change}")
        except TRY_AGAIN:
            raise
        except psycopg.Error as error:
            problem = f"cannot {change}: {error.diag.message_primary}"
            return [Conflict(table, problem, set_aside(table))]
        return []

    def keep(self, statement: str) -> None:
        """Keep what was executed."""
        self._kept.append(statement)

    def as_text(self) -> str:
        """Return all of them in order, as a script."""
        return "\n".join(end_statement(SqlFile("adoption", one)) for one in self._kept)
