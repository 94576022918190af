"""What is not a message is logged with everything personal masked, and never answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests import payloads
from tests.dispatching import counts, dispatch, row, send, value, values

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

SECRETS = [
    "34600111222", "34600999888", "34600555444", "ES.99887766", "ES.ENT.11", "ES.1", "ES.2",
    "Zoe Personal", "@zoe", "secret", "41.38", "2.17", "15550001111", "media-", "+34",
]  # fmt: skip
PERSONAL = {"user_id": "ES.99887766", "from_parent_user_id": "ES.ENT.11"}
EVERY_MESSAGE = [
    payloads.text_message(
        "secret body", **PERSONAL, referral={"body": "secret", "ctwa_clid": "secret"}
    ),
    payloads.image_message("secret caption", **PERSONAL),
    payloads.video_message("secret caption"),
    payloads.audio_message(),
    payloads.document_message("secret.pdf"),
    payloads.sticker_message(),
    payloads.location_message(41.38, 2.17),
    payloads.contacts_message(),
    payloads.button_reply("secret-id", "secret title"),
    payloads.list_reply("secret-id", "secret title"),
    payloads.flow_reply({"card": "secret"}),
    payloads.template_button("secret", "secret"),
    payloads.order_message(note="secret"),
    payloads.reaction_message(emoji="secret"),
    payloads.number_changed(previous_user_id="ES.1", new_user_id="ES.2"),
    payloads.user_id_changed("ES.1", "ES.2"),
    payloads.request_welcome(),
    payloads.unsupported_message(errors=[{"code": 1, "message": "secret"}]),
    payloads.edit_message(text="secret"),
    payloads.revoke_message(),
    payloads.group_message("secret", group_id="secret"),
    payloads.message("hologram", {"id": "secret", "deep": [{"er": ["secret", 34600111222]}]}),
]


def test_no_personal_value_of_any_message_type_survives_the_mask(
    connection: Connection[DictRow],
) -> None:
    contact = payloads.contact(
        "34600111222", "ES.99887766", "Zoe Personal", parent_user_id="ES.ENT.11"
    )
    contact["profile"]["username"] = "@zoe"
    body = payloads.envelope(
        EVERY_MESSAGE, [payloads.status_update(recipient_user_id="ES.99887766")], [contact]
    )
    masked = json.dumps(value(connection, "select wa.mask_json(%s::jsonb)", json.dumps(body)))
    assert [secret for secret in SECRETS if secret not in json.dumps(body)] == []
    assert [secret for secret in SECRETS if secret in masked] == []


def test_a_mask_keeps_what_a_diagnosis_needs(connection: Connection[DictRow]) -> None:
    message = payloads.text_message()
    body = payloads.envelope([message], [payloads.status_update(error_code=131026)])
    masked = value(connection, "select wa.mask_json(%s::jsonb)", json.dumps(body))
    shown = masked["entry"][0]["changes"][0]["value"]
    assert shown["messages"][0]["id"] == message["id"]
    assert shown["messages"][0]["type"] == "text"
    assert shown["statuses"][0]["errors"][0]["code"] == 131026


def test_what_is_nested_deeper_than_thirty_two_levels_is_masked_as_a_whole(
    connection: Connection[DictRow],
) -> None:
    def nested(levels: int, inmost: str) -> str:
        return "[" * levels + inmost + "]" * levels

    def masked(body: str) -> str:
        return str(value(connection, "select wa.mask_json(%s::jsonb)::text", body))

    assert masked(nested(32, "true")) == nested(32, "true")
    assert masked(nested(2, "")) == nested(2, "")
    assert masked(nested(33, "true")) == nested(33, '"***"')


def test_other_fields_are_logged_masked(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    preference = {"wa_id": "34600111222", "category": "marketing_messages", "value": "stop"}
    dispatch(edge, payloads.field_envelope("user_preferences", {"user_preferences": [preference]}))
    logged = row(connection, "select kind, field, waba_id, detail from public.webhook_logs")
    assert (logged["kind"], logged["field"]) == ("field", "user_preferences")
    assert logged["waba_id"] == payloads.ACCOUNT_ID
    assert logged["detail"]["user_preferences"] == [preference | {"wa_id": "***"}]


def test_conversations_of_others_are_logged_and_never_answered(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    echo = payloads.text_message("secret", to="34600111222")
    bodies = [
        payloads.envelope([payloads.text_message("secret")], field="standby"),
        payloads.field_envelope("smb_message_echoes", {"message_echoes": [echo]}),
        payloads.envelope([payloads.text_message("secret")], field="history"),
        payloads.field_envelope("user_id_update", {"user_id_update": [{"user_id": {}}]}),
    ]
    assert counts(dispatch(edge, bodies)) == {}
    assert value(connection, "select count(*) from public.notifications") == 0
    assert value(connection, "select count(*) from public.profiles") == 0
    assert value(connection, "select count(*) from public.webhook_logs") == 4
    assert "secret" not in str(values(connection, "select detail from public.webhook_logs"))


def test_meta_s_error_notes_beside_messages_are_logged(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    errors = [{"code": 130429, "title": "Rate limit hit", "message": "secret"}]
    assert send(edge, payloads.text_message(), errors=errors) == {"processed": 1}
    assert row(connection, "select kind, detail from public.webhook_logs") == {
        "kind": "field",
        "detail": {"errors": [errors[0] | {"message": "***"}]},
    }


def test_an_ordinary_payload_leaves_no_log(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    body = payloads.envelope([payloads.text_message()], [payloads.status_update()])
    dispatch(edge, body)
    assert value(connection, "select count(*) from public.webhook_logs") == 0


def test_a_snapshot_is_masked_and_taken_only_when_asked_for(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    bodies = [payloads.envelope([payloads.text_message("secret")]) for _ in range(2)]
    dispatch(edge, bodies, {"snapshot": True})
    dispatch(edge, payloads.envelope([payloads.text_message("secret")]), {"snapshot": False})
    details = values(connection, "select detail from public.webhook_logs where kind = 'snapshot'")
    assert len(details) == 2
    assert "secret" not in json.dumps(details)
    assert payloads.SENDER not in json.dumps(details)
