"""What was said between one person and us, as lines of a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from psycopg import Connection

    from wa_webhook.naming.names import Names


@dataclass(frozen=True)
class Said:
    """One message of `wa_conversation`; `body` is None where what was said is not kept."""

    at: datetime
    author: str
    body: str | None
    status: str
    error: str | None
    business_number: str | None
    id: str

    def as_json(self) -> dict[str, Any]:
        """Return plain values, for scripts."""
        return vars(self) | {"at": self.at.isoformat()}


def read_history(connection: Connection[Any], names: Names, who: str, most: int) -> list[Said]:
    """Return the latest `most` messages of a person, newest last. Raises psycopg.Error."""
    statement = sql.SQL(
        "select at, author, body, status, error, business_number, id"
        " from {}.wa_conversation(%s, max_messages => %s)"
    ).format(sql.Identifier(names.schema))
    with connection.cursor(row_factory=class_row(Said)) as cursor:
        return cursor.execute(statement, (who, most)).fetchall()


def draw_history(messages: Iterable[Said]) -> Iterator[str]:
    """Yield lines: when, who, status and error, and what was said under it."""
    for said in messages:
        told = said.status if said.error is None else f"{said.status}: {said.error}"
        yield f"{said.at:%Y-%m-%d %H:%M:%S}  {said.author}  ({told})"
        for line in ("(not kept)" if said.body is None else said.body).splitlines():
            yield f"    {line}"
