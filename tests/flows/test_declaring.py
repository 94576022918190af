"""A flow is declared as a whole, again and again, until it is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import say, value, values
from tests.flows.quiz import ASKS, declare, quiz, write_step
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


def test_a_step_that_says_nothing_of_itself_is_described_by_its_state(
    steps: Connection[DictRow],
) -> None:
    steps.execute("comment on function wa.step_quiz_last is 'Said in the file.'")
    flow = quiz()
    for about in ("Asks.", "It's a riddle."):
        flow["states"]["first"]["about"] = about
        declare(steps, flow)
        assert values(
            steps,
            "select obj_description(oid) from pg_proc where proname ~ '^step_quiz' order by 1",
        ) == [about, "Said in the file."]


def test_names_get_the_flow_before_them(steps: Connection[DictRow]) -> None:
    declare(steps, quiz())
    assert values(steps, "select state from wa.flow_states where flow = 'quiz' order by 1") == [
        "quiz_first",
        "quiz_last",
    ]
    assert values(
        steps, "select value from wa.flow_entries where to_state = 'quiz_first' order by 1"
    ) == [
        "devinette",
        "menu.quiz_first",
        "quiz",
    ]
    assert values(
        steps, "select title_key from wa.menu_items where reply_id = 'menu.quiz_first'"
    ) == ["quiz.title"]


def test_rows_of_one_position_stand_in_the_menu_as_the_file_has_them(
    steps: Connection[DictRow],
) -> None:
    flow = quiz()
    first, last = flow["entries"].pop("first"), {"menu": "thanks"}
    for entries in ({"last": last, "first": first}, {"first": first, "last": last}):
        declare(steps, flow | {"entries": entries})
        shown = value(steps, "select wa.list_menu('en')")
        ours = [row["id"] for row in shown if "quiz" in row["id"]]
        assert ours == [f"menu.quiz_{state}" for state in entries]


def test_a_flow_without_a_menu_is_declared_again_like_any(steps: Connection[DictRow]) -> None:
    flow = quiz()
    del flow["entries"]["first"]["menu"], flow["texts"]["title"]
    declare(steps, flow)
    flow["texts"]["ask"]["en"] = "Ready now?"
    declare(steps, flow)
    said = "select body from wa.texts where key = 'quiz.ask' and locale = 'en'"
    assert value(steps, said) == "Ready now?"


def test_what_an_operator_changed_by_hand_stays_and_is_told(
    steps: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    declare(steps, quiz())
    operator.execute(
        "update wa.texts set body = 'Cheers!' where key = 'quiz.thanks' and locale = 'en'"
    )
    steps.execute("delete from wa.menu_items where reply_id = 'menu.quiz_first'")
    steps.execute("update wa.flow_states set expires_after = '2 days' where state = 'quiz_first'")
    flow = quiz()
    flow["texts"]["thanks"] = {"en": "Thank you!", "fr": "Merci beaucoup !"}
    flow["entries"]["first"]["menu"] = {"title": "title", "position": 510}
    flow["states"]["first"]["expires"] = "3 days"
    assert declare(steps, flow) == [
        "flow quiz: changed by hand, and kept: the time-out of quiz_first, the menu item"
        " menu.quiz_first, the text quiz.thanks en"
    ]
    assert values(steps, "select body from wa.texts where key = 'quiz.thanks' order by locale") == [
        "Cheers!",
        "Merci beaucoup !",
    ]
    assert (
        value(steps, "select count(*) from wa.menu_items where reply_id = 'menu.quiz_first'") == 0
    )
    assert (
        value(steps, "select expires_after::text from wa.flow_states where state = 'quiz_first'")
        == "2 days"
    )


def test_what_is_declared_as_it_was_changed_by_hand_is_not_told(
    steps: Connection[DictRow],
) -> None:
    declare(steps, quiz())
    steps.execute("update wa.flow_states set expires_after = '2 days' where state = 'quiz_first'")
    flow = quiz()
    flow["states"]["first"]["expires"] = "2 days"
    assert declare(steps, flow) == []


def test_what_is_declared_no_more_goes_and_whoever_is_there_goes_home(
    edge: Connection[DictRow], steps: Connection[DictRow]
) -> None:
    declare(steps, quiz())
    say(edge, "hello")
    steps.execute("update public.chat_state set state = 'quiz_last'")
    flow = quiz()
    del flow["states"]["last"]
    flow["states"]["first"]["moves"] = []
    write_step(steps, "quiz_first", ASKS)
    flow["texts"].pop("thanks")
    flow["entries"]["first"]["words"] = {"en": ["Quiz"]}
    declare(steps, flow)
    words = "select value from wa.flow_entries where to_state = 'quiz_first' and kind = 'keyword'"
    assert values(steps, words) == ["quiz"]
    assert values(steps, "select state from wa.flow_states where flow = 'quiz'") == ["quiz_first"]
    assert value(steps, "select count(*) from public.chat_state") == 0
    assert value(steps, "select count(*) from wa.texts where key = 'quiz.thanks'") == 0


def test_a_language_that_is_declared_no_more_goes(steps: Connection[DictRow]) -> None:
    declare(steps, quiz())
    flow = quiz()
    for translations in flow["texts"].values():
        del translations["fr"]
    declare(steps, flow)
    left = "select distinct locale from wa.texts where key ~ '^quiz[.]' order by 1"
    assert values(steps, left) == ["en"]


def test_a_removed_flow_leaves_nobody_behind(
    edge: Connection[DictRow], steps: Connection[DictRow]
) -> None:
    rows = """
        select (select count(*) from wa.flow_states), (select count(*) from wa.flow_transitions),
            (select count(*) from wa.flow_entries), (select count(*) from wa.menu_items),
            (select count(*) from wa.texts), (select count(*) from wa.flows)
    """
    before = steps.execute(rows.encode()).fetchall()
    declare(steps, quiz())
    say(edge, "hello")
    steps.execute("update public.chat_state set state = 'quiz_last'")
    steps.execute("call wa.remove_flow('quiz')")
    say(edge, "next")
    assert value(steps, "select state from public.chat_state") == "home"
    assert value(steps, "select count(*) from public.wa_events where status = 'failed'") == 0
    assert steps.execute(rows.encode()).fetchall() == before


def test_a_flow_that_another_one_needs_stays(steps: Connection[DictRow]) -> None:
    declare(steps, quiz())
    steps.execute("insert into wa.flow_transitions values ('help', 'quiz_last')")
    with pytest.raises(psycopg.Error, match="help moves to quiz_last") as error:
        steps.execute("call wa.remove_flow('quiz')")
    assert error.value.sqlstate == "WA061"
    with pytest.raises(psycopg.Error, match="home stays"):
        steps.execute("call wa.remove_flow('home')")


def test_declaring_again_changes_no_row(connection: Connection[DictRow]) -> None:
    rows = "select array_agg(t.xmin::text || t::text order by 1) as rows from {} as t"
    tables = ("flow_states", "flow_transitions", "flow_entries", "menu_items", "texts")
    before = [value(connection, rows.format(f"wa.{table}")) for table in tables[1:]]
    for flow in ("home", "baskets"):
        connection.execute((find_db_folder() / f"flows/{flow}/flow.sql").read_bytes())
    assert [value(connection, rows.format(f"wa.{table}")) for table in tables[1:]] == before
