"""What docs/operate/handover.md shows runs: statements, a step, the task for a help desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pglast

from tests import payloads
from tests.dispatching import row, value
from tests.docs.code_blocks import find_code_blocks
from tests.handover.conftest import ANA
from tests.tasks.conftest import result_of

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.handover.conftest import Desk

CALLS, SETTINGS, STEP, HELP_DESK, NOTES, ACTIONS = find_code_blocks(
    "docs/operate/handover.md", "sql"
)


def test_its_statements_run_as_the_roles_that_they_are_for(desk: Desk, connect: Connect) -> None:
    operator = connect("wa_operator_role")
    for session, block in (
        (desk.agent, CALLS),
        (operator, SETTINGS),
        (operator, HELP_DESK),
        (desk.agent, NOTES),
        (operator, ACTIONS),
    ):
        for statement in pglast.split(block.code):
            session.execute(statement.replace("+34600111222", ANA).encode())
    assert desk.answers()[-1] == "Kim here. Which invoice?"


def test_its_step_is_known_to_hand_over(desk: Desk) -> None:
    desk.owner.execute(STEP.code.encode())
    desk.owner.execute(
        """
        insert into wa.flow_states (state, flow, step_function, description)
        values ('support', 'support', 'step_support', 'Wants a person.');
        insert into wa.flow_transitions values ('support', 'home');
        insert into wa.flow_entries (kind, value, to_state)
        values ('keyword', 'support', 'support');
        insert into wa.texts (key, locale, body)
        values ('support.a_colleague_comes', 'en', 'A colleague answers you here.')"""
    )
    desk.hears("support")
    assert desk.answers()[-1] == "A colleague answers you here."
    assert desk.place()["handed_over_for"] == "wants help with a payment"


def test_a_help_desk_outside_hears_what_the_user_writes_and_no_step_of_its_answer(
    desk: Desk, connect: Connect
) -> None:
    desk.owner.execute(HELP_DESK.code.encode())
    desk.takes(note="asked about an invoice")
    desk.hears("Number 17.")
    worker = connect("wa_worker_role")
    claimed = row(worker, "select * from public.wa_tasks_claim('worker-1', '{help_desk}')")
    assert claimed["input"]["recipient"] == f"+{payloads.SENDER}"
    assert claimed["input"]["agent"] == "Kim"
    assert claimed["input"]["message"]["text"] == {"body": "Number 17."}

    done = result_of(claimed, "done", result={"ticket": 4})
    settle = "select public.wa_tasks_settle(jsonb_build_array(%s::jsonb)) -> 'events'"
    events = value(worker, settle, payloads.body(done).decode())
    assert [event["event"] for event in events] == ["TASK_DONE"]
    assert (
        value(
            desk.owner, "select count(*) from public.wa_events where message_type = 'task_result'"
        )
        == 0
    )
