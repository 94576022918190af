from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.baskets.callers import Baskets, refused
from tests.fixtures.citus import looks_at_plans
from tests.fixtures.names import about_two_schemas
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

KIGALI = (-1.9441, 30.0619)


def _public_at(baskets: Baskets, name: str, latitude: float, longitude: float) -> Any:
    owner = baskets.person()
    basket = baskets.create(owner, name, is_public=True)
    baskets.place(owner, basket, latitude, longitude)
    return basket


def _names(rows: list[Any]) -> list[str]:
    return [row["name"] for row in rows]


def test_the_nearest_come_first(baskets: Baskets) -> None:
    for name, latitude, longitude in [
        ("Paris", 48.8566, 2.3522),
        ("Huye", -2.5967, 29.7394),
        ("Nairobi", -1.2921, 36.8219),
    ]:
        _public_at(baskets, name, latitude, longitude)
    assert _names(baskets.nearby(baskets.person(), *KIGALI)) == ["Huye", "Nairobi", "Paris"]


def test_the_limit_keeps_the_nearest(baskets: Baskets) -> None:
    for number in range(5, 0, -1):
        _public_at(baskets, str(number), float(number), 30.0)
    assert _names(baskets.nearby(baskets.person(), 0.0, 30.0, 2)) == ["1", "2"]


def test_the_distance_is_over_ground_in_kilometres(baskets: Baskets) -> None:
    _public_at(baskets, "Paris", 48.8566, 2.3522)
    (row,) = baskets.nearby(baskets.person(), 51.5074, -0.1278)
    assert row["distance_km"] == pytest.approx(343.5, abs=1)


def test_the_other_side_of_the_earth_is_half_its_girth_away(baskets: Baskets) -> None:
    _public_at(baskets, "Antipode", -10.0, -150.0)
    (row,) = baskets.nearby(baskets.person(), 10.0, 30.0)
    assert row["distance_km"] == pytest.approx(math.pi * 6371.0088)


def test_a_basket_here_is_at_distance_zero(baskets: Baskets) -> None:
    _public_at(baskets, "Here", *KIGALI)
    assert baskets.nearby(baskets.person(), *KIGALI)[0]["distance_km"] == 0


def test_the_date_line_is_no_border(baskets: Baskets) -> None:
    _public_at(baskets, "Across", 0.0, -179.9)
    _public_at(baskets, "This side", 0.0, 179.0)
    rows = baskets.nearby(baskets.person(), 0.0, 179.9)
    assert _names(rows) == ["Across", "This side"]
    assert rows[0]["distance_km"] == pytest.approx(0.2 * math.pi / 180 * 6371.0088)


def test_both_names_of_the_date_line_are_one_place(baskets: Baskets) -> None:
    _public_at(baskets, "Line", 10.0, 180.0)
    assert baskets.nearby(baskets.person(), 10.0, -180.0)[0]["distance_km"] == 0


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_every_longitude_is_the_same_place_at_a_pole(baskets: Baskets, pole: float) -> None:
    _public_at(baskets, "Pole", pole, 0.0)
    assert baskets.nearby(baskets.person(), pole, 137.0)[0]["distance_km"] == 0


def test_the_way_over_the_pole_counts(baskets: Baskets) -> None:
    _public_at(baskets, "Over the pole", 89.5, 180.0)
    _public_at(baskets, "Same meridian", 87.0, 0.0)
    rows = baskets.nearby(baskets.person(), 89.5, 0.0)
    assert _names(rows) == ["Over the pole", "Same meridian"]


def test_only_public_open_baskets_with_a_place_are_found(baskets: Baskets) -> None:
    ann = baskets.person()
    private = baskets.create(ann, "Private")
    baskets.place(ann, private, *KIGALI)
    closed = _public_at(baskets, "Closed", *KIGALI)
    baskets.admin.execute(
        "update public.baskets set status = 'closed', closed_at = now() where id = %s",
        [closed["basket_id"]],
    )
    baskets.create(ann, "Nowhere", is_public=True)
    _public_at(baskets, "Found", *KIGALI)
    assert _names(baskets.nearby(baskets.person(), *KIGALI)) == ["Found"]


def test_baskets_the_caller_is_in_are_left_out(baskets: Baskets) -> None:
    mine, other = _public_at(baskets, "Mine", *KIGALI), _public_at(baskets, "Other", *KIGALI)
    bob = baskets.person()
    baskets.join(bob, mine["share_token"])
    assert [row["id"] for row in baskets.nearby(bob, *KIGALI)] == [other["basket_id"]]


def test_a_place_is_taken_away_by_two_nulls(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann, is_public=True)
    baskets.place(ann, basket, *KIGALI)
    baskets.place(ann, basket, None, None)
    assert baskets.nearby(baskets.person(), *KIGALI) == []


