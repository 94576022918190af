"""What sessions read from end to end, as PostgreSQL counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

_FLUSH = "select pg_stat_force_next_flush()"
_SCANS = """
select coalesce(sum(seq_scan), 0) as scans
from pg_stat_user_tables
where relname in ('profiles', 'chat_state', 'wa_events', 'notifications')
"""


def count_scans(owner: Connection[DictRow], session: Connection[DictRow]) -> int:
    """Return how often a table that grows was scanned, by these two and all that ended."""
    session.execute(_FLUSH)
    owner.execute(_FLUSH)
    row = owner.execute(_SCANS).fetchone()
    assert row is not None
    return int(row["scans"])
