"""Amounts and distances: read as people type them, written as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

NARROW = "\N{NARROW NO-BREAK SPACE}"


def value(connection: Connection[DictRow], expression: str, *arguments: Any) -> Any:
    row = connection.execute(f"select {expression} as value".encode(), arguments).fetchone()
    assert row is not None
    return row["value"]


def test_an_amount_is_read_as_people_type_it(connection: Connection[DictRow]) -> None:
    amounts = {
        "5": 500,
        "12.5": 1250,
        "12,50": 1250,
        "1500": 150000,
        "1 500": 150000,
        f"1{NARROW}500,50": 150050,
        "1,500.50": 150050,
        "1.500,50": 150050,
        "1'500": 150000,
        "50,000": 5000000,
        "1,234,567": 123456700,
        "$20": 2000,
        "20 usd": 2000,
        "  7 USD. ": 700,
    }
    read = {typed: value(connection, "wa.parse_amount(%s, 'USD')", typed) for typed in amounts}
    assert read == amounts


def test_what_is_no_amount_is_not_guessed(connection: Connection[DictRow]) -> None:
    nonsense = ["", "abc", "5k", "-5", "5 apples", "12.345,6789", "1,23,456", "5 EUR", "1e5", "٣"]
    for typed in (*nonsense, "9" * 40, None):
        assert value(connection, "wa.parse_amount(%s, 'USD')", typed) is None, typed


def test_a_currency_without_minor_unit_takes_whole_amounts_only(
    connection: Connection[DictRow],
) -> None:
    assert value(connection, "wa.parse_amount('50.000', 'RWF')") == 50000
    assert value(connection, "wa.parse_amount('12,5', 'RWF')") is None


def test_an_amount_is_written_in_the_users_language(connection: Connection[DictRow]) -> None:
    amounts = {
        (0, "USD", "en"): "0 USD",
        (5, "USD", "en"): "0.05 USD",
        (150050, "USD", "en"): "1,500.50 USD",
        (150050, "USD", "fr"): f"1{NARROW}500,50 USD",
        (1234567, "RWF", "en"): "1,234,567 RWF",
        (1500, "KWD", "en"): "1.500 KWD",
        (10**15, "USD", "en"): "10,000,000,000,000 USD",
    }
    written = {
        amount: value(connection, "wa.format_amount(%s, %s, %s)", *amount) for amount in amounts
    }
    assert written == amounts


def test_a_distance_is_rounded_to_what_matters(connection: Connection[DictRow]) -> None:
    distances = {0.0: "10 m", 0.354: "350 m", 0.999: "1,0 km", 9.94: "9,9 km", 27.4: "27 km"}
    written = {
        kilometres: value(connection, "wa.format_distance(%s::float8, 'fr')", kilometres)
        for kilometres in distances
    }
    assert written == distances
