"""A picture, a place, or a text that nothing else understands begins a conversation at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.dispatching import reply_texts, send, value
from tests.flows.quiz import declare, refusal, write_step
from tests.payloads import (
    audio_message,
    contacts_message,
    document_message,
    image_message,
    list_reply,
    location_message,
    order_message,
    sticker_message,
    text_message,
    video_message,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.payloads import Json
    from wa_webhook.testing import Chat

TELLS = """
    if p_chat.is_entered then return wa.ask(p_chat, 'ask'); end if;
    return wa.stay(wa.build_text('got ' || (p_chat.message).message_type));
"""
HERE, ELSEWHERE = "106540352242922", "106540352240002"
MESSAGES: dict[str, Json] = {
    "image": image_message(),
    "document": document_message(),
    "video": video_message(),
    "voice": audio_message(),
    "audio": audio_message(voice=False),
    "sticker": sticker_message(),
    "location": location_message(),
    "contacts": contacts_message(),
    "order": order_message(),
}


def flow(**entry: Any) -> dict[str, Any]:
    """Return a flow of one state, `<flow>_collect`, that such an entry leads to."""
    return {
        "states": {"collect": {"about": "Collects.", "moves": []}},
        "entries": {"collect": {"words": ["collect"]} | entry},
        "texts": {"ask": {"en": "Send me something.", "fr": "Envoyez-moi quelque chose."}},
    }


@pytest.fixture
def owner(connection: Connection[DictRow]) -> Connection[DictRow]:
    """The owner, in a database with a step for two flows."""
    for name in ("album_collect", "desk_collect"):
        write_step(connection, name, TELLS)
    return connection


@pytest.mark.parametrize("kind", MESSAGES)
def test_each_kind_begins_the_flow_that_names_it_and_is_its_first_answer(
    owner: Connection[DictRow], edge: Connection[DictRow], kind: str
) -> None:
    declare(owner, flow(kinds=[kind]), "album")
    send(edge, MESSAGES[kind])
    assert reply_texts(owner) == [f"got {MESSAGES[kind]['type']}"]
    others = [one for name, one in MESSAGES.items() if name != kind]
    owner.execute("delete from public.chat_state; delete from public.notifications")
    send(edge, others[0])
    assert not reply_texts(owner)[0].startswith("got")


def test_a_word_asks_and_a_picture_in_the_middle_is_an_answer(
    owner: Connection[DictRow], edge: Connection[DictRow]
) -> None:
    declare(owner, flow(kinds=["image"]), "album")
    declare(owner, flow(kinds=["document"], words=["desk"]), "desk")
    send(edge, text_message("collect"))
    send(edge, document_message())
    assert reply_texts(owner) == ["Send me something.", "got document"]
    assert value(owner, "select state from public.chat_state") == "album_collect"


def test_a_fallback_takes_the_texts_that_nothing_else_understands(
    owner: Connection[DictRow], edge: Connection[DictRow]
) -> None:
    declare(owner, flow(fallback=True), "album")
    send(edge, text_message("What do you cost?"))
    assert reply_texts(owner) == ["got text"]
    send(edge, text_message("menu"))
    assert reply_texts(owner)[-1] != "got text"
    send(edge, list_reply("menu.help"))
    send(edge, image_message("help"))
    assert "got image" not in reply_texts(owner)


def test_a_business_number_of_its_own_goes_before_what_counts_for_all(
    owner: Connection[DictRow], edge: Connection[DictRow]
) -> None:
    declare(owner, flow(kinds=["image"]), "album")
    declare(owner, flow(kinds=["image"], words=["desk"], numbers=[HERE]), "desk")
    for number in (HERE, ELSEWHERE):
        send(edge, image_message(), phone_number_id=number)
    states = "select string_agg(state, ' ' order by state) from public.chat_state"
    assert value(owner, states) == "album_collect desk_collect"


def test_two_flows_do_not_claim_the_same_kind(owner: Connection[DictRow]) -> None:
    declare(owner, flow(kinds=["image"], fallback=True), "album")
    assert refusal(owner, flow(kinds=["image"], fallback=True, words=["desk"]), "desk") == [
        "the kind of message image leads to the flow album already",
        "the kind of message text leads to the flow album already",
    ]


def test_what_is_no_kind_is_explained(owner: Connection[DictRow]) -> None:
    wrong = flow(kinds=["picture"], fallback="yes", numbers=["+34 600"])
    assert refusal(owner, wrong, "album") == [
        "entries.collect.fallback is to be true or false",
        "entries.collect.kinds: picture is no kind of message: there are image, document, video,"
        " voice, audio, sticker, location, contacts, order",
        "entries.collect.numbers are phone_number_ids of wa.numbers, for which kinds or a fallback"
        " count alone",
    ]


def test_people_of_the_testing_kit_send_them(chat: Chat) -> None:
    write_step(chat.owner, "album_collect", TELLS)
    declare(chat.owner, flow(kinds=["image", "document", "voice", "contacts"]), "album")
    ana = chat.person("Ana")
    assert ana.sends_picture("Look!") == ["got image"]
    assert ana.sends_document("invoice.pdf") == ["got document"]
    assert ana.sends_voice_note() == ["got audio"]
    assert ana.shares_contact("Bruno", "34600111333") == ["got contacts"]
