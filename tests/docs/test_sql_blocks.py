"""Every SQL block of the documents runs, as the role that the documents say."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pglast
import pytest

from tests import payloads
from tests.docs.code_blocks import CodeBlock, find_code_blocks

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

RUNBOOK = find_code_blocks("docs/runbook.md", "sql")
README = find_code_blocks("README.md", "sql")
FAILED_MESSAGE = "wamid.failed"


def run_block(session: Connection[DictRow], code: str) -> None:
    """Run the statements one by one, as psql does: a procedure that commits needs it."""
    for statement in pglast.split(code):
        session.execute(statement.encode())


@pytest.fixture
def profile_id(connection: Connection[DictRow], edge: Connection[DictRow]) -> str:
    """A user as the runbook has in mind: one message processed, one failed, one reply not sent."""
    dispatch(edge, payloads.text_message("menu"))
    connection.execute("update wa.flow_states set step_function = 'step_gone' where state = 'help'")
    dispatch(edge, payloads.text_message("help", message_id=FAILED_MESSAGE))
    connection.execute("update wa.flow_states set step_function = 'step_help' where state = 'help'")
    connection.execute(
        """
        update public.notifications
        set status = 'failed', error_code = '131000', failed_at = now()
        where id = (select min(id) from public.notifications)
        """
    )
    kept = {"body": b64encode(b'{"object": "whatsapp_business_account", "entry": []}').decode()}
    edge.execute(
        "select public.wa_dispatch(null, %s::jsonb)",
        (json.dumps({"keep": [kept | {"reason": "dispatch_error", "error": "XX000"}]}),),
    )
    row = connection.execute("select user_id::text from public.profiles").fetchone()
    assert row is not None
    return str(row["user_id"])


def dispatch(edge: Connection[DictRow], message: payloads.Json) -> payloads.Json:
    body = json.dumps(payloads.envelope(messages=[message]))
    row = edge.execute("select public.wa_dispatch(%s::jsonb) as answer", (body,)).fetchone()
    assert row is not None
    answer: payloads.Json = row["answer"]
    return answer


@pytest.mark.parametrize("block", RUNBOOK, ids=str)
def test_the_operator_can_run_every_sql_block_of_the_runbook(
    block: CodeBlock, profile_id: str, operator: Connection[DictRow]
) -> None:
    code = (
        block.code.replace("<profile_id>", profile_id)
        .replace("<wa_message_id>", FAILED_MESSAGE)
        .replace("<payload_id>", "1")
    )
    run_block(operator, code)


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
    answer = dispatch(edge, payloads.text_message("help", message_id=FAILED_MESSAGE))
    assert answer["processed"] == 1


def test_deleting_the_chat_state_resets_the_user_to_the_home_state(
    profile_id: str,
    operator: Connection[DictRow],
    edge: Connection[DictRow],
    connection: Connection[DictRow],
) -> None:
    dispatch(edge, payloads.text_message("language"))
    operator.execute("delete from public.chat_state where user_id = %s", (profile_id,))
    dispatch(edge, payloads.text_message("Hm."))
    chat = connection.execute(
        "select state from public.chat_state where user_id = %s", (profile_id,)
    ).fetchone()
    assert chat == {"state": "home"}
