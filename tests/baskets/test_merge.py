"""Two profiles turn out to be one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.baskets.callers import refused

if TYPE_CHECKING:
    from tests.baskets.callers import Baskets


def test_memberships_move_to_the_survivor(baskets: Baskets) -> None:
    ann, old, new = baskets.person(), baskets.person(), baskets.person()
    joined, owned = baskets.create(ann), baskets.create(old)
    baskets.join(old, joined["share_token"])
    baskets.merge(old, new)
    assert baskets.members(joined) == {ann: "owner", new: "member"}
    assert baskets.members(owned) == {new: "owner"}


def test_an_owner_stays_owner_when_both_were_members(baskets: Baskets) -> None:
    old, new, bob = baskets.person(), baskets.person(), baskets.person()
    basket = baskets.create(old)
    baskets.join(new, basket["share_token"])
    baskets.join(bob, basket["share_token"])
    baskets.merge(old, new)
    assert baskets.members(basket) == {new: "owner", bob: "member"}
    row = baskets.row(basket)
    assert (row["member_count"], row["owner_count"], row["status"]) == (2, 1, "open")


def test_a_surviving_owner_stays_owner(baskets: Baskets) -> None:
    old, new = baskets.person(), baskets.person()
    basket = baskets.create(new)
    baskets.join(old, basket["share_token"])
    baskets.merge(old, new)
    assert baskets.members(basket) == {new: "owner"}
    row = baskets.row(basket)
    assert (row["member_count"], row["owner_count"], row["status"]) == (1, 1, "open")


def test_memberships_of_closed_baskets_move_too(baskets: Baskets) -> None:
    old, new = baskets.person(), baskets.person()
    basket = baskets.create(old)
    baskets.act("basket_close", old, basket)
    baskets.merge(old, new)
    assert baskets.members(basket) == {new: "owner"}


def test_a_call_for_the_merged_profile_acts_for_the_survivor(baskets: Baskets) -> None:
    oldest, old, new = baskets.person(), baskets.person(), baskets.person()
    baskets.merge(oldest, old)
    baskets.merge(old, new)
    basket = baskets.create(oldest)
    assert baskets.members(basket) == {new: "owner"}


def test_the_ledger_is_not_touched_and_a_repeat_is_still_recognised(baskets: Baskets) -> None:
    old, new = baskets.person(), baskets.person()
    basket = baskets.create(old)
    baskets.contribute(old, basket, 300, "r1")
    before = baskets.admin.execute("select * from public.basket_contributions").fetchall()
    baskets.merge(old, new)
    assert baskets.admin.execute("select * from public.basket_contributions").fetchall() == before
    assert baskets.contribute(new, basket, 300, "r1")["is_new"] is False


def test_a_merge_gives_no_new_tries_at_codes(baskets: Baskets) -> None:
    old, new = baskets.person(), baskets.person()
    for _ in range(10):
        baskets.join(old, "0000000000")
    baskets.join(new, "0000000000")
    baskets.merge(old, new)
    with refused("WA028"):
        baskets.join(new, "0000000000")


def test_a_merged_profile_cannot_become_a_member(baskets: Baskets) -> None:
    old, new = baskets.person(), baskets.person()
    basket = baskets.create(new)
    baskets.merge(old, new)
    with refused("WA020"):
        baskets.admin.execute(
            "insert into public.basket_members (basket_id, user_id) values (%s, %s)",
            [basket["basket_id"], old],
        )
