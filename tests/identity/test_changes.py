"""System messages that say a person's old and new number or business-scoped id (BSUID)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import break_step, send, value, values

if TYPE_CHECKING:
    from tests.identity.conftest import World

OLD, NEW = "34600000001", "34600000002"


def number_change(**fields: object) -> payloads.Json:
    """Return the change from OLD / ES.old to NEW / ES.new, as far as `fields` do not say other."""
    given = {"sender": OLD, "previous_user_id": "ES.old", "new_user_id": "ES.new"} | fields
    return payloads.number_changed(NEW, **given)


def test_a_person_goes_on_under_the_new_number_and_bsuid(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    world.hears(NEW, "ES.new")
    assert world.knows() == {(f"+{NEW}", "ES.new")}
    assert value(world.owner, "select count(*) from public.profiles") == 1


def test_the_number_that_a_person_has_now_is_none_of_those_they_left(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    left = values(world.owner, "select value from wa.profile_aliases where kind = 'phone'")
    assert left == values(world.owner, "select wa.phone_lookup_key(%s)", f"+{OLD}")


def test_a_message_under_the_new_names_may_come_before_the_change(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.hears(NEW, "ES.new")
    world.learns(number_change())
    assert world.knows() == {(f"+{NEW}", "ES.new")}


@pytest.mark.parametrize("is_first", [True, False])
def test_change_and_message_may_share_a_payload(world: World, is_first: bool) -> None:
    world.hears(OLD, "ES.old")
    change = number_change(timestamp=1790000001)
    message = payloads.text_message(
        sender=NEW, user_id="ES.new", timestamp=1790000000 + 2 * is_first
    )
    assert send(world.edge, change, message) == {"processed": 2}
    assert world.knows() == {(f"+{NEW}", "ES.new")}


def test_a_message_whose_sender_was_merged_in_its_payload_counts_beside_one_that_fails(
    world: World,
) -> None:
    world.hears(OLD, "ES.old")
    world.hears(NEW, "ES.new")
    break_step(world.owner)
    said = [
        payloads.text_message("language", sender=NEW, user_id="ES.new"),
        payloads.text_message("help", sender="34600000009"),
    ]
    assert send(world.edge, number_change(), *said) == {"processed": 2, "failed": 1}
    states = "select state from public.chat_state inner join public.profiles using (user_id)"
    assert value(world.owner, f"{states} where wa_user_id = 'ES.new'") == "language"


def test_two_changes_in_one_payload_are_followed_to_the_last(world: World) -> None:
    world.hears(OLD, "ES.old")
    again = payloads.number_changed(
        "34600000003", sender=NEW, previous_user_id="ES.new", new_user_id="ES.newest"
    )
    assert send(world.edge, number_change(), again) == {"processed": 2}
    assert world.knows() == {("+34600000003", "ES.newest")}


def test_a_change_without_previous_ids_is_known_by_the_old_number(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change(previous_user_id=None))
    assert world.knows() == {(f"+{NEW}", "ES.new")}


def test_a_sender_id_that_is_the_new_one_does_not_hide_the_old_number(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change(previous_user_id=None, user_id="ES.new"))
    assert world.knows() == {(f"+{NEW}", "ES.new")}


def test_the_former_names_of_the_fields_are_understood(world: World) -> None:
    world.hears(OLD)
    former = {"type": "customer_changed_number", "customer": OLD, "new_wa_id": NEW}
    world.learns(payloads.message("system", former, sender=None))
    assert world.knows() == {(f"+{NEW}", None)}


def test_a_change_to_a_hidden_number_drops_the_old_one(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(
        payloads.number_changed(None, sender=OLD, previous_user_id="ES.old", new_user_id="ES.new")
    )
    assert world.knows() == {(None, "ES.new")}


def test_a_changed_bsuid_keeps_the_number(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(payloads.user_id_changed("ES.old", "ES.new"))
    assert world.knows() == {(f"+{OLD}", "ES.new")}


def test_a_message_under_the_new_bsuid_may_come_before_its_change(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.hears(None, "ES.new")
    world.learns(payloads.user_id_changed("ES.old", "ES.new"))
    assert world.knows() == {(f"+{OLD}", "ES.new")}
    world.hears(None, "ES.old")
    assert len(world.knows()) == 1


def test_a_retired_bsuid_still_finds_its_person(world: World) -> None:
    world.hears(None, "ES.old")
    world.learns(payloads.user_id_changed("ES.old", "ES.new"))
    world.hears(None, "ES.old")
    world.sees_status(OLD, "ES.old")
    assert {bsuid for _, bsuid in world.knows()} == {"ES.new"}


def test_a_late_message_under_retired_names_brings_the_old_number_not_back(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    world.hears(OLD, "ES.old")
    assert world.knows() == {(f"+{NEW}", "ES.new")}


@pytest.mark.parametrize("newcomer", [None, "ES.newcomer"])
def test_a_late_message_under_retired_names_takes_nothing_from_the_number_s_new_owner(
    world: World, newcomer: str | None
) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    world.hears(OLD, newcomer)
    world.hears(OLD, "ES.old")
    assert world.knows() == {(f"+{NEW}", "ES.new"), (f"+{OLD}", newcomer)}


def test_the_former_owner_of_the_new_number_stays_another_person(world: World) -> None:
    world.hears(NEW, "ES.former")
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    assert world.knows() == {(None, "ES.former"), (f"+{NEW}", "ES.new")}


def test_a_change_concerns_nobody_who_has_changed_before(world: World) -> None:
    world.hears("34600000003", "ES.other")
    world.learns(payloads.user_id_changed("ES.other", "ES.other2"))
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    assert world.knows() == {("+34600000003", "ES.other2"), (f"+{NEW}", "ES.new")}


def test_a_change_of_someone_we_never_heard_of_is_remembered(world: World) -> None:
    world.learns(number_change())
    world.hears(NEW, "ES.new")
    assert world.knows() == {(f"+{NEW}", "ES.new")}


def test_the_same_change_told_twice_changes_nothing_more(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.learns(number_change())
    world.learns(number_change())
    assert world.knows() == {(f"+{NEW}", "ES.new")}


def test_a_change_without_any_new_name_is_survived(world: World) -> None:
    world.hears(OLD, "ES.old")
    world.hears("34600000009")
    for sender in (OLD, "34600000009"):
        world.learns(payloads.number_changed(None, sender=sender))
    assert {bsuid for _, bsuid in world.knows()} == {"ES.old", None}
