"""What a flow and its steps call their own, while people talk to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dispatching import reply_texts, say, tap, text, value
from tests.flows.quiz import ASKS, declare, quiz, write_step

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

FAILED = "select error from public.wa_events where status = 'failed'"


def test_a_declared_flow_is_held_at_once(
    edge: Connection[DictRow], steps: Connection[DictRow]
) -> None:
    assert declare(steps, quiz()) == []
    say(edge, "devinette")
    assert value(steps, "select state from public.chat_state") == "home"
    assert (
        value(
            steps, "select payload #>> '{text,body}' from public.notifications order by id limit 1"
        )
        == "Thanks!"
    )


def test_a_name_in_a_step_is_the_flows_own_before_it_is_anybodys(
    edge: Connection[DictRow], steps: Connection[DictRow]
) -> None:
    flow = quiz()
    flow["states"]["help"] = {"about": "Helps.", "moves": ["quiz_last"]}
    flow["states"]["first"]["moves"] = ["help"]
    write_step(steps, "quiz_first", "return wa.go(p_chat, 'help', null, 'home.menu');")
    write_step(steps, "quiz_help", "return wa.go(p_chat, 'quiz_last', null, 'quiz.yes');")
    declare(steps, flow)
    say(edge, "quiz")
    assert reply_texts(steps)[:3] == [text(steps, "home.menu"), "Yes", "Thanks!"]


def test_a_move_that_is_not_allowed_is_told_by_its_whole_name(
    edge: Connection[DictRow], steps: Connection[DictRow]
) -> None:
    declare(steps, quiz())
    write_step(steps, "quiz_last", "return wa.go(p_chat, 'fi' || 'rst');")
    say(edge, "quiz")
    error = value(steps, FAILED)
    assert "the flow may not move from quiz_last to quiz_first" in error
    write_step(steps, "quiz_last", "return wa.go(p_chat, 'fi' || 'srt');")
    steps.execute("select public.wa_replay_events()")
    assert "There are first, last." in value(steps, FAILED)


def test_an_answer_counts_in_the_state_that_asked_for_it(
    edge: Connection[DictRow], steps: Connection[DictRow]
) -> None:
    write_step(
        steps,
        "quiz_first",
        "if wa.answer(p_chat, '{yes}') = 'yes' then return wa.go(p_chat, 'last'); end if; " + ASKS,
    )
    declare(steps, quiz())
    say(edge, "quiz")
    for other in ("answer:other_first:yes", "answer:yes"):
        tap(edge, other, title="Yes")
        assert value(steps, "select state from public.chat_state") == "quiz_first"
    tap(edge, "answer:quiz_first:yes", title="Yes")
    assert value(steps, "select state from public.chat_state") == "home"
