"""What a webhook says of who somebody is counts wherever it stands, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import dispatch, replies, send, text, value

if TYPE_CHECKING:
    from tests.identity.conftest import World

A = "34600000001"
B = "34600000002"


def test_a_single_contact_is_the_sender_of_messages_that_name_nobody(world: World) -> None:
    messages = [payloads.text_message(sender=None), payloads.text_message(sender="")]
    contact = payloads.contact(A, "ES.1", "Kim")
    assert send(world.edge, *messages, contacts=[contact]) == {"processed": 2}
    assert world.knows() == {(f"+{A}", "ES.1")}
    assert value(world.owner, "select display_name from public.profiles") == "Kim"


def test_of_several_contacts_none_is_taken_for_the_sender(world: World) -> None:
    contacts = [payloads.contact(A), payloads.contact(B)]
    message = payloads.text_message(sender=None)
    assert send(world.edge, message, contacts=contacts) == {"invalid_sender": 1}
    assert world.knows() == set()


def test_a_single_contact_that_is_somebody_else_is_not_the_sender(world: World) -> None:
    send(world.edge, payloads.text_message(sender=A), contacts=[payloads.contact(B, "ES.2")])
    assert world.knows() == {(f"+{A}", None)}


@pytest.mark.parametrize(
    ("named", "contact", "known"),
    [
        ((f"+{A}", None), (A, "ES.1"), (f"+{A}", "ES.1")),
        ((A, None), (f"+{A}", "ES.1"), (f"+{A}", "ES.1")),
        (("525512345678", None), ("5215512345678", "MX.1"), ("+525512345678", "MX.1")),
        ((A, None), (None, "ES.1"), (f"+{A}", "ES.1")),
        ((None, "ES.1"), (A, None), (f"+{A}", "ES.1")),
    ],
)
@pytest.mark.parametrize("others", [[], [payloads.contact("34600000009", "ES.9")]])
def test_a_sender_is_told_by_the_contact_however_the_number_is_written(
    world: World, named: Any, contact: Any, known: Any, others: list[payloads.Json]
) -> None:
    message = payloads.text_message(sender=named[0], user_id=named[1])
    send(world.edge, message, contacts=[*others, payloads.contact(*contact)])
    is_matched_by_name = named[0] is None or contact[0] is None
    if others and is_matched_by_name:
        known = (f"+{named[0]}" if named[0] else None, named[1])
    assert world.knows() == {known}


@pytest.mark.parametrize("status", ["sent", "delivered", "read", "failed"])
def test_number_and_bsuid_in_the_contacts_of_a_status_complete_the_profile(
    world: World, status: str
) -> None:
    world.hears(A)
    update = payloads.status_update(recipient=A, status=status)
    contacts = [payloads.contact(B, "ES.2", None), payloads.contact(A, "ES.1", None)]
    dispatch(world.edge, payloads.envelope(statuses=[update], contacts=contacts))
    assert world.knows() == {(f"+{A}", "ES.1")}


def test_a_stop_by_bsuid_opts_out_the_profile_that_a_status_had_told_of(world: World) -> None:
    world.hears(A)
    contact = payloads.contact(A, "ES.1")
    update = payloads.status_update(recipient=A, status="read")
    dispatch(world.edge, payloads.envelope(statuses=[update], contacts=[contact]))
    world.hears(None, "ES.1", text="stop")
    opted_out = "select opted_out_at is not null from public.profiles where whatsapp_e164 = %s"
    assert value(world.owner, opted_out, f"+{A}") is True


def test_a_status_of_a_message_to_a_group_teaches_nothing(world: World) -> None:
    world.hears(A)
    status = payloads.status_update(recipient=A, recipient_user_id="ES.1", recipient_type="group")
    dispatch(world.edge, payloads.envelope(statuses=[status], contacts=[]))
    assert world.knows() == {(f"+{A}", None)}


def test_the_contacts_of_a_message_to_a_group_teach_nothing(world: World) -> None:
    world.hears(A)
    update = payloads.status_update(recipient="group-1", recipient_type="group")
    contacts = [payloads.contact(A, "ES.1")]
    dispatch(world.edge, payloads.envelope(statuses=[update], contacts=contacts))
    assert world.knows() == {(f"+{A}", None)}


def card(*phones: payloads.Json, origin: str | None = None, **fields: Any) -> payloads.Json:
    """Build a message with one contact card, as Meta posts it: the origin may stand on either."""
    shared: payloads.Json = {"name": {"formatted_name": "Kim"}, "phones": list(phones)}
    fields = {"sender": None, "user_id": "ES.1"} | fields
    return payloads.message(
        "contacts", [shared | ({} if origin is None else {"origin": origin})], **fields
    )


REQUESTED = "contact_request"


@pytest.mark.parametrize(
    "answer",
    [
        card({"phone": f"+{A}", "wa_id": A}, origin=REQUESTED),
        card({"phone": f"+{A}"}, origin=REQUESTED),
        card({"phone": "+34 (600) 000-001"}, origin=REQUESTED),
        card({"phone": "600 000 001", "wa_id": A}, {"phone": "600 000 001"}, origin=REQUESTED),
        card({"phone": f"+{A}"}) | {"origin": REQUESTED},
    ],
)
def test_the_number_that_answers_request_contact_info_is_the_sender_s(
    world: World, answer: payloads.Json
) -> None:
    world.hears(None, "ES.1")
    assert send(world.edge, answer) == {"processed": 1}
    assert world.knows() == {(f"+{A}", "ES.1")}


def test_a_requested_number_joins_the_profile_that_was_known_by_it(world: World) -> None:
    world.hears(A)
    send(world.edge, card({"phone": f"+{A}"}, origin=REQUESTED))
    assert world.knows() == {(f"+{A}", "ES.1")}


def test_a_number_that_we_asked_for_is_not_answered_with_an_apology(world: World) -> None:
    world.hears(None, "ES.1")
    send(world.edge, card({"phone": f"+{A}"}, origin=REQUESTED))
    *_, last = replies(world.owner)
    assert last["interactive"]["body"]["text"] == text(world.owner, "home.menu")


@pytest.mark.parametrize(
    "message",
    [
        card({"phone": f"+{B}", "wa_id": B}, origin="other"),
        card({"phone": f"+{B}", "wa_id": B}),
        card({"phone": f"+{B}"}) | {"origin": "other"},
        card({"phone": f"+{B}"}, origin="other") | {"origin": REQUESTED},
        card({"phone": f"+{B}"}, origin=REQUESTED, context={"forwarded": True}),
        card({"phone": f"+{B}"}, origin=REQUESTED, context={"frequently_forwarded": True}),
        card({"phone": f"+{B}"}, {"phone": f"+{A}"}, origin=REQUESTED),
        card({"phone": "600 000 002"}, origin=REQUESTED),
        card({"phone": f"+{B} or {A}"}, origin=REQUESTED),
        card(origin=REQUESTED),
        card({"phone": f"+{B}"}, origin=REQUESTED) | {"type": "text", "text": {"body": "x"}},
    ],
)
def test_no_other_number_on_a_card_is_the_sender_s(world: World, message: payloads.Json) -> None:
    assert send(world.edge, message) == {"processed": 1}
    assert world.knows() == {(None, "ES.1")}


def test_a_number_that_names_the_sender_outweighs_the_card(world: World) -> None:
    send(world.edge, card({"phone": f"+{B}"}, origin=REQUESTED, sender=A))
    assert world.knows() == {(f"+{A}", "ES.1")}
