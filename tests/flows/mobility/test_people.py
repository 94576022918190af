"""What becomes of the rides of people who are erased, handed out, merged, or have no number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value, values
from tests.fixtures.citus import waits_there
from tests.fixtures.offered import with_offered_flows
from tests.flows.mobility.callers import answer
from tests.flows.mobility.scripts import look, offer

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.flows.mobility.callers import Rides
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]


def test_nothing_is_left_of_who_is_erased_and_companions_are_told_without_a_name(
    chat: Chat, ana: Person, bruno: Person, operator: Connection[DictRow]
) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    ana.taps("Agree")
    bruno.taps("Details")
    erased = value(operator, "select public.wa_erase_profile(%s)", ana.address)
    assert erased["rows"]["ride_trips"] == 1
    chat.deliver()
    (told,) = bruno.hears()
    assert told.startswith("The ride on ")
    assert "is called off." in told
    assert "Nobody else goes there then." in bruno.taps("Show")[0]
    assert chat.rows("select from wa.ride_matches") == []
    assert chat.rows("select seats_taken from wa.ride_trips") == [{"seats_taken": 0}]
    chat.passes(hours=4, minutes=1)
    assert bruno.hears() == []


@waits_there
def test_who_is_erased_while_a_companion_agrees_hears_nothing(
    rides: Rides, connect: Connect, connection: Connection[DictRow]
) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    match_id = rides.ask(passenger, driver)
    agreeing, erasing = connect(autocommit=False), connect("wa_operator_role")
    both = [driver.trip_id, passenger.trip_id]
    agreeing.execute("select wa.lock_ride_trips(%s)", [both])
    erase = "select public.wa_erase_profile(%s)"
    thread = Thread(target=erasing.execute, args=(erase, [str(passenger.owner)]))
    thread.start()
    blocked = "select %s = any(pg_blocking_pids(%s))"
    pids = (agreeing.info.backend_pid, erasing.info.backend_pid)
    while not value(connection, blocked, *pids):
        assert thread.is_alive()
    assert answer(agreeing, driver, match_id, agrees=True)[0]["status"] == "agreed"
    agreeing.commit()
    thread.join()
    told = "select user_id from public.notifications where dedupe_key ~ '(agreed|gone):'"
    assert values(connection, told) == [driver.owner]
    assert rides.seats_taken(driver) == 0


@waits_there
def test_two_people_of_one_ride_are_erased_at_once(
    rides: Rides, connect: Connect, connection: Connection[DictRow]
) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    rides.answer(driver, rides.ask(passenger, driver), agrees=True)
    # Both have locked their own profile, and would lock the other's next.
    busy = connect(autocommit=False)
    busy.execute("lock table wa.ride_trips")
    erasing = [connect("wa_operator_role") for _ in range(2)]
    pids = [one.info.backend_pid for one in erasing]
    waiting = "select count(*) from unnest(%s::int[]) as pid where pg_blocking_pids(pid) <> '{}'"
    with ThreadPoolExecutor() as threads:
        both = [
            threads.submit(one.execute, "select public.wa_erase_profile(%s)", [str(trip.owner)])
            for one, trip in zip(erasing, (driver, passenger), strict=True)
        ]
        while value(connection, waiting, pids) < 2 and not any(one.done() for one in both):
            pass
        busy.commit()
        for one in both:
            one.result()
    assert value(connection, "select count(*) from wa.ride_trips") == 0


def test_rides_are_handed_out_without_others_names(
    ana: Person, bruno: Person, operator: Connection[DictRow]
) -> None:
    offer(ana)
    look(bruno).taps("Ana").taps("Yes")
    (trip,) = value(operator, "select public.wa_export_profile(%s)", ana.address)["ride_trips"]
    assert (trip["role"], trip["from_name"], trip["to_name"]) == (
        "driver", "Kimironko", "the airport",
    )  # fmt: skip
    assert [(ride["status"], ride["asked_by"]) for ride in trip["rides"]] == [
        ("asked", "passenger")
    ]
    assert "Bruno" not in str(trip)


def test_two_profiles_that_become_one_keep_their_rides_but_not_with_each_other(
    rides: Rides, connection: Connection[DictRow]
) -> None:
    driver, passenger = rides.publish("driver", seats=2), rides.publish("passenger")
    other = rides.publish("passenger")
    for one in (passenger, other):
        rides.answer(driver, rides.ask(one, driver), agrees=True)
    connection.execute("select wa.merge_ride_trips(%s, %s)", [passenger.owner, driver.owner])
    owners = connection.execute("select distinct user_id from wa.ride_trips").fetchall()
    assert {row["user_id"] for row in owners} == {driver.owner, other.owner}
    assert (rides.seats_taken(driver), rides.seats_taken(passenger)) == (1, 0)
    reminders = "select count(*) from public.notifications where status = 'queued'"
    assert value(connection, f"{reminders} and dedupe_key ~ ':reminder:'") == 2


def test_people_without_a_number_ride_too(chat: Chat, bruno: Person) -> None:
    dora = chat.person("Dora", user_id="RW.77")
    offer(dora)
    look(bruno).taps("Dora").taps("Yes")
    assert dora.hears()[-1].startswith("Bruno would like to ride with you")
    dora.taps("Agree")
    assert bruno.hears()[-1].startswith("Dora agrees")
