"""What an adoption does to a database: done at once, and kept for who wants to do it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

    def keep(self, statement: str) -> None:
        """Keep what was executed."""
        self._kept.append(statement)

    def as_text(self) -> str:
        """Return all of them in order, as a script."""
        return "".join(f"{statement.rstrip().rstrip(';')};\n\n" for statement in self._kept)
