"""Who a sender is: found by business-scoped id (BSUID) or number, completed, merged, or new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import row, send, value

if TYPE_CHECKING:
    from tests.identity.conftest import World

A = "34600000001"
B = "34600000002"


@pytest.mark.parametrize(
    ("phone", "bsuid"), [(A, None), (None, "ES.1"), (A, "ES.1"), ("", "ES.1"), (A, "")]
)
def test_a_sender_is_known_by_whatever_names_it(
    world: World, phone: str | None, bsuid: str | None
) -> None:
    for _ in range(2):
        world.hears(phone, bsuid)
    assert world.knows() == {(f"+{phone}" if phone else None, bsuid or None)}


@pytest.mark.parametrize("first", [(A, None), (None, "ES.1")])
def test_a_message_that_names_both_completes_the_profile_that_knew_one(
    world: World, first: tuple[str | None, str | None]
) -> None:
    world.hears(*first)
    world.hears(A, "ES.1")
    assert world.knows() == {(f"+{A}", "ES.1")}
    assert value(world.owner, "select count(*) from public.profiles") == 1


def test_a_status_that_names_both_completes_the_profile(world: World) -> None:
    world.hears(A)
    world.sees_status(A, "ES.1")
    assert world.knows() == {(f"+{A}", "ES.1")}


def test_a_status_of_strangers_or_with_one_name_makes_no_profile(world: World) -> None:
    world.sees_status(A, "ES.1")
    world.sees_status(A, None)
    world.sees_status(None, "ES.1")
    world.sees_status("", "")
    assert world.knows() == set()


def test_a_number_under_another_active_bsuid_is_a_new_person(world: World) -> None:
    world.hears(A, "ES.1")
    world.hears(A, "ES.2")
    assert world.knows() == {(None, "ES.1"), (f"+{A}", "ES.2")}
    flagged = "select metadata ? 'phone_recycled_at' from public.profiles where wa_user_id = 'ES.1'"
    assert value(world.owner, flagged) is True


def test_a_person_with_a_bsuid_takes_along_a_number_that_was_recycled(world: World) -> None:
    world.hears(A, "ES.1")
    world.hears(None, "ES.2")
    world.hears(A, "ES.2")
    assert world.knows() == {(None, "ES.1"), (f"+{A}", "ES.2")}


def test_empty_parent_ids_join_nobody(world: World) -> None:
    world.hears(None, "ES.1", from_parent_user_id="")
    world.hears(None, "ES.2", from_parent_user_id="")
    world.hears(None, "ES.3", from_parent_user_id="not one")
    world.hears(None, "ES.4", from_parent_user_id="not one")
    assert len(world.knows()) == 4


def test_a_parent_id_finds_the_profile(world: World) -> None:
    world.hears(None, "ES.1", from_parent_user_id="ES.ENT.9")
    world.hears(A, None, from_parent_user_id="ES.ENT.9")
    assert world.knows() == {(f"+{A}", "ES.1")}


def test_a_number_that_another_profile_holds_is_not_taken_on_a_parent_id_s_word(
    world: World,
) -> None:
    world.hears(None, "ES.1", from_parent_user_id="ES.ENT.9")
    world.hears(A, "ES.2")
    world.hears(A, None, from_parent_user_id="ES.ENT.9")
    assert world.knows() == {(None, "ES.1"), (f"+{A}", "ES.2")}


VARIANTS = [
    ("5511987654321", "551187654321"),
    ("5215512345678", "525512345678"),
    ("5491112345678", "541112345678"),
]


@pytest.mark.parametrize(("one", "other"), [*VARIANTS, *(pair[::-1] for pair in VARIANTS)])
def test_variants_of_a_number_are_one_person_with_the_number_as_meta_gave_it_last(
    world: World, one: str, other: str
) -> None:
    world.hears(one)
    world.hears(other)
    world.hears(other, "ES.1")
    assert world.knows() == {(f"+{other}", "ES.1")}


def test_a_number_that_only_looks_like_a_variant_is_another_person(world: World) -> None:
    for phone in ("551132345678", "5511932345678", "34600000001", "346000000019", "1521555123456"):
        world.hears(phone)
    assert len(world.knows()) == 5


def test_the_lookup_key_of_a_row_is_the_one_of_the_function(world: World) -> None:
    for phone in (*(phone for pair in VARIANTS for phone in pair), A):
        world.owner.execute("delete from public.profiles")
        world.owner.execute(
            "insert into public.profiles (whatsapp_e164) values (%s)", (f"+{phone}",)
        )
        same = "select phone_lookup_key = wa.phone_lookup_key(whatsapp_e164) from public.profiles"
        assert value(world.owner, same) is True


def test_a_sender_with_neither_number_nor_bsuid_is_invalid_and_makes_no_profile(
    world: World,
) -> None:
    invalid = [
        payloads.text_message(sender=sender, user_id=bsuid)
        for sender in (None, "", "abc", "0123456789", "12345", "1" * 16)
        for bsuid in (None, "", "99887766", "es.1", "ES.ENT.1", "ES." + "1" * 129)
    ]
    assert send(world.edge, *invalid) == {"invalid_sender": len(invalid)}
    assert world.knows() == set()


def test_a_bsuid_may_hold_letters(world: World) -> None:
    world.hears(None, "ES.aB9" + "x" * 125)
    assert len(world.knows()) == 1


def test_only_allowed_prefixes_may_write_and_nobody_is_dropped_for_hiding_the_number(
    world: World,
) -> None:
    world.owner.execute(
        """update wa.settings set value = '["34", "+250", 33]'
        where key = 'allowed_phone_prefixes'"""
    )
    messages = [
        payloads.text_message(sender=sender, user_id=bsuid)
        for sender, bsuid in (
            (A, None),
            ("250788000001", None),
            ("33600000001", None),
            (None, "US.1"),
        )
    ]
    assert send(world.edge, *messages) == {"processed": 4}
    refused = payloads.text_message(sender="15551234567", user_id="US.2")
    assert send(world.edge, refused) == {"invalid_sender": 1}


def test_writing_opens_the_window_and_keeps_the_latest_name(world: World) -> None:
    for name, timestamp in (("Ana", 1790000100), ("Ana Maria", 1790000200), (None, 1790000050)):
        contact = payloads.contact(A, name=name)
        message = payloads.text_message(sender=A, timestamp=timestamp)
        send(world.edge, message, contacts=[contact])
    known = row(
        world.owner,
        "select display_name, extract(epoch from last_inbound_at)::bigint as at"
        " from public.profiles join wa.service_windows using (user_id)",
    )
    assert known == {"display_name": "Ana Maria", "at": 1790000200}


def test_each_of_those_who_write_together_is_who_they_are_alone(world: World) -> None:
    names = [(A, None), (None, "ES.1"), (B, "ES.2"), (None, "ES.3"), (None, "ES.4")]
    for phone, bsuid in names[:-1]:
        world.hears(phone, bsuid)
    for _ in range(2):
        send(world.edge, *(payloads.text_message(sender=one, user_id=two) for one, two in names))
    whose = (
        "select whatsapp_e164, wa_user_id, count(*)::int as number"
        " from public.wa_events join public.profiles using (user_id) group by profiles.user_id"
    )
    found = {tuple(one.values()) for one in world.owner.execute(whose)}
    assert found == {
        (f"+{phone}" if phone else None, bsuid, 2 if bsuid == "ES.4" else 3)
        for phone, bsuid in names
    }


def test_a_reaction_or_a_group_message_opens_no_window(world: World) -> None:
    send(world.edge, payloads.reaction_message(), payloads.group_message())
    assert value(world.owner, "select count(*) from wa.service_windows") == 0


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        ({"phone": f"+{A}", "bsuid": "ES.1"}, True),
        ({"phone": f"+{A}"}, True),
        ({"bsuid": "ES.1"}, True),
        ({"phone": f"+{B}", "bsuid": "ES.1"}, False),
        ({"phone": f"+{A}", "bsuid": "ES.2"}, False),
        ({"phone": f"+{B}"}, False),
        ({"phone": f"+{A}", "message_type": "system"}, False),
        ({"phone": f"+{A}", "status": "invalid_sender"}, False),
    ],
)
def test_one_look_finds_who_has_exactly_the_names_that_a_message_says(
    world: World, said: dict[str, str], is_known: bool
) -> None:
    world.hears(A, "ES.1")
    message = {"message_type": "text", "status": "processed"} | said
    found = "select wa.lock_known_sender(jsonb_populate_record(null::wa.message, %s)) is not null"
    assert value(world.owner, found, Jsonb(message)) is is_known
