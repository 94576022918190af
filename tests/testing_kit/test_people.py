"""People talk to the bot as they would on a telephone, and read what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.dispatching import break_step

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


def test_what_was_offered_to_somebody_else_cannot_be_tapped(chat: Chat) -> None:
    chat.person("Ana").says("menu")
    with pytest.raises(AssertionError, match=r"nothing offered \[Baskets nearby\] to Bruno"):
        chat.person("Bruno").taps("Baskets nearby")


def test_a_step_that_fails_is_told_with_its_error(chat: Chat) -> None:
    break_step(chat.owner)
    with pytest.raises(AssertionError, match=r"failed: .*step_missing"):
        chat.person("Ana").says("help")


def test_a_message_that_meta_would_refuse_is_told_with_the_reason(chat: Chat) -> None:
    ana = chat.person("Ana")
    ana.says("hello")
    place = {"type": "location", "location": {"latitude": 1, "longitude": 2, "floor": 3}}
    chat.owner.execute("select public.wa_notify(%s, %s)", (ana.address, Jsonb(place)))
    with pytest.raises(AssertionError, match="Meta would refuse this: Unexpected key"):
        chat.deliver()
