"""docs/operate/restore.md, read from top to bottom by the person on call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.code_blocks import find_code_blocks
from tests.restore.conftest import paused_because

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.queue.conftest import Queue


def test_the_document_leads_from_a_restored_queue_to_one_that_sends(
    queue: Queue, operator: Connection[DictRow]
) -> None:
    queue.add_user()
    doubtful = queue.queue()
    distrust, look, resume = (
        block.code.encode() for block in find_code_blocks("docs/operate/restore.md", "sql")
    )
    operator.execute("set search_path = public")
    operator.execute(distrust)
    assert queue.claim() == []
    assert paused_because(queue) == "started from the volume snapshot of 03:00"
    assert [row["id"] for row in operator.execute(look)] == [doubtful]
    operator.execute(resume)
    later = queue.queue()
    assert queue.claimed_ids() == [later]
    assert queue.status(doubtful) == "cancelled"
