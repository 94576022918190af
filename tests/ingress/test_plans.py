"""Sessions live for days: what they plan on an empty database has to do for a full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import payloads
from tests.dispatching import dispatch, say, send
from tests.scans import count_scans

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


def test_no_plan_of_a_dispatch_reads_a_growing_table_from_end_to_end(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    before = count_scans(connection, edge)
    say(edge, "hello", "help")
    for _ in range(2):
        send(edge, *(payloads.text_message(sender=f"3460000000{n}") for n in range(3)))
    dispatch(edge, payloads.envelope(statuses=[payloads.status_update()]))
    assert count_scans(connection, edge) == before
