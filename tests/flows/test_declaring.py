"""A flow is declared as a whole: what does not hold together changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.dispatching import reply_texts, say, tap, text, value, values
from tests.fixtures.names import with_default_names
from wa_webhook.migrate import find_db_folder

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


@pytest.fixture
def steps(connection: Connection[DictRow]) -> Connection[DictRow]:
    """The owner, in a database with the steps of the quiz."""
    write_step(connection, "quiz_first", MOVES)
    write_step(connection, "quiz_last", ENDS)
    return connection


def write_step(connection: Connection[DictRow], name: str, body: str) -> None:
    connection.execute(STEP.format(name=name, body=body))


def declare(connection: Connection[DictRow], flow: dict[str, Any], name: str = "quiz") -> list[str]:
    """Declare a flow and return the warnings."""
    told: list[str] = []
    handler = lambda notice: told.append(notice.message_primary or "")  # noqa: E731
    connection.add_notice_handler(handler)
    try:
        connection.execute("call wa.declare_flow(%s, %s::jsonb)", (name, json.dumps(flow)))
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


def test_all_that_is_wrong_is_said_at_once(steps: Connection[DictRow]) -> None:
    flow = quiz()
    flow["states"]["first"]["moves"] = ["lost", "last"]
    flow["states"]["island"] = {"about": "Nobody gets here."}
    flow["entries"]["first"]["words"]["en"].append("menu")
    del flow["texts"]["ask"]["fr"]
    del flow["texts"]["thanks"]
    flow["texts"]["title"]["en"] = "A title that no menu could ever show"
    flow["texts"]["yes"]["fr"] = "Oui, allons-y tout de suite"
    assert refusal(steps, flow) == [
        '"menu" leads to the flow home already',
        "quiz_first moves to lost, which is no state",
        "a button of step_quiz_first shows 20 characters of quiz.yes (fr), which has 27",
        "nothing leads to quiz_island",
        "quiz_island has no step: there is no function wa.step_quiz_island(wa.chat) returns"
        " wa.step_result",
        "step_quiz_last says quiz.thanks, which is no text",
        "the menu shows 24 characters of quiz.title (en), which has 36",
        "the text quiz.ask is not in fr",
    ]


def test_choices_are_checked_wherever_a_step_keeps_them(steps: Connection[DictRow]) -> None:
    steps.execute("""
        create or replace function wa.step_quiz_first(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp
        as $$
        declare
          c_choices constant text[] := '{yes,maybe=perhaps,back}';
        begin
          if wa.answer(p_chat, c_choices) is null then
            return wa.ask(p_chat, 'ask', c_choices);
          end if;
          return wa.go(p_chat, 'last', null, 'farewell');
        end
        $$
        """)
    flow = quiz()
    flow["texts"]["yes"]["en"] = "Yes, that is what I want"
    assert refusal(steps, flow) == [
        "a button of step_quiz_first shows 20 characters of quiz.yes (en), which has 24",
        "step_quiz_first says quiz.farewell, which is no text",
        "step_quiz_first says quiz.perhaps, which is no text",
    ]


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
    error = value(steps, "select error from public.wa_events where status = 'failed'")
    assert "the flow may not move from quiz_last to quiz_first" in error


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


def test_what_is_no_declaration_is_explained(steps: Connection[DictRow]) -> None:
    flow = quiz()
    flow["state"] = {}
    flow["states"]["first"] |= {"abuot": "x", "expires": "soon", "moves": "last"}
    flow["states"]["last"].pop("about")
    flow["states"]["home"] = {"about": "Another home."}
    flow["states"] |= {name: {"about": "Talks."} for name in ("Lost", "x" * 53, "y" * 54)}
    flow["entries"]["first"]["words"] = [1]
    flow["texts"]["other.ask"] = {"en": "x"}
    flow["texts"]["ask"] = "Ready?"
    assert refusal(steps, flow) == [
        "entries.first.words is to be a list of words, or an object of languages and lists of"
        " words",
        "state is unknown here: there are about, prefix, states, entries, commands, texts,"
        " documents",
        "states.Lost: the name Lost is not of the form a_b1, or too long",
        "states.first.abuot is unknown here: there are about, moves, back, expires",
        'states.first.expires is to be a span of time such as "1 day"',
        "states.first.moves is to be a list of states",
        "states.home: home is where every flow ends, in steps as well",
        "states.last.about is missing",
        f"states.{'y' * 54}: the name {'y' * 54} is not of the form a_b1, or too long",
        "texts.ask is to be an object of languages and texts",
        "texts.other.ask: a name with a dot begins with quiz. or menu.quiz",
    ]


@pytest.mark.parametrize("name", ["menu", "help", "wa_quiz", "Quiz"])
def test_names_that_are_ours_are_refused(connection: Connection[DictRow], name: str) -> None:
    assert refusal(connection, quiz(), name) != []


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("quiz", "menu"), ("quiz", "answer"), ("quiz", "wa_quiz"), ("wa_quiz", "quiz")],
)
def test_a_prefix_that_is_ours_is_told(
    connection: Connection[DictRow], name: str, prefix: str
) -> None:
    told = refusal(connection, quiz() | {"prefix": prefix}, name)
    assert f"the name {prefix} is reserved" in told


def test_a_move_that_a_step_makes_is_declared(steps: Connection[DictRow]) -> None:
    flow = quiz()
    flow["states"]["last"]["moves"] = []
    assert refusal(steps, flow) == [
        "step_quiz_last moves on to home, and quiz_last does not declare it"
    ]


def test_what_nobody_uses_is_told_and_no_obstacle(steps: Connection[DictRow]) -> None:
    flow = quiz()
    flow["states"]["first"]["moves"].append("home")
    flow["texts"]["unsaid"] = {"en": "x", "fr": "x"}
    assert declare(steps, flow) == [
        "flow quiz: nobody says the text quiz.unsaid; quiz_first declares a move to home that"
        " step_quiz_first never makes"
    ]


def test_a_flow_in_one_language_is_told_and_no_obstacle(steps: Connection[DictRow]) -> None:
    flow = quiz()
    for translations in flow["texts"].values():
        del translations["fr"]
    assert declare(steps, flow) == ["flow quiz: it has no text in fr"]


def test_a_text_is_in_english_or_in_the_default_language(steps: Connection[DictRow]) -> None:
    flow = quiz()
    for translations in flow["texts"].values():
        del translations["en"]
    told = "the text quiz.ask is neither in the default language nor in English"
    assert told in refusal(steps, flow)
    steps.execute("""update wa.settings set value = '"fr"' where key = 'default_locale'""")
    declare(steps, flow)


def test_a_text_in_a_language_that_nobody_speaks_is_told(steps: Connection[DictRow]) -> None:
    flow = quiz()
    for translations in flow["texts"].values():
        translations["xx"] = "x"
    assert refusal(steps, flow) == ["xx is no language of wa.locales"]


def test_a_flow_without_a_menu_is_declared_again_like_any(steps: Connection[DictRow]) -> None:
    flow = quiz()
    del flow["entries"]["first"]["menu"], flow["texts"]["title"]
    declare(steps, flow)
    flow["texts"]["ask"]["en"] = "Ready now?"
    declare(steps, flow)
    said = "select body from wa.texts where key = 'quiz.ask' and locale = 'en'"
    assert value(steps, said) == "Ready now?"


def test_two_flows_never_share_a_name(steps: Connection[DictRow]) -> None:
    declare(steps, quiz())
    rival = quiz() | {"prefix": "quiz"}
    assert refusal(steps, rival, "rival") == ["the prefix quiz is that of the flow quiz"]


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


def test_our_own_flows_hold_together(connection: Connection[DictRow]) -> None:
    assert connection.execute("select * from wa.list_flow_problems()").fetchall() == []


def test_declaring_again_changes_no_row(connection: Connection[DictRow]) -> None:
    rows = "select array_agg(t.xmin::text || t::text order by 1) as rows from {} as t"
    tables = ("flow_states", "flow_transitions", "flow_entries", "menu_items", "texts")
    before = [value(connection, rows.format(f"wa.{table}")) for table in tables[1:]]
    for flow in ("home", "baskets"):
        connection.execute((find_db_folder() / f"flows/{flow}/flow.sql").read_bytes())
    assert [value(connection, rows.format(f"wa.{table}")) for table in tables[1:]] == before
