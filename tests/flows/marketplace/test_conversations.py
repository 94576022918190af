"""Somebody offers a thing, somebody finds it, and the two talk about it through the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.offered import with_offered_flows
from tests.flows.marketplace.conftest import (
    GISENYI,
    KIMIRONKO,
    REMERA,
    ask,
    look_at,
    offer,
    offer_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]

ASK_PICTURE = "Send me a picture of it.\n[No picture] [Back]"
ANSWER = "[Answer] [No more of this]"


def test_a_thing_is_offered_with_picture_price_and_place(
    chat: Chat, ana: Person, fetch: Callable[..., None]
) -> None:
    assert ana.says("sell") == ["What do you offer? A few words are enough."]
    assert ana.says("  Red   bicycle ")[0].startswith('What is the price of "Red bicycle"?')
    assert ana.says("1 500,50")[0].startswith("Where is it? Share a place.")
    assert ana.shares_place(*KIMIRONKO) == [ASK_PICTURE]
    assert ana.sends_picture() == ["One moment, I am having a look."]
    fetch()
    picture, confirm = ana.hears()
    assert "(image" in picture
    assert confirm == (
        "*Red bicycle*\n1,500.50 USD\n\nShall I offer it?\n[Yes, offer it] [Back] [Cancel]"
    )
    made, picture, detail = ana.taps("Yes, offer it")
    assert made == '"Red bicycle" can be found now.'
    assert "(image" in picture
    assert detail == "*Red bicycle*\n1,500.50 USD\nOpen\n[Close the offer] [Menu]"
    assert chat.rows(
        "select (media.expires_at > offer.expires_at + interval '89 days') as is_kept"
        " from wa.market_offers as offer join wa.media as media on media.id = offer.picture"
    ) == [{"is_kept": True}]


def test_what_is_no_answer_is_asked_again(ana: Person, fetch: Callable[..., None]) -> None:
    ana.says("sell")
    assert ana.says("x" * 61)[0].startswith("That has to be a text of 1 to 60 characters.")
    assert ana.sends_voice_note()[0].startswith("That has to be a text")
    ana.says("Lamp")
    assert ana.says("a lot")[0].startswith("I could not read that as an amount.")
    assert ana.says("-5")[0].startswith("I could not read that as an amount.")
    ana.taps("For free")
    assert ana.says("at home")[0].startswith("That was no place.")
    ana.shares_place(*KIMIRONKO)
    assert ana.says("later")[0] == f"That was no picture.\n\n{ASK_PICTURE}"
    ana.sends_picture()
    fetch(refused="wrong_kind")
    assert ana.hears() == [f"I could not use this picture. Try another one.\n\n{ASK_PICTURE}"]
    assert ana.taps("No picture")[0].startswith("*Lamp*\nFor free\n\nShall I offer it?")


def test_a_picture_that_comes_too_late_changes_nothing(
    chat: Chat, ana: Person, fetch: Callable[..., None]
) -> None:
    ana.says("sell").says("Lamp").says("5").shares_place(*KIMIRONKO).sends_picture()
    ana.taps("No picture")
    fetch()
    assert ana.hears() == []
    ana.taps("Yes, offer it")
    assert chat.rows("select picture from wa.market_offers") == [{"picture": None}]


def test_offers_are_found_near_and_by_word(ana: Person, bruno: Person) -> None:
    offer(ana, "Red bicycle", place=REMERA)
    offer(ana, "Vélo bleu", "1 000", place=KIMIRONKO)
    offer(ana, "Boat", "9000", place=GISENYI)
    assert bruno.says("buy").shares_place(*KIMIRONKO) == [
        "This is near you. Another word or place looks further.\n[Offers]\n"
        "- Vélo bleu: 1,000 USD · 10 m\n- Red bicycle: 50 USD · 2.2 km"
    ]
    assert bruno.says("bic")[0].endswith("[Offers]\n- Red bicycle: 50 USD · 2.2 km")
    assert bruno.says("boat") == [
        "I found nothing like that. Try another word or place.\n[Look again] [Menu]"
    ]
    bruno.taps("Look again")
    assert bruno.says("BLEU velo 🚲")[0].endswith("[Offers]\n- Vélo bleu: 1,000 USD")
    assert bruno.sends_voice_note()[0].startswith("Sorry, I did not understand that.")
    assert ana.says("buy").says("bicycle")[0].startswith("I found nothing")


def test_two_people_talk_and_neither_sees_the_others_number(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana)
    assert look_at(bruno) == ["*Red bicycle*\n50 USD\n[Ask the seller] [Report] [Menu]"]
    assert "neither your name nor your number" in bruno.taps("Ask the seller")[0]
    assert bruno.says("Is it still there?")[0] == (
        'I have asked the seller of "Red bicycle". The answer comes here.'
    )
    question = f'Person 1 asks about "Red bicycle":\n\nIs it still there?\n{ANSWER}'
    assert ana.hears() == [question]
    assert ana.taps("Answer") == ['What do you answer about "Red bicycle"?\n[Cancel]']
    assert ana.says("Yes, come {title}!")[0] == "I have passed it on."
    answer = f'The seller of "Red bicycle" answers:\n\nYes, come {{title}}!\n{ANSWER}'
    assert bruno.hears() == [answer]
    bruno.taps("Answer").says("Tomorrow?")
    assert ana.hears()[0].startswith('Person 1 asks about "Red bicycle":\n\nTomorrow?')
    cara = chat.person("Cara")
    ask(cara, "For 40?")
    assert ana.hears()[0].startswith('Person 2 asks about "Red bicycle":\n\nFor 40?')
    for hearer, other in ((ana, bruno), (bruno, ana)):
        heard = str([one.request.get("interactive") for one in hearer.delivered])
        assert other.address.lstrip("+") not in heard
        assert other.name not in heard


def test_whoever_is_away_reads_it_with_the_next_visit(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana)
    chat.passes(hours=25)
    assert ask(bruno, "Still there?")[0].startswith(
        'The seller of "Red bicycle" gets your question with the next visit here'
    )
    assert ana.hears() == []
    assert any("Still there?" in text for text in ana.says("hello"))
    chat.passes(hours=25)
    ana.taps("Answer")
    assert ana.says("Yes")[0].startswith("The other one gets it with the next visit here")


def test_a_template_brings_it_where_the_operator_names_one(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    chat.rows(
        "update wa.settings set value = '\"news\"' where key = 'market_template' returning key"
    )
    offer(ana)
    chat.passes(hours=25)
    ask(bruno, "Still\nthere?")
    (template,) = [one.request["template"] for one in ana.delivered if "template" in one.request]
    body, button = template["components"]
    assert [one["text"] for one in body["parameters"]] == ["Red bicycle", "Still there?"]
    (payload,) = button["parameters"]
    assert ana.taps_id(payload["payload"]) == ['What do you answer about "Red bicycle"?\n[Cancel]']


def test_a_talk_ends_for_both(ana: Person, bruno: Person) -> None:
    offer(ana)
    ask(bruno, "Cheaper?")
    assert ana.taps("No more of this")[0].startswith("Do you want to write and read no more")
    assert ana.taps("Yes")[0] == 'You hear no more from this person about "Red bicycle".'
    refused = 'About "Red bicycle" I can pass on nothing more to this person.'
    assert ask(bruno, "Please!")[0] == refused
    assert ana.taps("Answer")[0] == refused
    assert ana.hears() == []


def test_whoever_wants_no_messages_is_not_written_to(ana: Person, bruno: Person) -> None:
    offer(ana)
    ana.says("stop")
    assert ask(bruno, "Still there?")[0].startswith('About "Red bicycle" I can pass on nothing')
    assert ana.says("start")
    assert all("Still there?" not in text for text in ana.hears())


def test_an_offer_is_closed_for_good_by_its_seller_alone(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana)
    look_at(bruno)
    bruno.taps("Ask the seller")
    closing = f"market.close.{offer_id(chat)}"
    assert bruno.taps_id(closing)[0].startswith("*Red bicycle*")
    bruno.taps("Ask the seller")
    assert ana.says("my offers") == [
        "This is what you offer.\n[Offers]\n- Red bicycle: 50 USD · Open"
    ]
    ana.taps("Red bicycle").taps("Close the offer")
    assert ana.says("hm")[0].startswith("Sorry, I did not understand that.")
    closed, listed = ana.says("yes")
    assert closed == '"Red bicycle" is closed.'
    assert listed.endswith("- Red bicycle: 50 USD · Closed")
    assert bruno.says("Is it there?")[0] == "This offer is not there any more."
    assert bruno.says("buy").says("bicycle")[0].startswith("I found nothing")
    assert (
        ana.taps_id(f"market.renew.{offer_id(chat)}")[0] == '"Red bicycle" cannot be opened again.'
    )


def test_an_offer_expires_is_renewed_and_one_day_forgotten(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana)
    ask(bruno, "Nice?")
    chat.passes(days=30, minutes=1)
    assert bruno.says("buy").says("bicycle")[0].startswith("I found nothing")
    ana.says("my offers")
    chat.rows("select public.wa_retention_step()")
    chat.deliver()
    assert ana.hears() == [
        'Your offer "Red bicycle" has expired: nobody finds it any more.\n'
        "[Offer it again] [Close the offer]"
    ]
    assert ana.taps("Offer it again")[0] == '"Red bicycle" can be found again.'
    assert bruno.says("bicycle")[0].endswith("- Red bicycle: 50 USD")
    chat.passes(days=31)
    chat.rows("select public.wa_retention_step()")
    chat.passes(days=91)
    chat.rows("select public.wa_retention_step()")
    assert chat.rows("select from wa.market_offers") == []
    assert chat.rows("select from wa.market_talks") == []
    assert ana.taps("Answer")[0] == "This offer is not there any more, and nobody to write to."


def test_what_three_people_report_nobody_finds_until_an_operator_judges(
    chat: Chat, ana: Person
) -> None:
    offer(ana)
    for name in ("Bruno", "Cara", "Dina"):
        somebody = chat.person(name)
        look_at(somebody).taps("Report")
        assert somebody.taps("Yes")[0] == "Thank you. We have noted it."
        again = somebody.taps_id(f"market.report.{offer_id(chat)}")
    assert again[0] == "This offer is not there any more."
    assert ana.says("my offers")[0].endswith("- Red bicycle: 50 USD · Hidden: people reported it")
    assert chat.rows("select kind from wa.alert_occurrences") == [{"kind": "market_offer_hidden"}]
    chat.rows("select wa.judge_market_offer(%s, true)", offer_id(chat))
    assert chat.person("Bruno").says("buy").says("bicycle")[0].endswith("- Red bicycle: 50 USD")


def test_it_speaks_french(chat: Chat, ana: Person) -> None:
    zoe = chat.person("Zoé")
    zoe.says("langue").taps("Français")
    assert zoe.says("vendre") == ["Que vendez-vous ? Quelques mots suffisent."]
    zoe.says("Vélo rouge").says("gratuit").shares_place(*KIMIRONKO).taps("Sans photo")
    assert zoe.taps("Oui, publier")[0] == "On trouve maintenant « Vélo rouge »."
    look_at(ana, "velo", "Vélo rouge").taps("Ask the seller").says("Still there?")
    assert zoe.hears() == [
        "La personne 1 demande pour « Vélo rouge » :\n\nStill there?\n"
        "[Répondre] [Ne plus en recevoir]"
    ]
