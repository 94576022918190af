"""Alerts as their causes raise them, the notifier takes them, and an operator reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


class Alerts:
    """`owner` raises and looks, `notifier` claims and settles."""

    def __init__(self, owner: Connection[DictRow], notifier: Connection[DictRow]) -> None:
        self.owner = owner
        self.notifier = notifier

    def raise_one(self, kind: str = "send_error", key: str = "131042") -> None:
        """Raise one alert, as a cause does."""
        self.owner.execute("select wa.raise_alert(%s, %s, '{\"error_code\": 1}')", (kind, key))

    def claim(self) -> list[DictRow]:
        """Claim as a notifier does."""
        return self.notifier.execute("select * from public.wa_alerts_claim('worker-1')").fetchall()

    def claimed(self) -> list[dict[str, Any]]:
        """Claim, and return what is posted."""
        return [row["alert"] for row in self.claim()]

    def settle(self, claimed: DictRow, *, delivered: bool = True) -> Any:
        """Report one claimed alert."""
        result = {
            "id": claimed["id"],
            "lock_token": str(claimed["lock_token"]),
            "delivered": delivered,
            "count": claimed["alert"]["count"],
        }
        row = self.notifier.execute(
            "select public.wa_alerts_settle(%s) as report", (Jsonb([result]),)
        ).fetchone()
        assert row is not None
        return row["report"]

    def make_due(self) -> None:
        """Let the time until the next delivery pass."""
        self.owner.execute(
            "update wa.alerts set next_attempt_at = now() where next_attempt_at <> 'infinity'"
        )

    def set(self, key: str, value: object) -> None:
        """Change a setting."""
        self.owner.execute("update wa.settings set value = %s where key = %s", (Jsonb(value), key))

    def overview(self) -> dict[tuple[str, str], int]:
        """Return what an operator sees: the count of each kind and group."""
        rows = self.owner.execute("select kind, group_key, seen_count from wa.alert_overview")
        return {(row["kind"], row["group_key"]): row["seen_count"] for row in rows}


@pytest.fixture
def alerts(connection: Connection[DictRow], notifier_connection: Connection[DictRow]) -> Alerts:
    """The alerts of the test's own database."""
    return Alerts(connection, notifier_connection)
