"""How far two places are from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import value

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

PARIS = (48.8566, 2.3522)
KIGALI = (-1.9441, 30.0619)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (PARIS, PARIS, 0),
        (PARIS, KIGALI, 6246.778),
        ((0, 179.5), (0, -179.5), 111.195),
        ((90, 0), (90, 120), 0),
        ((10, 20), (-10, -160), 20015.115),
        ((PARIS[0], PARIS[1]), (PARIS[0] + 0.001, PARIS[1]), 0.1112),
    ],
)
def test_a_distance_is_a_great_circles(
    connection: Connection[DictRow],
    one: tuple[float, float],
    other: tuple[float, float],
    km: float,
) -> None:
    found = value(connection, "select wa.measure_distance(%s, %s, %s, %s)", *one, *other)
    assert found == pytest.approx(km, rel=1e-3, abs=1e-6)
