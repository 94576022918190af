"""What becomes of each kind of message that Meta sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import dispatch, row, send, value, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

PROCESSED: dict[str, Callable[..., payloads.Json]] = {
    "text": payloads.text_message,
    "image": payloads.image_message,
    "video": payloads.video_message,
    "audio": payloads.audio_message,
    "document": payloads.document_message,
    "sticker": payloads.sticker_message,
    "location": payloads.location_message,
    "contacts": payloads.contacts_message,
    "button reply": lambda: payloads.button_reply("b1"),
    "list reply": lambda: payloads.list_reply("r1"),
    "flow reply": payloads.flow_reply,
    "interactive without content": lambda: payloads.message("interactive"),
    "template button": payloads.template_button,
    "order": payloads.order_message,
    "product of a catalogue": payloads.product_message,
    "request_welcome": payloads.request_welcome,
    "unsupported": payloads.unsupported_message,
    "content unavailable": lambda: payloads.unsupported_message("media_placeholder"),
    "unknown of old payloads": lambda: payloads.message("unknown"),
    "number changed": payloads.number_changed,
    "user id changed": payloads.user_id_changed,
    "number changed, former name": lambda: payloads.message(
        "system", {"type": "customer_changed_number", "new_wa_id": "34600555444"}
    ),
}
IGNORED: dict[str, Callable[..., payloads.Json]] = {
    "reaction": payloads.reaction_message,
    "removal of a reaction": lambda: payloads.reaction_message(emoji=None),
    "removal with an empty emoji": lambda: payloads.reaction_message(emoji=""),
    "edit": payloads.edit_message,
    "edit elsewhere": lambda: payloads.unsupported_message("edit"),
    "revoke": payloads.revoke_message,
    "pin": lambda: payloads.unsupported_message("pin"),
    "group message": payloads.group_message,
    "identity key": lambda: payloads.message("system", {"type": "customer_identity_changed"}),
    "system of a future kind": lambda: payloads.message("system", {"type": "user_moved"}),
    "template of another business": lambda: payloads.unsupported_message("hsm"),
    "permission to call": payloads.call_permission_reply,
    "interactive of a future kind": lambda: payloads.message("interactive", {"type": "moved"}),
    "unsupported of a future kind": lambda: payloads.unsupported_message("hologram"),
    "future type": lambda: payloads.message("hologram", {"id": "1"}),
}


def test_a_message_that_a_flow_or_the_identity_acts_on_is_processed(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    answers = {kind: send(edge, build()) for kind, build in PROCESSED.items()}
    assert answers == {kind: {"processed": 1} for kind in PROCESSED}
    assert set(values(connection, "select status from public.wa_events")) == {"processed"}


def test_a_message_that_asks_for_no_answer_is_ignored_and_remembered(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    answers = {kind: send(edge, build()) for kind, build in IGNORED.items()}
    assert answers == {kind: {"ignored": 1} for kind in IGNORED}
    assert set(values(connection, "select status from public.wa_events")) == {"ignored"}
    assert value(connection, "select count(*) from public.notifications") == 0


@pytest.mark.parametrize("kind", ["system of a future kind", "future type"])
def test_a_message_of_a_kind_we_do_not_know_is_logged(
    edge: Connection[DictRow], connection: Connection[DictRow], kind: str
) -> None:
    message = IGNORED[kind]()
    send(edge, message)
    logged = row(connection, "select kind, field, detail from public.webhook_logs")
    assert (logged["kind"], logged["field"]) == ("unknown", "messages")
    assert logged["detail"]["id"] == message["id"]


def test_a_null_or_empty_group_id_makes_no_group_message(edge: Connection[DictRow]) -> None:
    messages = [payloads.text_message(group_id=None), payloads.group_message(group_id="")]
    assert send(edge, *messages) == {"processed": 2}


def test_a_referral_and_a_forward_are_messages_like_others(edge: Connection[DictRow]) -> None:
    referral = {"source_type": "ad", "source_id": "1", "ctwa_clid": "x"}
    messages = [
        payloads.text_message(referral=referral),
        payloads.text_message(context={"forwarded": True}),
        payloads.text_message(context={"frequently_forwarded": True}),
        payloads.template_button(context={"from": payloads.BOT_NUMBER, "id": "wamid.T"}),
    ]
    assert send(edge, *messages) == {"processed": 4}


NORMALIZED: list[tuple[payloads.Json, str | None, str | None]] = [
    (payloads.text_message("hola"), "hola", None),
    (payloads.image_message("a caption"), "a caption", None),
    (payloads.image_message(), None, None),
    (payloads.video_message("a film"), "a film", None),
    (payloads.button_reply("b1", "Yes"), "Yes", "b1"),
    (payloads.list_reply("r1", "Row"), "Row", "r1"),
    (payloads.flow_reply(), "Sent", None),
    (payloads.template_button("YES", "Yes please"), "Yes please", "YES"),
    (payloads.location_message(), None, None),
]


def test_what_was_typed_or_tapped_is_normalized(connection: Connection[DictRow]) -> None:
    for message, body, reply_id in NORMALIZED:
        extracted = extract(connection, payloads.envelope([message]))
        assert (extracted["body"], extracted["reply_id"]) == (body, reply_id)
        assert extracted["content"] == message
        assert extracted["phone"] == f"+{payloads.SENDER}"
        assert extracted["phone_number_id"] == payloads.PHONE_NUMBER_ID
        assert extracted["display_name"] == payloads.SENDER_NAME


def test_a_message_is_matched_to_its_contact_by_id_and_not_by_position(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    contacts = [
        payloads.contact("34600000002", name="Two"),
        payloads.contact("34600000001", name="One"),
    ]
    messages = [payloads.text_message(sender=f"3460000000{n}") for n in (1, 2)]
    dispatch(edge, payloads.envelope(messages, contacts=contacts))
    found = connection.execute("select whatsapp_e164, display_name from public.profiles order by 1")
    assert [tuple(one.values()) for one in found] == [
        ("+34600000001", "One"),
        ("+34600000002", "Two"),
    ]


def test_the_contact_completes_what_the_message_leaves_out(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    contact = payloads.contact(payloads.SENDER, payloads.SENDER_USER_ID)
    message = payloads.text_message(sender="", user_id=payloads.SENDER_USER_ID)
    assert send(edge, message, contacts=[contact]) == {"processed": 1}
    known = row(connection, "select whatsapp_e164, wa_user_id from public.profiles")
    assert known == {"whatsapp_e164": "+34600111222", "wa_user_id": payloads.SENDER_USER_ID}


def test_empty_ids_match_no_contact(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    stranger = payloads.contact("34600000009", user_id="", name="Stranger")
    message = payloads.text_message(user_id="")
    send(edge, message, contacts=[stranger])
    assert row(connection, "select whatsapp_e164, display_name from public.profiles") == {
        "whatsapp_e164": "+34600111222",
        "display_name": None,
    }


def extract(connection: Connection[DictRow], payload: payloads.Json) -> dict[str, Any]:
    connection.execute("set jit = off")  # as wa_dispatch does
    return row(
        connection,
        "select message.* from unnest((wa.read_webhook(%s::jsonb)).messages) as message",
        payloads.body(payload).decode(),
    )


@pytest.mark.parametrize(
    "number", ["http://203.0.113.1/x", "../../v1.0/1060", "1060?x=", "1060\n", "", "9" * 33]
)
def test_a_number_of_ours_that_is_not_digits_counts_as_none(
    edge: Connection[DictRow], connection: Connection[DictRow], number: str
) -> None:
    body = payloads.envelope(
        [payloads.text_message()], [payloads.status_update()], phone_number_id=number
    )
    body["entry"][0]["changes"].append(
        {"field": "account_update", "value": {"metadata": {"phone_number_id": number}}}
    )
    dispatch(edge, body)
    tables = ("wa_events", "notifications", "webhook_logs")
    stored = [value(connection, f"select phone_number_id from public.{name}") for name in tables]
    assert stored == [None, None, None]
