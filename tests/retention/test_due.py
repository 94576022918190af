"""When retention is due: a call of dispatch tells it, and whoever called runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

IS_DUE = "select wa.is_retention_due()"


@pytest.mark.parametrize(
    ("last_started_at", "is_due"),
    [
        ("null", True),
        ("now() - interval '59 seconds'", False),
        ("now() - interval '61 seconds'", True),
        ("now() + interval '30 seconds'", False),
        ("now() + interval '2 minutes'", True),
    ],
    ids=["never ran", "ran within", "ran before", "just began", "ran before a clock was set back"],
)
def test_retention_is_due_when_it_ran_longer_ago_than_the_setting_says(
    connection: Connection[DictRow], last_started_at: str, is_due: bool
) -> None:
    connection.execute(
        "update wa.settings set value = '60' where key = 'retention_interval_seconds'"
    )
    with connection.transaction():
        connection.execute(
            f"update wa.retention_state set last_started_at = {last_started_at}".encode()
        )
        assert value(connection, IS_DUE) is is_due


def test_without_its_setting_nobody_knows(connection: Connection[DictRow]) -> None:
    connection.execute("update wa.retention_state set last_started_at = now()")
    connection.execute("delete from wa.settings where key = 'retention_interval_seconds'")
    with pytest.raises(psycopg.Error) as raised:
        value(connection, IS_DUE)
    assert raised.value.sqlstate == "WA004"
