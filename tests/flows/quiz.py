"""A flow of two states that tests declare, change and break."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import value
from tests.fixtures.names import with_default_names

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

STEP = """
create or replace function wa.step_{name}(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$ begin {body} end $$
"""
ASKS = "return wa.ask(p_chat, 'ask', '{yes}');"
MOVES = "if p_chat.is_entered then return wa.go(p_chat, 'last'); end if; " + ASKS
ENDS = "return wa.finish(p_chat, 'thanks');"


def quiz() -> dict[str, Any]:
    """Return a flow of two states that holds together."""
    return {
        "states": {
            "first": {"about": "Asks.", "moves": ["last"], "expires": "1 day"},
            "last": {"about": "Thanks.", "moves": ["home"], "back": "first"},
        },
        "entries": {"first": {"words": {"en": ["Quiz"], "fr": ["Devinette"]}, "menu": "title"}},
        "texts": {
            "title": {"en": "Quiz", "fr": "Devinette"},
            "ask": {"en": "Ready?", "fr": "On y va ?"},
            "yes": {"en": "Yes", "fr": "Oui"},
            "thanks": {"en": "Thanks!", "fr": "Merci !"},
        },
    }


def write_step(connection: Connection[DictRow], name: str, body: str) -> None:
    connection.execute(STEP.format(name=name, body=body))


def declare(connection: Connection[DictRow], flow: dict[str, Any], name: str = "quiz") -> list[str]:
    """Declare a flow and return the warnings."""
    told: list[str] = []
    handler = lambda notice: told.append(notice.message_primary or "")  # noqa: E731
    connection.add_notice_handler(handler)
    try:
        connection.execute("call wa.declare_flow(%s, %s::json)", (name, json.dumps(flow)))
    finally:
        connection.remove_notice_handler(handler)
    return told


def refusal(connection: Connection[DictRow], flow: dict[str, Any], name: str = "quiz") -> list[str]:
    """Return what is wrong with a flow, having seen that nothing of it is there."""
    before = value(connection, "select count(*) from wa.flow_states")
    with pytest.raises(psycopg.Error) as error:
        declare(connection, flow, name)
    assert error.value.sqlstate == "WA060"
    assert value(connection, "select count(*) from wa.flow_states") == before
    heading, *problems = str(error.value.diag.message_primary).split("\n- ")
    assert heading == f"the flow {name} does not hold together:"
    return [with_default_names(problem) for problem in problems]
