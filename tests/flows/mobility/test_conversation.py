"""People offer and look for rides, ask, agree, write to each other and call off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.offered import with_offered_flows
from tests.flows.mobility.scripts import AIRPORT, KIMIRONKO, REMERA, look, offer

if TYPE_CHECKING:
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]

GONE = "This ride is not there any more."
EMPTY = "You have no ride ahead."


def test_a_driver_and_a_passenger_find_each_other_agree_and_meet(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    published, trip = offer(ana, seats=2)
    assert published == "It is published. Others see your name, and roughly where."
    assert "from Kimironko to the airport: 2 free seats. Nobody else goes there then." in trip
    assert trip.endswith("\n[Call it off] [Back]")

    leaves_at = trip.split(" at ")[1].split(",")[0]

    trip = look(bruno, places=(REMERA, AIRPORT), names=("Remera", "the airport"))[1]
    assert trip.split("\n")[2:] == [
        f"- Ana: {leaves_at} · within 1.5 km and 500 m · 2 free seats",
        "- Call it off",
        "- Back",
    ]
    (fits,) = ana.hears()
    assert fits.startswith("Bruno needs a ride that fits yours: ")

    (question,) = bruno.taps("Ana")
    assert "from Kimironko (less than 1.5 km from your start)" in question
    asked, waits = bruno.taps("Yes")
    assert asked == "I have asked, and tell you the answer."
    assert waits.startswith("Ana has not answered yet: ")
    (wish,) = ana.hears()
    assert wish.startswith("Bruno would like to ride with you on ")
    assert wish.endswith("[Agree] [Decline]")

    agreed, place, ride = ana.taps("Agree")
    assert (agreed, place) == ("Agreed, and passed on.", "(location)")
    assert ride.endswith(
        "Bruno begins at Remera and ends at the airport.\n[Write] [Call it off] [Back]"
    )
    (told,) = bruno.hears()
    assert told.startswith("Ana agrees: you ride together on ")

    assert bruno.taps("Details")[0] == "(location)"
    assert bruno.delivered[-2].request["location"]["name"] == "Kimironko"
    assert bruno.taps("Write") == ["What shall I tell Ana? Your number stays unknown.\n[Back]"]
    passed_on, about = bruno.says("I wait at the blue gate.")
    assert (passed_on, about.startswith("You ride with Ana")) == ("I have told Ana.", True)
    (letter,) = ana.hears()
    assert letter.startswith("Bruno, about the ride on ")
    assert letter.endswith(":\nI wait at the blue gate.\n[Write]")
    assert "1 free seat\n" in ana.says("my rides")[0]
    assert bruno.says("rides").taps("Remera → the airport")[0].startswith("You ride from Remera")


def test_neither_sees_the_others_number(chat: Chat, ana: Person, bruno: Person) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    ana.taps("Agree")
    bruno.taps("Details").taps("Write").says("Hello!")
    chat.passes(hours=4, minutes=1)
    for person, other in ((ana, bruno), (bruno, ana)):
        assert str(other.phone) not in str([one.request for one in person.delivered])


def test_what_is_no_answer_is_asked_again(ana: Person) -> None:
    assert ana.says("offer a ride")[0].startswith("Where does it begin?")
    assert ana.says("at home")[0].startswith("That was no place.")
    assert ana.shares_place(*KIMIRONKO) == ["What do people call this place?"]
    assert ana.sends_picture() == ["What do people call this place?"]
    assert ana.says("Kimironko")[0].startswith("Where does it lead?")
    assert ana.shares_place(*KIMIRONKO)[0].startswith("That is where the ride begins.")
    named = {"latitude": AIRPORT[0], "longitude": AIRPORT[1], "name": "Kigali Airport"}
    assert ana.sends("location", named)[0].startswith("When?")
    for time, why in {
        "soon": "I could not read that as a day and a time.",
        "1/1/2026 8:00": "That time is over.",
        "1/1/2100 8:00": "That is too far away",
    }.items():
        assert ana.says(time)[0].startswith(why)
    ana.says("in 5 hours")
    assert ana.says("9")[0].startswith("Sorry, I did not understand that.")
    assert "to Kigali Airport, with room for 3 people. Shall I publish it?" in ana.says("3")[0]
    assert ana.says("perhaps")[0].startswith("Sorry, I did not understand that.")
    assert ana.taps("Back")[0].startswith("For how many others is there room?")
    assert ana.says("cancel")[0] == "Cancelled. Nothing was changed."


def test_a_time_that_comes_before_it_is_published_is_asked_again(chat: Chat, ana: Person) -> None:
    ana.says("offer a ride")
    ana.shares_place(*KIMIRONKO).says("Kimironko").shares_place(*AIRPORT).says("the airport")
    ana.says("in 5 hours").says("1")
    chat.owner.execute(
        "update public.chat_state set data = jsonb_set(data, '{departs_at}', to_jsonb(now()))"
    )
    over, again = ana.taps("Yes, publish")
    assert over == "That time is over."
    assert again.startswith("When?")
    assert "from Kimironko to the airport" in ana.says("in 2 hours").says("1")[0]


def test_a_driver_offers_what_a_passenger_was_looking_for(ana: Person, bruno: Person) -> None:
    look(bruno, seats=2)
    offer(ana, seats=3).taps("Bruno").taps("Yes")
    fits, wish = bruno.hears()
    assert fits.startswith("Ana offers a ride that fits yours: ")
    assert wish.startswith("Ana offers you a ride on ")
    assert "for 2 people" in wish
    assert bruno.taps("Agree")[0] == "Agreed, and passed on."
    assert "1 free seat\n" in ana.says("rides")[0]


def test_both_who_ask_each_other_have_agreed(chat: Chat, ana: Person, bruno: Person) -> None:
    offer(ana)
    look(bruno).taps("Ana")
    ana.taps("Show").taps("Bruno").taps("Yes")
    assert bruno.taps("Yes")[0] == GONE
    assert bruno.says("rides").taps("Kimironko → the airport")[0].count("asks you") == 1
    assert bruno.taps("Ana").taps("Agree")[0] == "Agreed, and passed on."


def test_declining_is_told_and_final(ana: Person, bruno: Person) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    assert ana.taps("Decline")[0] == "Done, and passed on."
    assert bruno.hears()[0].startswith("Ana cannot ride with you on ")
    assert "Nobody else goes there then." in bruno.taps("Show")[0]
    assert ana.taps("Agree")[0] == GONE


def test_who_asked_takes_it_back(ana: Person, bruno: Person) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes").taps("Take it back")
    assert ana.hears()[-1].startswith("Bruno called off the ride with you on ")
    assert ana.taps("Agree")[0] == GONE


@pytest.mark.parametrize("drives", [True, False])
def test_either_calls_off_what_was_agreed(
    chat: Chat, ana: Person, bruno: Person, drives: bool
) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    ana.taps("Agree")
    bruno.taps("Details")
    one, other = (ana, bruno) if drives else (bruno, ana)
    (question,) = one.taps("Call it off")
    assert question.startswith(f"Do you want to call off your ride with {other.name} on ")
    assert one.taps("No")[1].startswith(f"You ride with {other.name} on ")
    assert one.taps("Call it off").taps("Yes")[0] == "Done, and passed on."
    assert other.hears()[0].startswith(f"{one.name} called off the ride with you on ")
    chat.passes(hours=4, minutes=1)
    assert [*ana.hears(), *bruno.hears()] == []
    assert "1 free seat\n" in ana.says("rides")[0]
    assert "searching\n" in bruno.says("rides")[0]


def test_a_trip_that_is_called_off_is_told_to_all_who_would_ride(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    carla = chat.person("Carla")
    offer(ana, seats=2)
    for person in (bruno, carla):
        look(person).taps("Ana").taps("Yes")
    ana.taps("Agree")
    (question,) = ana.says("rides").taps("Kimironko → the airport").taps("Call it off")
    assert question.startswith("Do you want to call off Kimironko to the airport on ")
    cancelled, empty = ana.taps("Yes")
    assert cancelled == "It is called off."
    assert empty.startswith(EMPTY)
    for person in (bruno, carla):
        assert person.hears()[-1].startswith("Ana called off the ride with you on ")
    chat.passes(hours=4, minutes=1)
    assert [*ana.hears(), *bruno.hears(), *carla.hears()] == []


def test_somebody_elses_buttons_lead_nowhere(chat: Chat, ana: Person, bruno: Person) -> None:
    eve = chat.person("Eve")
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    (ids,) = chat.rows("select match_id, driver_trip_id from wa.ride_matches")
    for tap in ("agree", "decline", "match", "write"):
        assert eve.taps_id(f"ride.{tap}.{ids['match_id']}")[0] == GONE
    for tap in ("trip", "cancel"):
        assert eve.taps_id(f"ride.{tap}.{ids['driver_trip_id']}")[0] == GONE
    assert eve.taps_id("ride.agree.nonsense")[0] == GONE
    assert bruno.taps_id(f"ride.agree.{ids['match_id']}")[0].startswith("It is for the other one")
    assert chat.rows("select status from wa.ride_matches") == [{"status": "asked"}]


def test_it_speaks_french(chat: Chat, bruno: Person) -> None:
    zoe = chat.person("Zoé")
    zoe.says("language").taps("Français")
    zoe.says("proposer un trajet")
    zoe.shares_place(*KIMIRONKO).says("Kimironko").shares_place(*AIRPORT).says("l'aéroport")
    (question,) = zoe.says("dans 5 heures").says("2")
    assert "de Kimironko à l'aéroport, avec de la place pour 2 personnes." in question
    assert zoe.taps("Oui, publier")[0].startswith("C'est publié.")
    look(bruno, names=("Kimironko", "Airport")).taps("Zoé").taps("Yes")
    wish = zoe.hears()[-1]
    assert wish.startswith("Bruno voudrait voyager avec vous ")
    assert "(à moins de 500 m de votre départ)" in wish
    assert zoe.taps("Accepter")[0] == "Accepté, et transmis."
    assert bruno.hears()[-1].startswith("Zoé agrees: ")
    chat.passes(hours=4, minutes=1)
    assert zoe.hears()[0].startswith("N'oubliez pas : vous voyagez avec Bruno ")
