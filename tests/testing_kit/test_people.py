"""People talk to the bot as they would on a telephone, and read what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.flows.quiz import write_step
from tests.media.gallery import FLOW

if TYPE_CHECKING:
    from wa_webhook.testing import Chat

pytestmark = pytest.mark.any_server


def test_whoever_heard_an_answer_goes_on_speaking(chat: Chat) -> None:
    ana = chat.person("Ana")
    detail = ana.says("new basket").says("Wedding").taps("Private").taps("No goal")
    assert detail.taps("Yes, create").says("my baskets")[-1].startswith("Here are your baskets.")


def test_people_have_numbers_of_their_own(chat: Chat) -> None:
    ana, bruno = chat.person("Ana"), chat.person("Bruno")
    ana.says("hello")
    assert ana.phone != bruno.phone
    assert bruno.hears() == []
    assert chat.person("Ana") is ana


def test_a_colleague_answers_until_the_bot_has_the_conversation_again(chat: Chat) -> None:
    ana, kim = chat.person("Ana"), chat.colleague("Kim")
    menu = ana.says("menu")
    kim.takes(ana)
    assert ana.says("menu") == []
    assert kim.answers(ana, "Kim here.") == ["Kim here."]
    assert chat.rows("select author from public.notifications order by id desc limit 1") == [
        {"author": "colleague/Kim"}
    ]
    kim.gives_back(ana)
    assert ana.says("menu") == menu


def test_what_was_offered_to_somebody_else_cannot_be_tapped(chat: Chat) -> None:
    chat.person("Ana").says("menu")
    with pytest.raises(AssertionError, match=r"nothing offered \[Baskets nearby\] to Bruno"):
        chat.person("Bruno").taps("Baskets nearby")


def test_a_step_that_fails_is_told_with_its_error_and_its_line(chat: Chat) -> None:
    chat.owner.execute("delete from wa.texts where key = 'help.body'")
    told = r"failed: WA006: .*, at flows/home/steps/step_help\.sql, line 12\b"
    with pytest.raises(AssertionError, match=told):
        chat.person("Ana").says("help")


def test_a_placeholder_that_got_no_value_is_told_with_the_texts_that_have_it(chat: Chat) -> None:
    chat.owner.execute("update wa.texts set body = 'Ask {whom}.' where key = 'help.body'")
    with pytest.raises(AssertionError, match=r"says \{whom\}, .* no value was given: help\.body$"):
        chat.person("Ana").says("help")


def test_what_somebody_puts_in_braces_is_no_placeholder(chat: Chat) -> None:
    replies = chat.person("Ana").says("new basket").says("{whom}")
    assert any("{whom}" in reply for reply in replies)


def test_what_a_worker_gives_back_reaches_the_step_that_asked(chat: Chat) -> None:
    chat.owner.execute(FLOW.encode())
    ana = chat.person("Ana")
    with pytest.raises(AssertionError, match=r"no step has asked for media\.fetch; nothing is"):
        chat.does("media.fetch")
    ana.says("photo").sends_picture()
    assert chat.does("media.fetch")["kind"] == "image"
    assert ana.hears() == ["image/jpeg"]
    assert chat.rows("select status from wa.media") == [{"status": "stored"}]
    ana.sends_picture()
    chat.does("media.fetch", {"refused": "wrong_kind"})
    assert ana.hears() == ["wrong_kind"]
    ana.sends_picture()
    chat.fails("media.fetch", "permanent", "Meta does not have it")
    assert ana.hears() == ["permanent"]
    ana.sends_picture()
    write_step(chat.owner, "photo", "perform 1 / 0;")
    with pytest.raises(AssertionError, match="failed: 22012: division by zero"):
        chat.does("media.fetch")


def test_a_message_that_meta_would_refuse_is_told_with_the_reason(chat: Chat) -> None:
    ana = chat.person("Ana")
    ana.says("hello")
    place = {"type": "location", "location": {"latitude": 1, "longitude": 2, "floor": 3}}
    chat.owner.execute("select public.wa_notify(%s, %s)", (ana.address, Jsonb(place)))
    with pytest.raises(AssertionError, match="Meta would refuse this: Unexpected key"):
        chat.deliver()
