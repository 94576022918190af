"""What fits, what is refused, and what the data keep true whoever writes it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.baskets.callers import AtOnce, call, refused
from tests.dispatching import value
from tests.fixtures.offered import with_offered_flows
from tests.flows.mobility.callers import SOON, answer, ask, cancel
from tests.flows.mobility.scripts import HUYE, KIMIRONKO, REMERA

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.flows.mobility.callers import Rides, Trip

pytestmark = [with_offered_flows, pytest.mark.any_server]

ROUNDS = 4


def states(results: list[Any]) -> list[str]:
    """Return the status that each call brought, or the SQLSTATE that it raised."""
    return [str(r.sqlstate) if isinstance(r, psycopg.Error) else r[0]["status"] for r in results]


def test_trips_fit_by_role_places_time_and_seats_the_nearest_first(rides: Rides) -> None:
    ann = rides.person()
    trip = rides.publish("passenger", ann, seats=2)
    far = rides.publish("driver", start=REMERA, seats=2)
    near = rides.publish("driver", seats=2, departs_at=SOON + timedelta(minutes=59))
    for other in (
        {"role": "passenger", "seats": 3},
        {"role": "driver", "seats": 1},
        {"role": "driver", "seats": 2, "start": HUYE},
        {"role": "driver", "seats": 2, "end": HUYE},
        {"role": "driver", "seats": 2, "departs_at": SOON + timedelta(minutes=61)},
        {"role": "driver", "seats": 2, "departs_at": SOON - timedelta(minutes=61)},
        {"role": "driver", "seats": 2, "owner": ann},
    ):
        rides.publish(**other)  # type: ignore[arg-type]
    assert rides.fitting(trip) == [near.trip_id, far.trip_id]
    assert rides.fitting(far) == [trip.trip_id]


def test_who_is_asked_called_off_or_settled_fits_no_more(rides: Rides) -> None:
    driver, other = rides.publish("driver", seats=2), rides.publish("driver", seats=2)
    passenger = rides.publish("passenger")
    match_id = rides.ask(passenger, driver)
    assert rides.fitting(passenger) == [other.trip_id]
    rides.answer(driver, match_id, agrees=True)
    assert (rides.fitting(passenger), rides.fitting(other)) == ([], [])
    rides.answer(driver, match_id, agrees=False)
    assert rides.fitting(passenger) == [other.trip_id]
    cancel(rides.connection, other)
    assert (rides.fitting(passenger), rides.fitting(other)) == ([], [])


@pytest.mark.parametrize(
    "given",
    [
        {"_role": "pilot"},
        {"_from_name": " \t "},
        {"_to_name": "x" * 61},
        {"end": KIMIRONKO},
        {"departs_at": None},
        {"departs_at": SOON - timedelta(days=1)},
        {"departs_at": SOON + timedelta(days=60)},
        {"seats": 0},
        {"seats": 9},
    ],
)
def test_a_trip_that_cannot_be_is_refused(rides: Rides, given: dict[str, Any]) -> None:
    with refused("WA113"):
        rides.publish("driver", **given)


def test_names_of_sixty_characters_are_taken(rides: Rides) -> None:
    trip = rides.publish("driver", _from_name="x" * 60, _to_name="y" * 60)
    names = "select char_length(from_name || to_name) from wa.ride_trips where trip_id = %s"
    assert value(rides.admin, names, trip.trip_id) == 120


def test_a_place_that_is_not_on_earth_and_a_list_without_end_are_refused(rides: Rides) -> None:
    with refused("WA029"):
        rides.publish("driver", start=(90.1, 0.0))
    trip = rides.publish("driver")
    with refused("WA030"):
        call(
            rides.connection,
            "ride_find_matches",
            _profile_id=trip.owner,
            _trip_id=trip.trip_id,
            _limit=101,
        )


def test_whoever_publishes_without_end_is_stopped(rides: Rides) -> None:
    ann = rides.person()
    for _ in range(10):
        rides.publish("driver", ann)
    with refused("WA115"):
        rides.publish("driver", ann)


def test_only_those_whose_ride_it_is_act_on_it(rides: Rides) -> None:
    driver, passenger, eve = (rides.publish(r) for r in ("driver", "passenger", "passenger"))
    match_id = rides.ask(passenger, driver)
    unfit = rides.publish("driver", start=HUYE)
    for attempt in (
        lambda: rides.answer(eve, match_id, agrees=True),
        lambda: rides.answer(eve, uuid4(), agrees=True),
        lambda: rides.ask(eve, unfit),
        lambda: rides.ask(type(eve)(eve.owner, passenger.trip_id), driver),
        lambda: rides.fitting(type(eve)(eve.owner, passenger.trip_id)),
    ):
        with refused("WA110"):
            attempt()
    with refused("WA114"):
        rides.answer(passenger, match_id, agrees=True)
    for text in ("", "x" * 701, None):
        with refused("WA116"):
            write(rides, driver, match_id, text)
    with refused("WA111"):
        write(rides, driver, match_id, "x" * 700)


def write(rides: Rides, trip: Trip, match_id: object, text: str | None) -> None:
    call(rides.connection, "ride_write", _profile_id=trip.owner, _match_id=match_id, _text=text)


def test_the_same_call_again_changes_nothing(rides: Rides) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    match_id = rides.ask(passenger, driver)
    assert rides.ask(passenger, driver) == match_id
    assert [rides.answer(driver, match_id, agrees=True) for _ in range(2)] == ["agreed"] * 2
    assert rides.seats_taken(driver) == rides.seats_taken(passenger) == 1
    assert [rides.answer(passenger, match_id, agrees=False) for _ in range(2)] == ["cancelled"] * 2
    assert rides.seats_taken(driver) == rides.seats_taken(passenger) == 0
    with refused("WA111"):
        rides.answer(driver, match_id, agrees=True)


def test_exact_places_are_told_to_those_who_agreed(rides: Rides) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger", start=REMERA)
    match_id = rides.ask(passenger, driver)

    def seen() -> object:
        (row,) = call(rides.connection, "ride_list_companions", _profile_id=driver.owner)
        return row["from_latitude"]

    assert seen() is None
    rides.answer(driver, match_id, agrees=True)
    assert seen() == REMERA[0]


def test_two_passengers_who_are_given_the_last_seat_at_once_get_it_once(
    rides: Rides, at_once: AtOnce
) -> None:
    for _ in range(ROUNDS):
        driver = rides.publish("driver", seats=2)
        passengers = [rides.publish("passenger", seats=2) for _ in range(3)]
        matches = [rides.ask(driver, passenger) for passenger in passengers]
        results = at_once(
            [
                partial(answer, trip=passenger, match_id=match_id, agrees=True)
                for passenger, match_id in zip(passengers, matches, strict=True)
            ]
        )
        assert sorted(states(results)) == ["WA112", "WA112", "agreed"]
        assert rides.seats_taken(driver) == 2


def test_a_passenger_who_agrees_with_two_drivers_at_once_rides_with_one(
    rides: Rides, at_once: AtOnce
) -> None:
    for _ in range(ROUNDS):
        passenger = rides.publish("passenger")
        drivers = [rides.publish("driver") for _ in range(2)]
        matches = [rides.ask(passenger, driver) for driver in drivers]
        results = at_once(
            [
                partial(answer, trip=driver, match_id=match_id, agrees=True)
                for driver, match_id in zip(drivers, matches, strict=True)
            ]
        )
        assert sorted(states(results)) == ["WA112", "agreed"]
        assert sum(rides.seats_taken(driver) for driver in drivers) == 1


def test_two_who_ask_each_other_at_once_agree(rides: Rides, at_once: AtOnce) -> None:
    for _ in range(ROUNDS):
        driver, passenger = rides.publish("driver"), rides.publish("passenger")
        results = at_once(
            [
                partial(ask, trip=driver, other=passenger),
                partial(ask, trip=passenger, other=driver),
            ]
        )
        assert sorted(states(results)) == ["agreed", "asked"]


def test_calling_a_trip_off_waits_for_nobody_elses_ride(rides: Rides, connect: Connect) -> None:
    mine = rides.publish("driver")
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    rides.ask(passenger, driver)
    rides.connection.execute("set lock_timeout = '1s'")
    other = connect()
    with other.transaction():
        other.execute("select from wa.ride_trips where trip_id = %s for update", [driver.trip_id])
        assert cancel(rides.connection, mine)


def test_nobody_rides_on_a_trip_that_is_called_off_at_the_same_moment(
    rides: Rides, at_once: AtOnce
) -> None:
    for _ in range(ROUNDS):
        driver, passenger = rides.publish("driver"), rides.publish("passenger")
        match_id = rides.ask(passenger, driver)
        at_once(
            [
                partial(cancel, trip=passenger),
                partial(answer, trip=driver, match_id=match_id, agrees=True),
            ]
        )
        assert rides.seats_taken(driver) == rides.seats_taken(passenger) == 0
        assert rides.answer(driver, match_id, agrees=False) == "cancelled"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update wa.ride_matches set status = 'agreed', settled_at = now()", "left_standing"),
        ("update wa.ride_trips set cancelled_at = now() where seats_taken > 0", "take_nobody"),
        (
            "insert into wa.ride_matches (driver_trip_id, passenger_trip_id, asked_by)"
            " select passenger_trip_id, driver_trip_id, 'driver' from wa.ride_matches",
            "_trip_id_fkey",
        ),
    ],
)
def test_the_tables_refuse_what_no_routine_does(
    rides: Rides, connection: Connection[DictRow], statement: str, constraint: str
) -> None:
    driver = rides.publish("driver")
    passengers = [rides.publish("passenger") for _ in range(2)]
    match_id, _ = [rides.ask(passenger, driver) for passenger in passengers]
    rides.answer(driver, match_id, agrees=True)
    with pytest.raises(psycopg.IntegrityError) as raised:
        connection.execute(statement.encode())
    assert constraint in (raised.value.diag.constraint_name or "")


def test_what_ended_is_not_revived(rides: Rides, connection: Connection[DictRow]) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    rides.answer(driver, rides.ask(passenger, driver), agrees=False)
    with refused("WA111"):
        connection.execute("update wa.ride_matches set status = 'agreed'")


@pytest.mark.parametrize("role", ["anon", "authenticated", "wa_edge_role", "wa_worker_role"])
def test_no_other_role_executes_a_ride_routine(connection: Connection[DictRow], role: str) -> None:
    rows = connection.execute(
        "select oid::regprocedure from pg_proc where pronamespace = 'public'::regnamespace"
        " and starts_with(proname, 'ride_') and has_function_privilege(%s, oid, 'execute')",
        [role],
    )
    assert rows.fetchall() == []


def test_who_waits_for_an_answer_is_counted_until_the_trip_begins(rides: Rides) -> None:
    driver, passenger = rides.publish("driver"), rides.publish("passenger")
    rides.ask(passenger, driver)
    waiting = "select waiting from public.ride_list_mine(%s)"
    assert value(rides.connection, waiting, driver.owner) == 1
    rides.admin.execute("update wa.ride_trips set departs_at = now() - interval '1 minute'")
    assert value(rides.connection, waiting, driver.owner) == 0
