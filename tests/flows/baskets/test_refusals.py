"""What a basket routine refuses becomes an answer, never a failed message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.baskets.scripts import create_basket, join_basket

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from wa_webhook.testing import Person

GONE = "I cannot find this basket among those you may see."
NOBODYS = "00000000-0000-4000-8000-000000000000"
ACTIONS = ("detail", "share", "join", "contribute", "leave", "close")


def basket_id(connection: Connection[DictRow]) -> str:
    row = connection.execute("select id from public.baskets").fetchone()
    assert row is not None
    return str(row["id"])


def test_an_id_that_the_client_made_up_finds_nothing(ana: Person) -> None:
    for action in ACTIONS:
        for target in ("", "zzz", "1", NOBODYS, "' or true --"):
            assert ana.taps_id(f"basket.{action}.{target}")[0] == GONE, (action, target)


def test_the_id_of_a_private_basket_is_no_key_to_it(
    ana: Person, bruno: Person, connection: Connection[DictRow]
) -> None:
    create_basket(ana, "Secret")
    for action in ACTIONS:
        replies = bruno.taps_id(f"basket.{action}.{basket_id(connection)}")
        assert replies[0] == GONE, action
        assert "Secret" not in "".join(replies)


def test_a_member_cannot_close(ana: Person, bruno: Person, connection: Connection[DictRow]) -> None:
    join_basket(bruno, create_basket(ana))
    assert (
        bruno.taps_id(f"basket.close.{basket_id(connection)}")[0] == "Only the owner can do this."
    )


@pytest.mark.parametrize("action", ["contribute", "leave"])
def test_who_sees_a_public_basket_and_is_not_in_it_is_told_so(
    ana: Person, bruno: Person, connection: Connection[DictRow], action: str
) -> None:
    create_basket(ana, is_public=True)
    replies = bruno.taps_id(f"basket.{action}.{basket_id(connection)}")
    assert replies[0] == "You are not in this basket."


def test_wrong_codes_run_out(ana: Person) -> None:
    ana.taps("Join with a code")
    wrong = [ana.says(f"000000000{number}")[0] for number in range(10)]
    assert all(reply.startswith("No basket has this code.") for reply in wrong)
    assert ana.says("0000000000")[0] == "Those were too many wrong codes. Try again later."


def test_a_closed_basket_takes_nobody(ana: Person, bruno: Person) -> None:
    code = create_basket(ana)
    ana.taps("Close for good")
    ana.taps("Yes, close")
    bruno.says(f"JB:{code}")
    assert bruno.taps("Join")[0] == "This basket is closed."


def test_joining_again_changes_nothing_for_an_owner(ana: Person) -> None:
    code = create_basket(ana)
    ana.says(f"JB:{code}")
    joined, detail = ana.taps("Join")
    assert joined == 'You are in "Wedding".'
    assert "1 member\n" in detail
    assert "- Close for good" in detail


def test_an_amount_beyond_all_money_is_refused(
    ana: Person, connection: Connection[DictRow]
) -> None:
    connection.execute("update wa.settings set value = '\"KWD\"' where key = 'default_currency'")
    create_basket(ana)
    ana.taps("Contribute")
    ana.says("9999999999999")
    assert ana.taps("Yes, contribute")[0] == "This amount is too large."


def test_a_basket_that_was_left_elsewhere_is_gone_when_the_answer_comes(
    ana: Person, bruno: Person, connection: Connection[DictRow]
) -> None:
    join_basket(bruno, create_basket(ana))
    bruno.taps("Contribute")
    connection.execute("delete from public.basket_members where role = 'member'")
    assert bruno.says("5")[0] == GONE
