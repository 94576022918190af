"""What does not hold together in a flow is said all at once, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.quiz import MOVES, declare, quiz, refusal, write_step

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


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


def test_choices_that_would_fail_once_somebody_is_asked_are_told(
    steps: Connection[DictRow],
) -> None:
    steps.execute("""
        create or replace function wa.step_quiz_first(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp
        as $$
        declare
          v_titles constant jsonb := '{"yes": "yes"}';
        begin
          if wa.answer(p_chat, '["yes"]'::jsonb) is null then
            return wa.ask(p_chat, 'ask', v_titles);
          elsif wa.answer(p_chat, 'yes') is null then
            return wa.ask(p_chat, 'ask', p_choices => '{"yes"}');
          end if;
          return wa.go(p_chat, 'last');
        end
        $$
        """)
    assert refusal(steps, quiz()) == [
        f"the choices of step_quiz_first are no list such as '{{yes,no}}': {written}"
        for written in ('["yes"]', "yes", '{"yes": "yes"}')
    ]


def test_a_routine_that_nobody_could_call_is_told(steps: Connection[DictRow]) -> None:
    steps.execute("set check_function_bodies = off")
    write_step(steps, "quiz_first", MOVES + " retrun null;")
    steps.execute("""
        create function wa.quiz_count() returns integer
        language plpgsql stable set search_path = pg_catalog, pg_temp
        as $$ declare v_count wa.answers; begin return v_count; end $$
        """)
    steps.execute("reset check_function_bodies")
    assert refusal(steps, quiz()) == [
        'quiz_count does not compile: type "wa.answers" does not exist',
        'step_quiz_first does not compile: syntax error at or near "retrun"',
    ]


def test_a_table_that_keeps_people_from_being_erased_or_merged_is_told(
    steps: Connection[DictRow],
) -> None:
    reference = "user_id uuid unique references public.profiles (user_id)"
    steps.execute(f"create table wa.quiz_answers ({reference})".encode())
    steps.execute("create table wa.quiz_scores (user_id uuid)")
    collide, *kept = refusal(steps, quiz())
    assert "keys of wa.quiz_answers can collide" in collide
    assert kept == [
        f"nobody can be erased from wa.{table}: grant select, delete on it to wa_privacy, with a"
        f" policy, or write wa.erase_{table}(uuid[]) returns bigint"
        for table in ("quiz_answers", "quiz_scores")
    ]


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
        "state is unknown here: there are about, prefix, states, entries, texts, documents",
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
    write_step(steps, "quiz_last", "return wa.go(p_chat, 'fisrt');")
    assert refusal(steps, quiz()) == [
        "step_quiz_last moves on to fisrt, and there is no such state; there are first, last"
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
    assert declare(steps, flow) == [
        "flow quiz: it lacks texts in fr, which users are offered:"
        " docs/build/adding-a-flow.md#languages says what to do"
    ]
    steps.execute("update wa.locales set is_offered = false where locale = 'fr'")
    assert declare(steps, flow) == []


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


def test_two_flows_never_share_a_name(steps: Connection[DictRow]) -> None:
    declare(steps, quiz())
    rival = quiz() | {"prefix": "quiz"}
    assert refusal(steps, rival, "rival") == ["the prefix quiz is that of the flow quiz"]


def test_our_own_flows_hold_together(connection: Connection[DictRow]) -> None:
    assert connection.execute("select * from wa.list_flow_problems()").fetchall() == []
