"""Callers of the ride routines: by argument name, as flows and PostgREST call them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.baskets.callers import call
from tests.flows.mobility.scripts import AIRPORT, KIMIRONKO

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
"""When trips set out, unless a test says another time."""


@dataclass(frozen=True)
class Trip:
    """Whose trip it is, and its id."""

    owner: UUID
    trip_id: UUID


@dataclass
class Rides:
    """The rides as a caller sees them."""

    connection: Connection[DictRow]
    admin: Connection[DictRow]
    _people: int = 0

    def person(self, name: str | None = None) -> UUID:
        """Add a profile."""
        self._people += 1
        row = self.admin.execute(
            "insert into public.profiles (whatsapp_e164, display_name) values (%s, %s)"
            " returning user_id",
            [f"+2507881{self._people:05d}", name],
        ).fetchone()
        assert row is not None
        return row["user_id"]  # type: ignore[no-any-return]

    def publish(
        self,
        role: str,
        owner: UUID | None = None,
        start: tuple[float, float] = KIMIRONKO,
        end: tuple[float, float] = AIRPORT,
        departs_at: datetime = SOON,
        seats: int = 1,
        **other: Any,
    ) -> Trip:
        """Publish a trip, of somebody new unless an owner is given."""
        owner = owner or self.person()
        given = {
            "_profile_id": owner,
            "_role": role,
            "_from_name": "Kimironko",
            "_from_lat": start[0],
            "_from_lng": start[1],
            "_to_name": "the airport",
            "_to_lat": end[0],
            "_to_lng": end[1],
            "_departs_at": departs_at,
            "_seats": seats,
        }
        (row,) = call(self.connection, "ride_publish", **(given | other))
        return Trip(owner, row["trip_id"])

    def fitting(self, trip: Trip) -> list[UUID]:
        """Return the trips that fit one, in their order."""
        rows = call(
            self.connection, "ride_find_matches", _profile_id=trip.owner, _trip_id=trip.trip_id
        )
        return [row["trip_id"] for row in rows]

    def ask(self, trip: Trip, other: Trip) -> UUID:
        """Ask for a ride and return the match."""
        (row,) = ask(self.connection, trip, other)
        return row["match_id"]  # type: ignore[no-any-return]

    def answer(self, trip: Trip, match_id: UUID, agrees: bool) -> str:
        """Answer as the owner of a trip, and return what the match then is."""
        (row,) = answer(self.connection, trip, match_id, agrees)
        return row["status"]  # type: ignore[no-any-return]

    def seats_taken(self, trip: Trip) -> int:
        """Return how many seats of a trip are taken."""
        row = self.admin.execute(
            "select seats_taken from wa.ride_trips where trip_id = %s", [trip.trip_id]
        ).fetchone()
        assert row is not None
        return row["seats_taken"]  # type: ignore[no-any-return]


def ask(connection: Connection[DictRow], trip: Trip, other: Trip) -> list[DictRow]:
    """Ask for the ride of another trip."""
    return call(
        connection,
        "ride_ask",
        _profile_id=trip.owner,
        _trip_id=trip.trip_id,
        _other_trip_id=other.trip_id,
    )


def answer(
    connection: Connection[DictRow], trip: Trip, match_id: UUID, agrees: bool
) -> list[DictRow]:
    """Answer as the owner of a trip."""
    return call(
        connection, "ride_answer", _profile_id=trip.owner, _match_id=match_id, _agrees=agrees
    )


def cancel(connection: Connection[DictRow], trip: Trip) -> list[DictRow]:
    """Call off a whole trip as its owner."""
    return call(connection, "ride_cancel", _profile_id=trip.owner, _trip_id=trip.trip_id)
