"""Reminders, time zones, the 24-hour window, and what has its time behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.baskets.callers import refused
from tests.dispatching import value
from tests.fixtures.citus import purges_there
from tests.fixtures.offered import with_offered_flows
from tests.flows.mobility.callers import SOON
from tests.flows.mobility.scripts import AIRPORT, KIMIRONKO, look, offer
from tests.retention.conftest import purge

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.flows.mobility.callers import Rides
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]


def test_both_are_reminded_once_an_hour_before(chat: Chat, ana: Person, bruno: Person) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    ana.taps("Agree")
    bruno.hears()
    chat.passes(hours=3, minutes=58)
    assert [*ana.hears(), *bruno.hears()] == []
    chat.passes(minutes=3)
    assert ana.hears()[0].startswith("Do not forget: you ride with Bruno on ")
    assert bruno.hears()[0].startswith("Do not forget: you ride with Ana on ")
    chat.passes(hours=6)
    assert [*ana.hears(), *bruno.hears()] == []


def test_who_agrees_within_the_last_hour_is_not_reminded(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana, when="in 50 minutes")
    look(bruno, when="in 50 minutes").taps("Ana").taps("Yes")
    ana.taps("Agree")
    reminder = "select from public.notifications where dedupe_key ~ ':reminder:'"
    assert chat.rows(reminder) == []


def test_each_reads_the_time_in_a_zone_of_their_own(chat: Chat, ana: Person, bruno: Person) -> None:
    for person, zone in ((ana, "Africa/Kigali"), (bruno, "Asia/Tokyo")):
        person.says("hello")
        chat.rows(
            "update public.profiles set metadata = jsonb_build_object('time_zone', %s::text)"
            " where whatsapp_e164 = %s returning user_id",
            zone,
            person.address,
        )
    offer(ana, when="tomorrow at noon")
    ana.says("rides")
    (row,) = chat.rows(
        "select departs_at at time zone 'Africa/Kigali' as here,"
        " round(extract(epoch from departs_at - now()) / 3600)::integer as hours,"
        " to_char(departs_at at time zone 'Asia/Tokyo', 'FMDay, FMMonth FMDD') as there"
        " from wa.ride_trips"
    )
    assert row["here"].hour == 12
    # Where it may be tomorrow already.
    trip = look(bruno, when=f"in {row['hours']} hours")[1]
    assert "Ana: 7:00 PM" in trip
    (question,) = bruno.taps("Ana")
    # With its year where that is the next one.
    assert row["there"] in question
    assert " at 7:00 PM, from Kimironko" in question


def test_news_outside_the_window_waits_or_goes_as_a_template(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana, when="in 60 hours")
    look(bruno, when="in 60 hours")
    ana.hears()
    chat.passes(hours=25)
    bruno.says("rides").taps("Kimironko → the airport").taps("Ana").taps("Yes")
    chat.deliver()
    assert ana.hears() == []
    assert ana.says("hello")[0].startswith("Bruno would like to ride with you")

    chat.owner.execute("update wa.settings set value = '\"ride_news\"' where key = 'ride_template'")
    ana.taps("Agree")
    chat.passes(hours=25)
    ana.says("rides").taps("Kimironko → the airport").taps("Bruno").taps("Write").says("Still on?")
    assert bruno.hears()[-1] == "(template ride_news, en)"


def test_a_wish_that_nobody_has_read_is_taken_back_in_silence(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    offer(ana, when="in 60 hours")
    look(bruno, when="in 60 hours")
    ana.hears()
    chat.passes(hours=25)
    bruno.says("rides").taps("Kimironko → the airport").taps("Ana").taps("Yes").taps("Take it back")
    assert "Bruno" not in "".join(ana.says("hello"))


def test_what_is_over_is_neither_found_nor_agreed_and_can_be_talked_about_for_a_while(
    chat: Chat, ana: Person, bruno: Person
) -> None:
    carla = chat.person("Carla")
    offer(ana, seats=2)
    look(bruno).taps("Ana").taps("Yes")
    ana.taps("Agree")
    look(carla).taps("Ana").taps("Yes")
    assert "1 person asks you" in ana.says("rides")[0]
    chat.passes(hours=5, minutes=1)
    assert "asks you" not in ana.says("rides")[0]
    assert ana.taps("Agree")[0] == "This ride is not there any more."
    assert "Nobody else" in look(chat.person("Dora"), when="in 5 minutes")[1]
    bruno.says("rides").taps("Kimironko → the airport").taps("Ana").taps("Write")
    assert bruno.says("I am late")[0] == "I have told Ana."
    chat.passes(hours=3)
    assert bruno.says("rides")[0].startswith("You have no ride ahead.")
    assert bruno.taps("Write")[0] == "This ride is not there any more."


@purges_there
def test_trips_go_with_their_matches_when_their_time_to_live_is_over(
    chat: Chat, rides: Rides, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    rides.answer(driver, rides.ask(passenger, driver), agrees=True)
    kept = rides.publish("passenger", departs_at=SOON + timedelta(days=2))
    chat.passes(days=31)
    purge(edge)
    assert value(connection, "select count(*) from wa.ride_matches") == 0
    assert value(connection, "select array_agg(trip_id) from wa.ride_trips") == [kept.trip_id]


def test_a_ride_of_the_past_is_not_published(rides: Rides) -> None:
    with refused("WA113"):
        rides.publish("driver", None, KIMIRONKO, AIRPORT, SOON - timedelta(hours=6))
