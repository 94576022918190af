"""What docs/build/tasks.md shows runs: its step, and the statements of operators and workers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pglast
import pytest

from tests.dispatching import reply_texts, say, value
from tests.docs.code_blocks import PROJECT, CodeBlock, find_code_blocks
from tests.fixtures.names import current_names, environment_of
from tests.notifier.conftest import until
from tests.tasks.conftest import result_of

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database

STEP, *BLOCKS = find_code_blocks("docs/build/tasks.md", "sql")


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


async def test_its_function_runs_with_the_command_it_shows(
    connection: Connection[DictRow], database: Database, tmp_path: Path
) -> None:
    (function,), (command,) = (
        find_code_blocks("docs/build/tasks.md", kind) for kind in ("python", "sh")
    )
    (tmp_path / "team_tasks.py").write_text(function.code)
    connection.execute(
        """
        insert into public.profiles (whatsapp_e164) values ('+34600111222');
        insert into wa.tasks
        (user_id, kind, input, state, max_attempts, turn_at, next_attempt_at, deadline_at)
        select user_id, 'ocr', '{"address": 1}', 'home', 1, now(), now(), now() + interval '1 hour'
        from public.profiles
        """
    )
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "wa-webhook"
    program.write_text(f"#!{sys.executable}\nfrom wa_webhook.cli import app; app()\n")
    program.chmod(0o755)
    working = await asyncio.create_subprocess_shell(
        f"exec env {command.code}",
        cwd=tmp_path,
        env={
            **os.environ,
            **environment_of(current_names()),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "WA_DATABASE_URL": database.url("wa_worker_role"),
            "WA_METRICS_PORT": "off",
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        message = "select coalesce(max(error_message), '') from wa.tasks"
        await until(lambda: "url" in value(connection, message))
    finally:
        working.terminate()
        assert await working.wait() == 0
