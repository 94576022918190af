"""The registry of states: no state goes away under a chat."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import send, value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

ADD = """
    insert into wa.flow_states (state, flow, step_function, description)
    values ('old', 'test', 'step_home', 'test')
"""
REMOVE = "delete from wa.flow_states where state = 'old'"
RENAME = "update wa.flow_states set state = 'new' where state = 'old'"
# As a routine does it, which on a node is what a removal waits for.
ENTER = "do $$ begin update public.chat_state set state = 'old'; end $$"


@pytest.fixture
def chatting(edge: Connection[DictRow], connection: Connection[DictRow]) -> Connection[DictRow]:
    """The owner, in a database where one person has written and a state was added."""
    assert send(edge, payloads.text_message()) == {"processed": 1}
    connection.execute(ADD)
    return connection


@pytest.mark.parametrize("change", [REMOVE, RENAME])
def test_a_state_that_somebody_is_in_stays(chatting: Connection[DictRow], change: str) -> None:
    chatting.execute(ENTER)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="somebody is in the state old"):
        chatting.execute(change.encode())


@pytest.mark.parametrize("change", [REMOVE, RENAME])
def test_a_state_that_nobody_is_in_may_go(chatting: Connection[DictRow], change: str) -> None:
    chatting.execute(change.encode())
    assert value(chatting, "select count(*) from wa.flow_states where state = 'old'") == 0


def test_a_state_may_be_described_anew_while_somebody_is_in_it(
    chatting: Connection[DictRow],
) -> None:
    chatting.execute(ENTER)
    chatting.execute("update wa.flow_states set state = state, description = 'better'")


def test_a_state_that_somebody_is_just_entering_stays(
    chatting: Connection[DictRow], connect: Connect
) -> None:
    entering = connect(autocommit=False)
    entering.execute(ENTER)
    with ThreadPoolExecutor(1) as pool:
        removal = pool.submit(chatting.execute, REMOVE)
        while not value(
            entering, "select exists (select from pg_locks where not granted) as waits"
        ):
            pass
        entering.commit()
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            removal.result()
