"""What docs/tasks.md shows runs: its step, and the statements of operators and workers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pglast
import pytest

from tests.dispatching import reply_texts, say, value
from tests.docs.code_blocks import CodeBlock, find_code_blocks
from tests.tasks.conftest import result_of

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

STEP, *BLOCKS = find_code_blocks("docs/tasks.md", "sql")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_statement_runs_as_the_role_it_is_for(block: CodeBlock, connect: Connect) -> None:
    session = connect("wa_worker_role" if "wa_tasks_" in block.code else "wa_operator_role")
    for statement in pglast.split(block.code):
        session.execute(statement.encode())


def test_its_step_asks_waits_and_tells_what_was_read(
    connection: Connection[DictRow], edge: Connection[DictRow], connect: Connect
) -> None:
    connection.execute(STEP.code.encode())
    connection.execute(
        """
        insert into wa.flow_states (state, flow, step_function, description)
        values ('scan', 'scan', 'step_scan', 'Reads a document.');
        insert into wa.flow_transitions values ('scan', 'home');
        insert into wa.flow_entries (kind, value, to_state) values ('keyword', 'scan', 'scan');
        insert into wa.texts (key, locale, body) values
        ('scan.one_moment', 'en', 'One moment.'), ('scan.still_reading', 'en', 'Still reading.'),
        ('scan.read', 'en', 'It says {words}.'), ('scan.unreadable', 'en', 'I cannot read it.')
        """
    )
    worker = connect("wa_worker_role")
    say(edge, "scan")
    connection.execute("delete from public.notifications where kind <> 'message'")
    assert reply_texts(connection) == ["One moment."]
    say(edge, "and now?")
    assert reply_texts(connection)[-1] == "Still reading."
    claimed = worker.execute("select * from public.wa_tasks_claim('w', '{ocr}')").fetchone()
    assert claimed is not None
    done = result_of(claimed, "done", result={"words": "hello"})
    value(worker, "select public.wa_tasks_settle(jsonb_build_array(%s::jsonb))", json.dumps(done))
    assert "It says hello." in reply_texts(connection)
