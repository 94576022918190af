from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.baskets.callers import AtOnce, Baskets, call, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

_INSERT_ENTRY = (
    "insert into public.basket_contributions (basket_id, entry_number, user_id, amount_minor,"
    " currency, reference, balance_before_minor, balance_after_minor)"
    " values (%(basket)s, %(number)s, %(person)s, %(amount)s, %(currency)s, %(reference)s,"
    " %(before)s, %(after)s)"
)


def _wait_until_blocked(observer: Connection[DictRow], blocked: Connection[DictRow]) -> None:
    """Return once the other session waits for a lock."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        row = observer.execute(
            "select cardinality(pg_blocking_pids(%s)) > 0 as is_blocked", [blocked.info.backend_pid]
        ).fetchone()
        if row == {"is_blocked": True}:
            return
    pytest.fail("the other session never had to wait")


def test_a_contribution_raises_the_balance(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.contribute(ann, basket, 300, "r1")
    answer = baskets.contribute(ann, basket, 200, "r2")
    assert (answer["balance_minor"], answer["currency"], answer["is_new"]) == (500, "USD", True)
    assert baskets.detail(ann, basket)["balance_minor"] == 500


def test_the_same_reference_counts_once(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.contribute(ann, basket, 300, "r1")
    answer = baskets.contribute(ann, basket, 300, "  r1 ")
    assert (answer["balance_minor"], answer["is_new"]) == (300, False)


def test_a_repeat_is_answered_after_the_basket_was_closed(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.contribute(ann, basket, 300, "r1")
    baskets.act("basket_close", ann, basket)
    assert baskets.contribute(ann, basket, 300, "r1")["is_new"] is False


def test_a_reference_does_not_name_two_contributions(baskets: Baskets) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket, other = baskets.create(ann), baskets.create(ann)
    baskets.join(bob, basket["share_token"])
    baskets.contribute(ann, basket, 300, "r1")
    for person, into, amount in [(ann, basket, 301), (ann, other, 300), (bob, basket, 300)]:
        with refused("WA034"):
            baskets.contribute(person, into, amount, "r1")


def test_the_same_reference_at_the_same_moment_counts_once(
    baskets: Baskets, at_once: AtOnce
) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)

    def contribute(connection: Connection[DictRow]) -> bool:
        (row,) = call(
            connection,
            "basket_contribute",
            _profile_id=ann,
            _basket_id=basket["basket_id"],
            _amount_minor=50,
            _reference="same",
        )
        return bool(row["is_new"])

    assert sorted(at_once([contribute] * 10)) == [False] * 9 + [True]
    assert baskets.detail(ann, basket)["balance_minor"] == 50


def test_a_repeat_that_waited_while_the_basket_was_closed_is_still_answered(
    baskets: Baskets, connect: Connect
) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    waiting = Baskets(connect(), baskets.admin)
    with ThreadPoolExecutor(1) as pool:
        with baskets.connection.transaction():
            baskets.contribute(ann, basket, 300, "r1")
            baskets.act("basket_close", ann, basket)
            repeat = pool.submit(waiting.contribute, ann, basket, 300, "r1")
            _wait_until_blocked(baskets.admin, waiting.connection)
        assert repeat.result()["is_new"] is False


def test_one_payment_is_not_put_into_two_baskets_at_the_same_moment(
    baskets: Baskets, at_once: AtOnce
) -> None:
    ann = baskets.person()
    several = [baskets.create(ann) for _ in range(6)]

    def into(basket: DictRow) -> Callable[[Connection[DictRow]], Any]:
        return lambda connection: call(
            connection,
            "basket_contribute",
            _profile_id=ann,
            _basket_id=basket["basket_id"],
            _amount_minor=50,
            _reference="same",
        )

    results = at_once([into(basket) for basket in several])
    states = [r.sqlstate for r in results if isinstance(r, psycopg.Error)]
    assert states == ["WA034"] * 5
    assert sum(baskets.detail(ann, basket)["balance_minor"] for basket in several) == 50


def test_contributions_at_the_same_moment_all_count(baskets: Baskets, at_once: AtOnce) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)

    def pay(payer: int) -> Callable[[Connection[DictRow]], None]:
        def action(connection: Connection[DictRow]) -> None:
            for number in range(10):
                call(
                    connection,
                    "basket_contribute",
                    _profile_id=ann,
                    _basket_id=basket["basket_id"],
                    _amount_minor=1,
                    _reference=f"{payer}-{number}",
                )

        return action

    assert at_once([pay(payer) for payer in range(8)]) == [None] * 8
    assert baskets.detail(ann, basket)["balance_minor"] == 80


@pytest.mark.parametrize("amount", [None, 0, -1, 10**15 + 1])
def test_a_contribution_is_a_positive_amount(baskets: Baskets, amount: int | None) -> None:
    ann = baskets.person()
    with refused("WA032"):
        baskets.contribute(ann, baskets.create(ann), amount, "r")


@pytest.mark.parametrize("reference", [None, "", "  ", "x" * 129])
def test_a_contribution_has_a_reference(baskets: Baskets, reference: str | None) -> None:
    ann = baskets.person()
    with refused("WA033"):
        baskets.contribute(ann, baskets.create(ann), 1, reference)


def test_only_members_contribute(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person(), is_public=True)
    with refused("WA022"):
        baskets.contribute(baskets.person(), basket, 1, "r")


def test_a_closed_basket_takes_no_contributions(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.act("basket_close", ann, basket)
    with refused("WA024"):
        baskets.contribute(ann, basket, 1, "r")


@pytest.mark.parametrize(
    "change",
    [
        "update public.basket_contributions set amount_minor = 1",
        "delete from public.basket_contributions",
        "truncate public.basket_contributions",
    ],
)
def test_not_even_the_tables_owner_edits_the_ledger(baskets: Baskets, change: str) -> None:
    ann = baskets.person()
    baskets.contribute(ann, baskets.create(ann), 300, "r1")
    with refused("WA035"):
        baskets.admin.execute(change)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"amount": -301, "after": -1}, "basket_contributions_balance_is_not_negative"),
        ({"amount": -1, "after": 299}, "basket_contributions_only_a_reversal_takes"),
        ({"after": 500}, "basket_contributions_adds_up"),
        ({"before": 500, "after": 600}, "basket_contributions_follows_previous_fkey"),
        ({"number": 3}, "basket_contributions_follows_previous_fkey"),
        ({"number": 1}, "basket_contributions_first_starts_at_zero"),
        ({"number": 1, "before": 0, "after": 100}, "basket_contributions_pkey"),
        ({"currency": "EUR"}, "basket_contributions_currency_fkey"),
        ({"reference": "r1"}, "basket_contributions_reference_key"),
    ],
)
def test_the_ledger_itself_refuses_an_entry_that_does_not_continue_it(
    baskets: Baskets, wrong: dict[str, object], constraint: str
) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.contribute(ann, basket, 300, "r1")
    entry = {
        "basket": basket["basket_id"],
        "number": 2,
        "person": ann,
        "amount": 100,
        "currency": "USD",
        "reference": "r2",
        "before": 300,
        "after": 400,
    }
    with pytest.raises(psycopg.errors.IntegrityError) as raised:
        baskets.admin.execute(_INSERT_ENTRY, entry | wrong)
    # On a node of a cluster the name ends with a number of its table.
    violated = raised.value.diag.constraint_name or ""
    assert violated.startswith(constraint)


def test_a_wrong_contribution_is_taken_back_by_an_entry_of_its_own(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.contribute(ann, basket, 300, "r1")
    baskets.contribute(ann, basket, 200, "r2")
    baskets.admin.execute("select wa.reverse_basket_contribution('r1', 'back-1')")
    entries = baskets.admin.execute(
        "select amount_minor, reverses_entry_number as reverses, balance_after_minor as balance"
        " from public.basket_contributions order by entry_number"
    ).fetchall()
    assert [tuple(entry.values()) for entry in entries] == [
        (300, None, 300),
        (200, None, 500),
        (-300, 1, 200),
    ]


def test_a_contribution_is_taken_back_once(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.contribute(ann, basket, 300, "r1")
    baskets.contribute(ann, basket, 300, "r2")
    baskets.admin.execute("select wa.reverse_basket_contribution('r1', 'back-1')")
    for reference in ("r1", "back-1", "unknown"):
        with refused("WA037"):
            baskets.admin.execute(
                "select wa.reverse_basket_contribution(%s, 'back-2')", [reference]
            )


def test_a_callers_role_cannot_take_contributions_back(baskets: Baskets) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        baskets.connection.execute("select wa.reverse_basket_contribution('r1', 'back-1')")
