"""What people do before the part that a test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wa_webhook.testing import Heard, Person

KIMIRONKO = (-1.9500, 30.1260)
REMERA = (-1.9580, 30.1180)
AIRPORT = (-1.9686, 30.1395)
HUYE = (-2.5967, 29.7394)


def publish(
    person: Person,
    wish: str,
    *,
    places: tuple[tuple[float, float], tuple[float, float]] = (KIMIRONKO, AIRPORT),
    names: tuple[str, str] = ("Kimironko", "the airport"),
    when: str = "in 5 hours",
    seats: int = 1,
) -> Heard:
    """Offer a ride or look for one, in English, and return what is heard when it is published."""
    person.says(wish)
    for place, name in zip(places, names, strict=True):
        person.shares_place(*place).says(name)
    person.says(when).says(str(seats))
    return person.taps("Yes, publish")


def offer(person: Person, **trip: object) -> Heard:
    """Publish a ride with a free seat."""
    return publish(person, "offer a ride", **trip)  # type: ignore[arg-type]


def look(person: Person, **trip: object) -> Heard:
    """Publish that somebody looks for a ride."""
    return publish(person, "find a ride", **trip)  # type: ignore[arg-type]
