"""Time passes when a test says so, and what is due by then is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from wa_webhook.testing import Chat, Person

pytestmark = pytest.mark.any_server

REMINDER = {"type": "text", "text": {"body": "In an hour!"}}


def remind(chat: Chat, person: Person, **later: float) -> None:
    chat.owner.execute(
        "select public.wa_notify(%s, %s, now() + %s)",
        (person.address, Jsonb(REMINDER), timedelta(**later)),
    )


def test_a_scheduled_message_is_heard_when_its_time_has_come(chat: Chat) -> None:
    ana = chat.person("Ana")
    ana.says("hello")
    remind(chat, ana, hours=2)
    chat.passes(hours=1, minutes=59)
    assert ana.hears() == []
    chat.passes(minutes=2)
    assert ana.hears() == ["In an hour!"]
    assert ana.hears() == []


def test_a_message_of_before_is_not_an_answer(chat: Chat) -> None:
    ana = chat.person("Ana")
    ana.says("hello")
    remind(chat, ana, hours=0)
    assert "In an hour!" not in ana.says("menu")


def test_a_question_that_waited_too_long_is_forgotten(chat: Chat) -> None:
    ana = chat.person("Ana")
    ana.says("hello").says("new basket")
    chat.passes(days=30)
    assert chat.rows("select state from public.chat_state where expires_at > now()") == []


def test_the_window_of_a_day_closes(chat: Chat) -> None:
    ana = chat.person("Ana")
    ana.says("hello")
    chat.passes(hours=25)
    remind(chat, ana, hours=0)
    chat.deliver()
    assert "In an hour!" not in ana.hears()
