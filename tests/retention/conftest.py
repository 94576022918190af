"""A database's past: rows of any age, and what a purge says that it did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.dispatching import value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

BATCH = 5000
"""How many rows of a table one step purges at most."""


class Past:
    """Rows of chosen ages in the tables that retention purges."""

    def __init__(self, owner: Connection[DictRow]) -> None:
        self.owner = owner

    def add_events(self, number: int, age: str) -> None:
        """Add events received `age` ago."""
        self.owner.execute(
            "insert into public.wa_events (wa_message_id, message_type, status, received_at)"
            " select gen_random_uuid(), 'text', 'ignored', now() - %s::interval"
            " from generate_series(1, %s)",
            (age, number),
        )

    def add_logs(self, number: int, age: str) -> None:
        """Add logs received `age` ago."""
        self.owner.execute(
            "insert into public.webhook_logs (kind, detail, received_at)"
            " select 'field', '{}', now() - %s::interval from generate_series(1, %s)",
            (age, number),
        )

    def add_kept_payload(self, reason: str, age: str, *, is_replayed: bool = False) -> None:
        """Add a payload that was kept `age` ago."""
        self.owner.execute(
            "insert into wa.kept_payloads (reason, body, received_at, replayed_at)"
            " values (%s, %s, now() - %s::interval, case when %s then now() end)",
            (reason, f"{reason}{age}{is_replayed}".encode(), age, is_replayed),
        )

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        number: int = value(self.owner, f"select count(*) from {table}")
        return number


@pytest.fixture
def past(connection: Connection[DictRow]) -> Past:
    """The tables that retention purges, to fill and to count."""
    return Past(connection)


def purge(connection: Connection[DictRow]) -> dict[str, Any]:
    """Call the procedure and return the notices that it raised, by event name."""
    notices: list[str] = []

    def note(diagnostic: Any) -> None:
        notices.append(diagnostic.message_primary)

    connection.add_notice_handler(note)
    connection.execute("call public.wa_retention_purge()")
    connection.remove_notice_handler(note)
    return {event["event"]: event for event in map(json.loads, notices)}


def step(connection: Connection[DictRow]) -> dict[str, Any]:
    """Call one step of retention."""
    answer: dict[str, Any] = value(connection, "select public.wa_retention_step()")
    return answer
