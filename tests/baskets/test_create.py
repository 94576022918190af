from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.baskets.callers import refused

if TYPE_CHECKING:
    from tests.baskets.callers import Baskets

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def test_the_creator_is_the_owner_and_the_only_member(baskets: Baskets) -> None:
    ann = baskets.person("Ann")
    basket = baskets.create(ann, "Rent", goal=5000)
    detail = baskets.detail(ann, basket)
    assert (detail["is_owner"], detail["member_count"], detail["owner_name"]) == (True, 1, "Ann")
    assert (detail["name"], detail["goal_minor"], detail["status"]) == ("Rent", 5000, "open")


def test_the_link_opens_a_chat_with_the_bot_and_the_code_in_it(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    assert basket["qr_url"] == f"https://wa.me/250780000000?text=JB%3A{basket['share_token']}"


def test_no_link_is_made_while_the_bot_has_no_number(baskets: Baskets) -> None:
    baskets.admin.execute("update wa.settings set value = '\"\"' where key = 'bot_number_e164'")
    with refused("WA031"):
        baskets.create(baskets.person())


def test_the_bots_number_cannot_be_set_to_something_else(baskets: Baskets) -> None:
    with refused("WA041"):
        baskets.admin.execute(
            "update wa.settings set value = '\"0780 000 000\"' where key = 'bot_number_e164'"
        )


def test_a_basket_has_the_currency_of_the_settings(baskets: Baskets) -> None:
    baskets.admin.execute("update wa.settings set value = '\"RWF\"' where key = 'default_currency'")
    ann = baskets.person()
    assert baskets.detail(ann, baskets.create(ann))["currency"] == "RWF"


def test_a_person_known_by_bsuid_alone_creates_a_basket(baskets: Baskets) -> None:
    ann = baskets.person(has_phone=False)
    detail = baskets.detail(ann, baskets.create(ann))
    assert (detail["is_owner"], detail["owner_whatsapp"]) == (True, None)


def test_the_callers_number_argument_is_not_trusted(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann, whatsapp="+33612345678")
    assert baskets.detail(ann, basket)["owner_whatsapp"] == "+250788000001"


@pytest.mark.parametrize("profile", [uuid4(), None])
def test_an_unknown_profile_is_an_error(baskets: Baskets, profile: UUID) -> None:
    with refused("WA020"):
        baskets.create(profile)


def test_a_basket_is_private_unless_said_otherwise(baskets: Baskets) -> None:
    assert baskets.row(baskets.create(baskets.person(), is_public=None))["is_public"] is False


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  Rent  ", "Rent"),
        ("School\n\tfees  2027", "School fees 2027"),
        ("\u00a0Épargne\u3000", "Épargne"),
        ("\u202eRent", "Rent"),
        (FAMILY, FAMILY),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_name_is_trimmed_to_one_line(baskets: Baskets, given: str, stored: str) -> None:
    assert baskets.row(baskets.create(baskets.person(), given))["name"] == stored


@pytest.mark.parametrize("name", [None, "", "   ", "\n\t", "\u200b\u200d", "\u3164", "x" * 61])
def test_a_name_is_never_empty_or_too_long(baskets: Baskets, name: str | None) -> None:
    with refused("WA026"):
        baskets.create(baskets.person(), name)


@pytest.mark.parametrize(("name", "length"), [(None, 0), (" ", 0), ("x" * 61, 61)])
def test_the_error_counts_what_is_left_of_a_name(
    baskets: Baskets, name: str | None, length: int
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        baskets.create(baskets.person(), name)
    told = raised.value.diag.message_detail
    assert told == f"It has {length} characters after trimming."


@pytest.mark.parametrize("name", ["", " Rent", "Rent ", "a  b", "a\nb", "\u200b", "x" * 61])
def test_the_table_itself_refuses_a_bad_name(baskets: Baskets, name: str) -> None:
    basket = baskets.create(baskets.person())
    with pytest.raises(psycopg.errors.CheckViolation):
        baskets.admin.execute(
            "update public.baskets set name = %s where id = %s", [name, basket["basket_id"]]
        )


@pytest.mark.parametrize("goal", [0, -1, 10**15 + 1])
def test_a_goal_is_positive(baskets: Baskets, goal: int) -> None:
    with refused("WA027"):
        baskets.create(baskets.person(), goal=goal)


def test_the_table_itself_refuses_a_goal_of_zero(baskets: Baskets) -> None:
    basket = baskets.create(baskets.person())
    with pytest.raises(psycopg.errors.CheckViolation):
        baskets.admin.execute(
            "update public.baskets set goal_minor = 0 where id = %s", [basket["basket_id"]]
        )


def test_my_baskets_are_listed_open_ones_first_and_by_what_happened_last(
    baskets: Baskets,
) -> None:
    ann = baskets.person()
    closed, busy, _ = (baskets.create(ann, name) for name in ("Old", "Busy", "New"))
    baskets.contribute(ann, busy, 70, "r1")
    baskets.act("basket_close", ann, closed)
    listed = baskets.connection.execute(
        "select name, status, member_count, balance_minor from public.basket_list_mine(%s)", [ann]
    ).fetchall()
    assert [tuple(row.values()) for row in listed] == [
        ("Busy", "open", 1, 70),
        ("New", "open", 1, 0),
        ("Old", "closed", 1, 0),
    ]


def test_listing_the_baskets_of_an_unknown_profile_is_an_error(baskets: Baskets) -> None:
    with refused("WA020"):
        baskets.connection.execute("select public.basket_list_mine(%s)", [uuid4()])


def test_a_description_is_set_by_the_owner_and_bounded(baskets: Baskets) -> None:
    ann = baskets.person()
    basket = baskets.create(ann)
    baskets.act("basket_set_description", ann, basket, _description=" For the roof ")
    assert baskets.detail(ann, basket)["description"] == "For the roof"
    with refused("WA036"):
        baskets.act("basket_set_description", ann, basket, _description="x" * 301)
