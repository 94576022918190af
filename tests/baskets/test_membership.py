"""Joining, seeing, leaving and closing: the rules of a basket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.baskets.callers import call, refused

if TYPE_CHECKING:
    from tests.baskets.callers import Baskets


def test_the_code_makes_a_person_without_phone_a_member(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person(has_phone=False)
    baskets.join(bob, basket["share_token"])
    detail = baskets.detail(bob, basket)
    assert (detail["is_member"], detail["is_owner"], detail["member_count"]) == (True, False, 2)


def test_joining_twice_changes_nothing(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    first = baskets.join(bob, basket["share_token"])
    before = (baskets.row(basket), baskets.members(basket))
    assert baskets.join(bob, basket["share_token"]) == first
    assert (baskets.row(basket), baskets.members(basket)) == before


def test_no_caller_joins_uncounted(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    # Off, it would keep the trigger that counts from running.
    baskets.connection.execute("set row_security = off")
    baskets.join(bob, basket["share_token"])
    assert baskets.detail(bob, basket)["member_count"] == 2


def test_an_owner_who_joins_stays_owner(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.join(ann, basket["share_token"])
    assert baskets.members(basket) == {ann: "owner"}


def test_a_closed_basket_takes_no_members(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.act("basket_close", ann, basket)
    with refused("WA024"):
        baskets.join(baskets.person(), basket["share_token"])


def test_a_member_of_a_closed_basket_may_use_the_code_again(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.act("basket_close", ann, basket)
    assert len(baskets.join(ann, basket["share_token"])) == 1


def test_the_table_itself_refuses_members_of_a_closed_basket(baskets: Baskets) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    baskets.act("basket_close", ann, basket)
    with refused("WA024"):
        baskets.admin.execute(
            "insert into public.basket_members (basket_id, user_id) values (%s, %s)",
            [basket["basket_id"], bob],
        )


@pytest.mark.parametrize("routine", ["basket_detail", "basket_generate_qr"])
def test_a_stranger_sees_nothing_of_a_private_basket(baskets: Baskets, routine: str) -> None:
    basket = baskets.create(baskets.person())
    with refused("WA021"):
        baskets.act(routine, baskets.person(), basket)


def test_a_private_basket_and_none_at_all_look_the_same(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    messages = []
    for basket_id in (basket["basket_id"], uuid4()):
        with pytest.raises(psycopg.Error) as raised:
            baskets.act("basket_detail", bob, {"basket_id": basket_id})
        messages.append((raised.value.sqlstate, raised.value.diag.message_primary))
    assert messages[0] == messages[1]


def test_a_stranger_sees_a_public_basket_without_the_owners_number(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person("Ann"), is_public=True)
    detail = baskets.detail(baskets.person(), basket)
    assert detail["share_token"] == basket["share_token"]
    assert (detail["owner_name"], detail["owner_whatsapp"]) == ("Ann", None)


def test_a_member_sees_the_owners_number(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    baskets.join(bob, basket["share_token"])
    assert baskets.detail(bob, basket)["owner_whatsapp"] == "+250788000001"


def test_a_stranger_does_not_see_a_public_basket_that_was_closed(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann, is_public=True)
    baskets.act("basket_close", ann, basket)
    with refused("WA021"):
        baskets.detail(baskets.person(), basket)


def test_a_member_gets_the_link_to_share(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    baskets.join(bob, basket["share_token"])
    assert baskets.act("basket_generate_qr", bob, basket) == [{"qr_url": basket["qr_url"]}]


def test_a_closed_basket_is_not_shared(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.act("basket_close", ann, basket)
    with refused("WA024"):
        baskets.act("basket_generate_qr", ann, basket)


def test_a_member_cannot_close(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    bob = baskets.person()
    baskets.join(bob, basket["share_token"])
    with refused("WA023"):
        baskets.act("basket_close", bob, basket)


def test_a_stranger_cannot_close_a_public_basket(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person(), is_public=True)
    with refused("WA022"):
        baskets.act("basket_close", baskets.person(), basket)


def test_closing_twice_changes_nothing(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    first = baskets.act("basket_close", ann, basket)
    assert first[0]["status"] == "closed"
    assert baskets.act("basket_close", ann, basket) == first


def test_the_last_owner_cannot_leave_an_open_basket_that_still_has_members(
    baskets: Baskets,
) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    baskets.join(bob, basket["share_token"])
    with refused("WA025"):
        baskets.act("basket_leave", ann, basket)


def test_the_table_itself_keeps_the_last_owner(baskets: Baskets) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    baskets.join(bob, basket["share_token"])
    with pytest.raises(
        psycopg.errors.CheckViolation, match="baskets_open_with_members_has_an_owner"
    ):
        baskets.admin.execute("delete from public.basket_members where user_id = %s", [ann])


def test_the_last_owner_may_leave_after_closing(baskets: Baskets) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    baskets.join(bob, basket["share_token"])
    baskets.act("basket_close", ann, basket)
    baskets.act("basket_leave", ann, basket)
    assert baskets.members(basket) == {bob: "member"}


def test_a_basket_that_its_last_member_leaves_is_closed(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann, is_public=True)
    assert baskets.act("basket_leave", ann, basket)[0]["status"] == "closed"
    assert baskets.row(basket)["closed_at"] is not None


def test_a_member_leaves(baskets: Baskets) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    baskets.join(bob, basket["share_token"])
    baskets.act("basket_leave", bob, basket)
    assert baskets.members(basket) == {ann: "owner"}
    assert baskets.row(basket)["member_count"] == 1


def test_who_is_not_a_member_cannot_leave(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person(), is_public=True)
    with refused("WA022"):
        baskets.act("basket_leave", baskets.person(), basket)


@pytest.mark.parametrize(
    ("routine", "arguments"),
    [
        ("basket_list_mine", {}),
        ("basket_discover_nearby", {"_lat": 0.0, "_lng": 0.0, "_limit": 5}),
        ("basket_join_by_code", {"_whatsapp": None, "_code": "0000000000"}),
        ("basket_detail", {"_basket_id": uuid4()}),
        ("basket_generate_qr", {"_basket_id": uuid4()}),
        ("basket_close", {"_basket_id": uuid4()}),
        ("basket_leave", {"_basket_id": uuid4()}),
        ("basket_contribute", {"_basket_id": uuid4(), "_amount_minor": 1, "_reference": "r"}),
        ("basket_set_place", {"_basket_id": uuid4(), "_lat": 0.0, "_lng": 0.0}),
        ("basket_set_description", {"_basket_id": uuid4(), "_description": "d"}),
    ],
)
def test_an_unknown_acting_profile_is_an_error(
    baskets: Baskets, routine: str, arguments: dict[str, Any]
) -> None:
    with refused("WA020"):
        call(baskets.connection, routine, _profile_id=uuid4(), **arguments)


def test_joining_leaving_and_contributing_are_activity(baskets: Baskets) -> None:
    ann, bob = baskets.person(), baskets.person()
    basket = baskets.create(ann)
    moments = [baskets.row(basket)["last_activity_at"]]
    baskets.join(bob, basket["share_token"])
    moments.append(baskets.row(basket)["last_activity_at"])
    baskets.contribute(bob, basket, 1, "r")
    moments.append(baskets.row(basket)["last_activity_at"])
    baskets.act("basket_leave", bob, basket)
    moments.append(baskets.row(basket)["last_activity_at"])
    assert moments == sorted(set(moments))
