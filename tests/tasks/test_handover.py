"""The result of a task waits while a person has the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import value
from tests.tasks.conftest import ANA, result_of

if TYPE_CHECKING:
    from tests.fixtures.postgres import Connect
    from tests.tasks.conftest import Workshop


@pytest.fixture
def held(workshop: Workshop, connect: Connect) -> Workshop:
    """A chat that waits for a task while a colleague has the conversation."""
    workshop.say("scan")
    connect("wa_agent_role").execute("select public.wa_handover(%s)", (f"+{ANA}",))
    return workshop


def test_it_takes_effect_once_the_conversation_is_handed_back(
    held: Workshop, connect: Connect
) -> None:
    report = held.finish(held.claim()[0])
    assert [event["event"] for event in report["events"]] == ["TASK_DONE", "TASK_RESULT_WAITS"]
    assert held.claim() == []
    assert held.task()["reached"] == "waiting"

    connect("wa_agent_role").execute("select public.wa_hand_back(%s)", (f"+{ANA}",))
    assert held.claim() == []
    assert held.task()["reached"] == "answered"
    assert held.last_reply() == "read hello"
    held.claim()
    assert (
        value(
            held.owner, "select count(*) from public.wa_events where message_type = 'task_result'"
        )
        == 1
    )


def test_a_result_that_broke_is_not_replayed_into_it(workshop: Workshop, connect: Connect) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.break_step()
    workshop.finish(claimed)
    workshop.mend_step()
    connect("wa_agent_role").execute("select public.wa_handover(%s)", (f"+{ANA}",))
    operator = connect("wa_operator_role")
    with pytest.raises(psycopg.Error) as refusal:
        operator.execute("select public.wa_replay_event(%s)", (f"task:{claimed['id']}",))
    assert refusal.value.sqlstate == "WA073"


def test_the_next_result_waits_when_the_one_before_has_handed_over(workshop: Workshop) -> None:
    workshop.owner.execute(
        """
        create or replace function wa.step_scans(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp as $$
        begin
          if wa.task_result(p_chat) is not null then
            return wa.hand_over(p_chat, 'help.body');
          end if;
          perform wa.request_task(p_chat, 'scan');
          return null;
        end $$"""
    )
    workshop.say("scans", "and another")
    first, second = workshop.claim()
    workshop.settle(*(result_of(one, "done", result={}) for one in (first, second)))
    assert workshop.tasks("reached") == ["answered", "waiting"]
