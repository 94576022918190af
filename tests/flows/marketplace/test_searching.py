"""What is near is found nearest first, wherever on earth and however much there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value, values
from tests.fixtures.offered import with_offered_flows

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

pytestmark = [with_offered_flows, pytest.mark.any_server]

PROFILE = "insert into public.profiles (whatsapp_e164) values (%s) returning user_id"
FOUND = "select title from public.market_search(%s, null, %s, %s, %s)"
AS_FAR_AS_THE_FIRST_RING = """
    select longitude
    from generate_series(-500, 500) as step
    cross join lateral (
      select degrees(1 / 6371.0088::double precision) + step * 2e-18::double precision
    ) as beside (longitude)
    where wa.measure_distance(0, 0, 0, longitude) = 1
    limit 1
"""


@pytest.mark.parametrize(
    ("place", "beside"),
    [
        ((48.85, 2.35), (48.85, 2.37)),
        ((0, 179.999), (0, -179.98)),
        ((-16.5, -179.999), (-16.5, 179.98)),
        ((89.99, 0), (89.99, 180)),
        ((-90, 0), (-89.98, 90)),
    ],
)
def test_the_nearest_come_first_up_to_the_limit(
    connection: Connection[DictRow], place: tuple[float, float], beside: tuple[float, float]
) -> None:
    seller, buyer = (value(connection, PROFILE, f"+3460099988{number}") for number in (1, 2))
    latitude, longitude = place
    towards_the_equator = -1 if latitude > 0 else 1
    offers = {
        f"{km} km": (latitude + towards_the_equator * km / 111.195, longitude)
        for km in (30, 0.5, 51, 3, 49)
    }
    for title, where in (offers | {"beside it": beside}).items():
        connection.execute(
            "select public.market_create(%s, %s, 0, %s, %s)", (seller, title, *where)
        )
    found = values(connection, FOUND, buyer, *place, 9)
    assert found == ["0.5 km", "beside it", "3 km", "30 km", "49 km"]
    assert values(connection, FOUND, buyer, *place, 2) == found[:2]


def test_what_is_just_as_far_as_a_ring_reaches_is_found_once(
    connection: Connection[DictRow],
) -> None:
    seller, buyer = (value(connection, PROFILE, f"+3460099988{number}") for number in (1, 2))
    longitude = value(connection, AS_FAR_AS_THE_FIRST_RING)
    connection.execute(
        "select public.market_create(%s, 'Red bicycle', 0, 0, %s)", (seller, longitude)
    )
    assert values(connection, FOUND, buyer, 0, 0, 9) == ["Red bicycle"]


def test_a_title_is_one_line(connection: Connection[DictRow]) -> None:
    seller = value(connection, PROFILE, "+34600999881")
    connection.execute("select public.market_create(%s, %s, 0, 0, 0)", (seller, " Red\n  bicycle "))
    assert values(connection, "select title from wa.market_offers") == ["Red bicycle"]