def test_only_the_owner_sets_the_place(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    baskets.join(bob, basket["share_token"])
    with refused("WA023"):
        baskets.place(bob, basket, *KIGALI)


WRONG_COORDINATES = [
    (None, 0.0),
    (0.0, None),
    (90.0001, 0.0),
    (-91.0, 0.0),
    (0.0, 180.0001),
    (0.0, -181.0),
    (math.nan, 0.0),
    (0.0, math.nan),
    (math.inf, 0.0),
    (0.0, -math.inf),
]


@pytest.mark.parametrize(("latitude", "longitude"), WRONG_COORDINATES)
def test_wrong_coordinates_are_an_error(
    baskets: Baskets, latitude: float | None, longitude: float | None
) -> None:
    ann = baskets.person()
    with refused("WA029"):
        baskets.nearby(ann, latitude, longitude)
    with refused("WA029"):
        baskets.place(ann, baskets.create(ann), latitude, longitude)


@pytest.mark.parametrize(("latitude", "longitude"), WRONG_COORDINATES)
def test_the_table_itself_refuses_wrong_coordinates(
    baskets: Baskets, latitude: float | None, longitude: float | None
) -> None:
    basket = baskets.create(baskets.person())
    with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.NumericValueOutOfRange)):
        baskets.admin.execute(
            "update public.baskets set latitude = %s, longitude = %s where id = %s",
            [latitude, longitude, basket["basket_id"]],
        )


@pytest.mark.parametrize("limit", [None, 0, -1, 101])
def test_a_limit_out_of_range_is_an_error(baskets: Baskets, limit: int | None) -> None:
    with refused("WA030"):
        baskets.nearby(baskets.person(), *KIGALI, limit)


def test_a_call_leaves_the_callers_search_path_alone(baskets: Baskets) -> None:
    before = baskets.connection.execute("show search_path").fetchone()
    with baskets.connection.transaction():
        baskets.nearby(baskets.person(), *KIGALI)
        assert baskets.connection.execute("show search_path").fetchone() == before


@about_two_schemas("the first migration makes the schema, and the test before it")
@pytest.mark.parametrize("schema", ["public", "Other schema"])
def test_cube_may_have_been_installed_anywhere_before(bare_database: Database, schema: str) -> None:
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f'create extension cube schema "{schema}"')
        Migrator(connection, read_source(find_db_folder())).run()
    with psycopg.connect(bare_database.url(), autocommit=True, row_factory=dict_row) as connection:
        there = Baskets(connection, connection)
        connection.execute(
            "update wa.settings set value = '\"+250780000000\"' where key = 'bot_number_e164'"
        )
        _public_at(there, "Found", *KIGALI)
        assert _names(there.nearby(there.person(), *KIGALI)) == ["Found"]


def test_the_answer_agrees_with_a_full_scan(baskets: Baskets) -> None:
    baskets.admin.execute(
        "insert into public.baskets (name, is_public, currency, share_token, latitude, longitude)"
        " select number::text, true, 'USD', lpad(number::text, 10, '0'),"
        "   degrees(asin(2 * random() - 1)), 360 * random() - 180"
        " from generate_series(1, 3000) as number"
    )
    bob = baskets.person()
    for latitude, longitude in [(0.0, 180.0), (90.0, 0.0), (-89.9, 10.0), KIGALI]:
        expected = baskets.admin.execute(
            "select name from public.baskets order by sind(latitude) * sind(%(lat)s)"
            " + cosd(latitude) * cosd(%(lat)s) * cosd(longitude - %(lng)s) desc limit 20",
            {"lat": latitude, "lng": longitude},
        ).fetchall()
        assert _names(baskets.nearby(bob, latitude, longitude, 20)) == _names(expected)


@looks_at_plans
def test_a_call_reads_a_small_part_of_a_large_table(baskets: Baskets) -> None:
    baskets.admin.execute(
        "insert into public.baskets (name, is_public, currency, share_token, latitude, longitude)"
        " select number::text, true, 'USD', lpad(number::text, 10, '0'),"
        "   degrees(asin(2 * random() - 1)), 360 * random() - 180"
        " from generate_series(1, 20000) as number"
    )
    baskets.admin.execute("analyze public.baskets")
    bob = baskets.person()
    # The first call of a session reads the catalogue too.
    baskets.nearby(bob, -1.9, 30.0)
    row = baskets.connection.execute(
        "explain (analyze, buffers, format json)"
        " select * from public.basket_discover_nearby(%s, -1.9, 30.0, 10)",
        [bob],
    ).fetchone()
    assert row is not None
    pages = baskets.admin.execute(
        "select pg_relation_size('public.baskets') / 8192 as pages"
    ).fetchone()
    assert pages is not None
    plan = row["QUERY PLAN"][0]["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < pages["pages"] / 4


def test_the_error_quotes_both_coordinates(baskets: Baskets) -> None:
    with pytest.raises(psycopg.Error) as raised:
        baskets.nearby(baskets.person(), 91.5, None)
    assert raised.value.diag.message_detail == "_lat is 91.5, _lng is null."
    with pytest.raises(psycopg.Error) as raised:
        baskets.nearby(baskets.person(), None, 30.0)
    assert raised.value.diag.message_detail == "_lat is null, _lng is 30."
