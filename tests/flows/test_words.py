"""A word is the same word however it is said: typed, under a picture, or on anybody's button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import reply_texts, say, send, tap, text, value
from tests.flows.test_engine import add_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

STATE = "select state from public.chat_state"
HAS_OPTED_OUT = "select opted_out_at is not null from public.profiles"
WAYS: dict[str, Callable[[str], payloads.Json]] = {
    "typed": payloads.text_message,
    "label of a template's button": lambda word: payloads.template_button(text=word),
    "template's button with a payload of somebody else's": lambda word: payloads.template_button(
        '{"campaign": 7}', word
    ),
    "template's button without a label": lambda word: payloads.message("button", {"payload": word}),
    "button of somebody else's": lambda word: payloads.button_reply("btn_2", word),
    "row of somebody else's list": lambda word: payloads.list_reply("row:2", word),
    "caption": payloads.image_message,
}
STOP_WORDS = (
    *("Unsubscribe", "STOP", "Stop promotions", "stop!", "Opt-out", "Unsubscribe from all"),
    *("Se désabonner", "ARRET", "Arrêt", "Stop aux promotions", "Arrêter les promotions"),
    *("ME DÉSINSCRIRE", "Désabonnez-moi.", "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK} Stop »"),
)
START_WORDS = (
    "START",
    "Subscribe",
    "Reprendre",
    "M'abonner",
    "s\N{RIGHT SINGLE QUOTATION MARK}abonner",
)


@pytest.mark.parametrize("way", WAYS)
def test_a_word_leads_to_the_same_state_in_whatever_way_it_is_said(
    edge: Connection[DictRow], connection: Connection[DictRow], way: str
) -> None:
    say(edge, "hello")
    for word, state in {"Help": "help", "Langue": "language", "Menu": "home"}.items():
        send(edge, WAYS[way](word))
        assert value(connection, STATE) == state


@pytest.mark.parametrize("way", WAYS)
def test_every_word_of_consent_counts_in_whatever_way_it_is_said(
    edge: Connection[DictRow], connection: Connection[DictRow], way: str
) -> None:
    for word in STOP_WORDS:
        send(edge, WAYS[way](word))
        assert value(connection, HAS_OPTED_OUT), word
        say(edge, "start")
    for word in START_WORDS:
        say(edge, "stop")
        send(edge, WAYS[way](word))
        assert not value(connection, HAS_OPTED_OUT), word


def test_who_has_not_begun_a_chat_opts_out_by_the_first_word(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    send(edge, payloads.template_button(text="Unsubscribe"))
    assert value(connection, HAS_OPTED_OUT)
    assert reply_texts(connection) == [text(connection, "subscription.stopped")]


def test_an_id_of_ours_leads_where_it_says_and_not_where_its_label_does(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    tap(edge, "menu.help", title="Stop")
    assert value(connection, STATE) == "help"
    send(edge, payloads.template_button("menu.language", "Stop"))
    assert value(connection, STATE) == "language"
    for answer_of_another_question in ("answer:yes", "answer:close:1"):
        tap(edge, answer_of_another_question, title="Stop")
    assert not value(connection, HAS_OPTED_OUT)


def test_an_entry_that_does_not_lead_from_here_is_no_word_either(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("update wa.flow_entries set scope = 'home' where value = 'menu.stop'")
    say(edge, "language")
    tap(edge, "menu.stop", title="Stop")
    assert not value(connection, HAS_OPTED_OUT)
    assert value(connection, STATE) == "language"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_within_a_flow_is_understood_in_whatever_way_it_is_said(
    edge: Connection[DictRow], connection: Connection[DictRow], way: str
) -> None:
    add_state(
        connection,
        "question",
        "case when wa.is_answer(p_chat, 'answer:1', 'answer.words_yes')"
        " then wa.finish(p_chat) else wa.stay('[]'::jsonb) end",
        keyword="ask",
    )
    connection.execute("insert into wa.flow_transitions values ('question', 'home')")
    for no_answer in (WAYS[way]("perhaps"), payloads.button_reply("answer:2", "Yes")):
        say(edge, "ask")
        send(edge, no_answer)
        assert value(connection, STATE) == "question"
    send(edge, WAYS[way]("Oui !"))
    assert value(connection, STATE) == "home"


def test_a_word_of_consent_goes_before_a_keyword_of_a_flow(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    add_state(connection, "shop", "wa.stay('[]'::jsonb)", keyword="unsubscribe")
    say(edge, "unsubscribe")
    assert value(connection, HAS_OPTED_OUT)


def test_an_operator_adds_a_word_of_consent_as_people_write_it(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    operator.execute(
        "insert into wa.consent_words (word, locale, action) values ('¡Dar de Baja!', 'es', 'stop')"
    )
    assert value(operator, "select word from wa.consent_words where locale = 'es'") == "dar de baja"
    send(edge, payloads.template_button(text="DAR DE BAJA"))
    assert value(connection, HAS_OPTED_OUT)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (("", "es", "stop"), "consent_words_word_is_not_empty"),
        (("?!", "es", "stop"), "consent_words_word_is_not_empty"),
        (("a" * 101, "es", "stop"), "consent_words_word_is_short"),
        (("baja", "Spanish", "stop"), "consent_words_locale_is_a_language"),
        (("baja", "es", "opt_out"), "consent_words_action_is_known"),
        (("Stop.", "es", "start"), "consent_words_pkey"),
    ],
)
def test_a_word_of_consent_that_could_not_be_understood_is_refused_by_name(
    operator: Connection[DictRow], row: tuple[str, str, str], constraint: str
) -> None:
    # A node does not name it but in words.
    with pytest.raises(psycopg.IntegrityError, match=constraint):
        operator.execute("insert into wa.consent_words values (%s, %s, %s)", row)
