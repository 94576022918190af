"""What came of a task goes back into its conversation: once, in order, or as too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import dispatch, errors_of, replies, text, value, values
from tests.tasks.conftest import ANA, BEN, result_of

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.tasks.conftest import Workshop


def test_a_step_asks_for_work_says_one_moment_and_shows_that_the_bot_types(
    workshop: Workshop,
) -> None:
    workshop.say("scan")
    task = workshop.task()
    assert (task["kind"], task["input"], task["state"], task["status"]) == (
        "scan", {"page": 1}, "scan", "queued",
    )  # fmt: skip
    message, receipt = sorted(replies(workshop.owner), key=lambda reply: "status" in reply)
    assert message["text"]["body"] == text(workshop.owner, "help.body")
    assert receipt["typing_indicator"] == {"type": "text"}


def test_the_result_reaches_the_step_that_waits_in_the_transaction_that_settles_it(
    workshop: Workshop,
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    assert (claimed["input"], claimed["attempt"]) == ({"page": 1}, 1)
    report = workshop.finish(claimed, text="hello")
    assert (report["done"], report["lost"]) == (1, [])
    assert workshop.last_reply() == "read hello"
    assert (workshop.task()["status"], workshop.task()["reached"]) == ("done", "answered")
    assert (
        value(
            workshop.owner,
            "select (message_type, status)::text from public.wa_events where wa_message_id = %s",
            f"task:{claimed['id']}",
        )
        == "(task_result,processed)"
    )


def test_a_result_that_is_reported_again_has_no_second_effect(workshop: Workshop) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.finish(claimed)
    said = len(replies(workshop.owner))
    report = workshop.finish(claimed)
    assert (report["done"], report["lost"]) == (0, [claimed["id"]])
    assert len(replies(workshop.owner)) == said


def test_a_user_who_waits_can_go_on_talking(workshop: Workshop) -> None:
    workshop.say("scan", "are you there?")
    assert workshop.last_reply() == "still reading"
    workshop.finish(workshop.claim()[0], text="hello")
    assert workshop.last_reply() == "read hello"


def test_a_result_for_a_state_that_the_user_has_left_is_told_as_late(workshop: Workshop) -> None:
    workshop.say("scan", "menu")
    said = len(replies(workshop.owner))
    report = workshop.finish(workshop.claim()[0])
    assert [event["event"] for event in report["events"]] == ["TASK_DONE", "TASK_LATE"]
    assert (workshop.task()["reached"], workshop.state()) == ("late", "home")
    assert len(replies(workshop.owner)) == said


def test_a_result_for_a_chat_that_timed_out_is_late(workshop: Workshop) -> None:
    workshop.say("scan")
    workshop.owner.execute("update public.chat_state set expires_at = now()")
    workshop.finish(workshop.claim()[0])
    assert workshop.task()["reached"] == "late"


def test_a_late_result_reaches_the_state_that_the_step_declared_for_it(workshop: Workshop) -> None:
    workshop.say("scans", "1", "language")
    workshop.finish(workshop.claim()[0], page="1")
    assert (workshop.task()["reached"], workshop.state()) == ("answered", "home")
    assert text(workshop.owner, "help.body") in [
        reply["text"]["body"] for reply in replies(workshop.owner) if reply.get("type") == "text"
    ]


def test_the_result_of_an_earlier_visit_is_late_when_the_chat_waits_for_a_newer_task(
    workshop: Workshop,
) -> None:
    workshop.say("scan", "menu", "scan")
    first, second = workshop.claim()
    workshop.finish(first, text="old")
    workshop.finish(second, text="new")
    assert workshop.tasks("reached") == ["late", "answered"]
    assert workshop.last_reply() == "read new"


def test_several_results_of_one_user_take_effect_one_after_the_other(workshop: Workshop) -> None:
    workshop.say("scans", "1", "2", "3")
    claimed = workshop.claim()
    report = workshop.settle(
        *(result_of(one, "done", result={"page": one["input"]["page"]}) for one in claimed)
    )
    assert report["done"] == 3
    assert [reply["text"]["body"] for reply in replies(workshop.owner)][-3:] == [
        "page 1", "page 2", "page 3",
    ]  # fmt: skip


def test_a_step_that_breaks_costs_its_neighbours_nothing_and_is_kept_for_a_replay(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scan")
    workshop.say("scans", "1", sender=BEN)
    anas, bens = workshop.claim()
    workshop.break_step()
    workshop.settle(
        result_of(anas, "done", result={"text": "hello"}),
        result_of(bens, "done", result={"page": "1"}),
    )
    assert errors_of(workshop.owner) == {f"task:{anas['id']}": "WA003"}
    assert workshop.tasks("reached") == ["broken", "answered"]

    workshop.mend_step()
    answer = value(operator, "select public.wa_replay_event(%s)", f"task:{anas['id']}")
    assert (answer["processed"], answer["failed"]) == (1, 0)
    assert workshop.last_reply() == "read hello"
    assert workshop.tasks("reached") == ["answered", "answered"]


def test_broken_results_are_replayed_among_other_messages(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.break_step()
    workshop.finish(claimed)
    again = value(operator, "select public.wa_replay_events('WA003%%')")
    assert (again["replayed"], again["failed"]) == (1, 1)
    workshop.mend_step()
    again = value(operator, "select public.wa_replay_events('WA003%%')")
    assert (again["replayed"], again["processed"]) == (1, 1)
    assert workshop.task()["reached"] == "answered"


def test_a_conversation_that_is_reset_waits_for_nothing(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scan")
    workshop.say("scan", sender=BEN)
    anas, bens = workshop.claim()
    operator.execute("delete from public.chat_state where user_id = %s", (workshop.user_id(ANA),))
    assert workshop.tasks("status") == ["cancelled", "running"]
    said = len(replies(workshop.owner, workshop.user_id(ANA)))
    report = workshop.settle(
        result_of(anas, "done", result={}), result_of(bens, "done", result={"text": "hello"})
    )
    assert (report["done"], report["lost"]) == (1, [anas["id"]])
    assert len(replies(workshop.owner, workshop.user_id(ANA))) == said


def test_a_task_goes_to_the_survivor_of_a_merge_and_is_not_cancelled(workshop: Workshop) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.say("hello", sender=BEN)
    older, newer = workshop.user_id(ANA), workshop.user_id(BEN)
    workshop.owner.execute(
        "update public.profiles set created_at = now() - interval '1 day' where user_id = %s",
        (newer,),
    )
    workshop.owner.execute(
        "update public.chat_state set updated_at = now() - interval '1 day' where user_id = %s",
        (newer,),
    )
    workshop.owner.execute("select wa.merge_profiles(%s, %s)", (older, newer))
    workshop.finish(claimed, text="hello")
    assert (workshop.task()["user_id"], workshop.task()["reached"]) == (newer, "answered")


def test_a_step_that_fails_has_asked_for_nothing(workshop: Workshop) -> None:
    workshop.owner.execute("delete from wa.texts where key = 'help.body'")
    with pytest.raises(AssertionError):
        workshop.say("scan")
    assert workshop.tasks("id") == []


def test_a_second_task_with_the_same_key_is_not_queued(workshop: Workshop) -> None:
    workshop.say("scans", "1", "1", "2")
    assert workshop.tasks("dedupe_key") == ["page:1", "page:2"]


def test_a_user_who_opted_out_hears_of_no_result(workshop: Workshop) -> None:
    workshop.say("scan", "stop")
    said = len(replies(workshop.owner))
    workshop.finish(workshop.claim()[0])
    assert (workshop.task()["reached"], len(replies(workshop.owner))) == ("late", said)


def test_a_user_who_got_too_many_answers_hears_of_no_result(workshop: Workshop) -> None:
    body = payloads.envelope([payloads.text_message("scan")])
    del body["entry"][0]["changes"][0]["value"]["metadata"]
    dispatch(workshop.edge, body)
    workshop.owner.execute(
        "insert into wa.silences (user_id, reason, until)"
        " select user_id, 'many_answers', now() + interval '1 day' from public.profiles"
    )
    workshop.finish(workshop.claim()[0])
    assert workshop.task()["reached"] == "late"


def test_a_step_can_cancel_what_its_conversation_asked_for(workshop: Workshop) -> None:
    workshop.say("scans", "1", "2")
    workshop.owner.execute(
        "create or replace function wa.step_help(p_chat wa.chat) returns wa.step_result"
        " language plpgsql volatile set search_path = pg_catalog, pg_temp as $$"
        " begin perform wa.cancel_tasks(p_chat, 'scan'); return null; end $$"
    )
    workshop.say("help")
    assert workshop.tasks("status") == ["cancelled", "cancelled"]


@pytest.mark.parametrize(
    "arguments",
    ["'Not a kind'", "'scan', null", "'scan', p_state => 'nowhere'", "'scan', p_max_attempts => 0"],
)
def test_a_task_that_makes_no_sense_fails_its_step_with_wa050(
    workshop: Workshop, arguments: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        workshop.owner.execute(
            "select wa.request_task(jsonb_populate_record(null::wa.chat, jsonb_build_object("
            f"'user_id', gen_random_uuid(), 'state', 'scan')), {arguments})".encode()
        )
    assert error.value.sqlstate == "WA050"


def test_a_person_is_handed_their_tasks_and_erased_with_them(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scan")
    exported = value(operator, "select public.wa_export_profile(%s)", ANA)
    assert [task["kind"] for task in exported["tasks"]] == ["scan"]
    operator.execute("select public.wa_erase_profile(%s)", (ANA,))
    assert values(workshop.owner, "select id from wa.tasks") == []
