"""What colleagues answer: in which order it leaves, by what name, and when it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import say, value, values
from tests.handover.conftest import text_of

if TYPE_CHECKING:
    from tests.handover.conftest import Desk


def test_a_colleague_s_answer_leaves_after_what_the_bot_said_and_names_who_wrote_it(
    desk: Desk,
) -> None:
    desk.takes()
    desk.hears("Is anybody there?")
    desk.replies("Kim here.")
    assert desk.answers()[1:] == ["Kim here."]
    assert values(desk.owner, "select author from public.notifications order by id") == [
        None,
        "colleague/Kim",
    ]
    assert desk.place()["waiting_since"] is None


def test_somebody_who_hides_their_number_is_answered_by_their_bsuid(desk: Desk) -> None:
    say(desk.edge, "hello", sender=None, user_id=payloads.SENDER_USER_ID)
    desk.takes(who=payloads.SENDER_USER_ID)
    answer = desk.replies("Kim here.", who=payloads.SENDER_USER_ID)
    recipient = value(
        desk.owner, "select recipient from public.notifications where id = %s", answer
    )
    assert recipient == payloads.SENDER_USER_ID


def test_an_answer_to_one_user_leaves_the_others_waiting(desk: Desk) -> None:
    other = "34600111333"
    desk.hears("hello", sender=other)
    desk.takes()
    desk.agent.execute("select public.wa_handover(who => %s, agent => 'Kim')", (f"+{other}",))
    for sender in (payloads.SENDER, other):
        desk.hears("Is anybody there?", sender=sender)
    desk.replies("Kim here.")
    waiting = (
        "select whatsapp_e164 from public.chat_state join public.profiles using (user_id)"
        " where waiting_since is not null"
    )
    assert values(desk.owner, waiting) == [f"+{other}"]


def test_an_answer_lets_the_time_begin_anew(desk: Desk) -> None:
    desk.takes(lasts="1 minute")
    desk.replies("Kim here.")
    left = value(
        desk.owner, "select handed_over_until > now() + interval '23 hours' from public.chat_state"
    )
    assert left is True


def test_nobody_answers_in_a_conversation_that_the_bot_has(desk: Desk) -> None:
    for action in (lambda: desk.replies("Kim here."), desk.gives_back):
        with pytest.raises(psycopg.Error) as refusal:
            action()
        assert refusal.value.sqlstate == "WA071"


def test_outside_the_24_hour_window_a_reply_needs_a_template(desk: Desk) -> None:
    desk.takes()
    desk.owner.execute(
        "update wa.service_windows set last_inbound_at = now() - interval '23 hours 58 minutes'"
    )
    with pytest.raises(psycopg.Error) as refusal:
        desk.replies("Kim here.")
    assert refusal.value.sqlstate == "WA072"
    assert "template" in (refusal.value.diag.message_hint or "")

    template = {"name": "hello_world", "language": {"code": "en_US"}}
    desk.replies("", payload={"type": "template", "template": template})
    desk.replies("", payload=text_of("Later.") | {"delivery": {"outside_window": "wait"}})


def test_a_reply_that_is_repeated_is_queued_once(desk: Desk) -> None:
    desk.takes()
    once = desk.replies("Kim here.", dedupe_key="desk:1")
    assert desk.replies("Kim here.", dedupe_key="desk:1") == once
