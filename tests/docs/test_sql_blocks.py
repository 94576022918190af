"""Every SQL block of the documents runs, as the role and in the situation that they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pglast
import pytest

from tests import payloads
from tests.dispatching import send
from tests.docs.code_blocks import CodeBlock, find_code_blocks, read_files
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_psql
from tests.docs.situation import FAILED_MESSAGE, fill_in, make_trouble
from tests.fixtures.documents import as_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database

RUNBOOK = find_code_blocks("docs/runbook.md", "sql")
# Those that are files: tests/docs/test_readme.py.
README = [
    block
    for block in find_code_blocks("README.md", "sql")
    if block.code not in read_files("README.md").values()
]


def run_block(session: Connection[DictRow], code: str) -> None:
    """Run the statements one by one, as psql does: a procedure that commits needs it."""
    for statement in pglast.split(code):
        session.execute(statement.encode())


@pytest.fixture
def profile_id(connect: Connect) -> str:
    """The user of the runbook's trouble."""
    return make_trouble(connect)


@pytest.mark.parametrize("block", RUNBOOK, ids=str)
def test_every_sql_block_of_the_runbook_prints_what_is_shown(
    block: CodeBlock,
    profile_id: str,
    database: Database,
    record_property: Callable[[str, object], None],
) -> None:
    finished = run_psql(database, fill_in(block.code, profile_id))
    assert finished.returncode == 0, finished.stdout
    assert is_as_shown(finished.stdout, block.output), finished.stdout
    record_property(*as_run(block))


@pytest.mark.parametrize("block", README, ids=str)
def test_every_sql_block_of_the_readme_runs(
    block: CodeBlock, profile_id: str, connect: Connect
) -> None:
    assert profile_id
    run_block(connect(), block.code.replace("wamid.…", FAILED_MESSAGE))


def test_draining_queues_every_failed_message_again(
    profile_id: str, operator: Connection[DictRow]
) -> None:
    assert profile_id
    drain = next(block for block in RUNBOOK if "greatest(retry_count" in block.code)
    operator.execute(drain.code)
    left = operator.execute("select from public.notifications where status = 'failed'").rowcount
    assert left == 0


def test_deleting_an_event_lets_its_message_be_processed_again(
    profile_id: str, operator: Connection[DictRow], edge: Connection[DictRow]
) -> None:
    assert profile_id
    operator.execute("delete from public.wa_events where wa_message_id = %s", (FAILED_MESSAGE,))
    again = payloads.text_message("help", message_id=FAILED_MESSAGE)
    assert send(edge, again) == {"processed": 1}


def test_deleting_the_chat_state_resets_the_user_to_the_home_state(
    profile_id: str,
    operator: Connection[DictRow],
    edge: Connection[DictRow],
    connection: Connection[DictRow],
) -> None:
    send(edge, payloads.text_message("language"))
    operator.execute("delete from public.chat_state where user_id = %s", (profile_id,))
    send(edge, payloads.text_message("Hm."))
    chat = connection.execute(
        "select state from public.chat_state where user_id = %s", (profile_id,)
    ).fetchone()
    assert chat == {"state": "home"}
