from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.baskets.callers import AtOnce, Baskets, call, refused

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

ALPHABET = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
TRIES = 10


def test_codes_are_ten_symbols_without_confused_letters(connection: Connection[DictRow]) -> None:
    codes = {
        row["code"]
        for row in connection.execute(
            "select wa.generate_basket_code() as code from generate_series(1, 2000)"
        )
    }
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {10}
    assert set().union(*codes) == ALPHABET


def test_every_symbol_is_as_likely_at_every_place(connection: Connection[DictRow]) -> None:
    rows = connection.execute(
        "with code as materialized ("
        "  select wa.generate_basket_code() as code from generate_series(1, 6400)"
        ") select place, substr(code, place, 1) as symbol, count(*) as seen"
        " from code, generate_series(1, 10) as place group by 1, 2"
    ).fetchall()
    assert len(rows) == 320
    # Expected 200 each, standard deviation 14: eight of them are never reached by chance.
    assert all(90 < row["seen"] < 310 for row in rows)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("abcdefghjk", "ABCDEFGHJK"),
        (" JB:abcde-fghjk ", "ABCDEFGHJK"),
        ("jb: ABCDE FGHJK", "ABCDEFGHJK"),
        ("OoIiLl0011", "0011110011"),
        ("u0000vvvvv", "V0000VVVVV"),
        ("JBAAAAAAAA", "JBAAAAAAAA"),
        ("", ""),
    ],
)
def test_a_code_is_read_without_regard_to_case_and_confused_letters(
    connection: Connection[DictRow], typed: str, meant: str
) -> None:
    row = connection.execute("select wa.fold_basket_code(%s) as code", [typed]).fetchone()
    assert row == {"code": meant}


def test_a_code_typed_sloppily_lets_people_in(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    code = basket["share_token"].lower().replace("0", "o").replace("1", "l")
    assert baskets.join(baskets.person(), f"jb:{code[:5]} {code[5:]}") == [
        {"basket_id": basket["basket_id"], "basket_name": "Savings"}
    ]


@pytest.mark.parametrize("code", ["NOTACODE", "", None, "JB:", "x" * 5000])
def test_a_wrong_code_is_an_empty_answer_and_is_counted(baskets: Baskets, code: str | None) -> None:
    bob = baskets.person()
    assert baskets.join(bob, code) == []
    row = baskets.admin.execute("select wrong_tries from wa.basket_join_attempts").fetchone()
    assert row == {"wrong_tries": 1}


def test_wrong_codes_lock_a_profile_out_even_with_the_right_one(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    for _ in range(TRIES):
        assert baskets.join(bob, "0000000000") == []
    with refused("WA028"):
        baskets.join(bob, basket["share_token"])


def test_one_profile_that_is_locked_out_does_not_hinder_another(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob, eve = baskets.person(), baskets.person()
    for _ in range(TRIES):
        baskets.join(eve, "0000000000")
    assert len(baskets.join(bob, basket["share_token"])) == 1


def test_a_right_code_does_not_give_new_tries(baskets: Baskets) -> None:
    eve = baskets.person()
    own = baskets.create(eve)
    for _ in range(TRIES):
        baskets.join(eve, "0000000000")
        if _ < TRIES - 1:
            baskets.join(eve, own["share_token"])
    with refused("WA028"):
        baskets.join(eve, own["share_token"])


def test_the_window_begins_with_the_first_wrong_code(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    age = "update wa.basket_join_attempts set window_started_at = window_started_at - %s::interval"
    baskets.join(bob, basket["share_token"])
    baskets.admin.execute(age, ["59 minutes"])
    for _ in range(TRIES):
        baskets.join(bob, "0000000000")
    baskets.admin.execute(age, ["2 minutes"])
    with refused("WA028"):
        baskets.join(bob, basket["share_token"])


def test_tries_are_given_back_when_the_window_has_passed(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    for _ in range(TRIES):
        baskets.join(bob, "0000000000")
    baskets.admin.execute(
        "update wa.basket_join_attempts set window_started_at = now() - interval '1 hour 1 second'"
    )
    assert len(baskets.join(bob, basket["share_token"])) == 1


def test_tries_at_the_same_moment_are_all_counted(baskets: Baskets, at_once: AtOnce) -> None:
    eve = baskets.person()

    def guess(connection: Connection[DictRow]) -> list[list[DictRow]]:
        return [
            call(
                connection,
                "basket_join_by_code",
                _profile_id=eve,
                _whatsapp=None,
                _code="0000000000",
            )
            for _ in range(2)
        ]

    at_once([guess] * 8)
    row = baskets.admin.execute("select wrong_tries from wa.basket_join_attempts").fetchone()
    assert row == {"wrong_tries": TRIES}
