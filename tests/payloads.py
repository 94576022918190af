"""Webhook bodies as Meta posts them, for tests: one builder per message type.

Shapes follow Meta's reference of autumn 2026. A builder returns the plain dict of one message or
status; `envelope` wraps any number of them, and `body` gives the bytes to sign and post.
"""

import json
import time
from typing import Any
from uuid import uuid4

Json = dict[str, Any]

ACCOUNT_ID = "102290129340398"
PHONE_NUMBER_ID = "106540352242922"
BOT_NUMBER = "15550001111"
SENDER = "34600111222"
SENDER_USER_ID = "ES.99887766"
SENDER_NAME = "Ana"
ANSWERED = {"from": BOT_NUMBER, "id": "wamid.OURS"}
"""The message of ours that a tap answers."""


def unique_message_id() -> str:
    """Return an opaque message id that no other call returns."""
    return f"wamid.{uuid4().hex}"


def unix_seconds() -> str:
    """Return the present as Meta writes it: a string of whole Unix seconds."""
    return str(int(time.time()))


def message(
    message_type: str,
    content: object = None,
    *,
    message_id: str | None = None,
    sender: str | None = SENDER,
    user_id: str | None = None,
    timestamp: str | int | None = None,
    **fields: object,
) -> Json:
    """Build a message of any type; `content` goes under the key named like the type.

    `sender` is the phone number (`from`), `user_id` the business-scoped id (`from_user_id`); either
    may be None, and the key is then absent. Further `fields` (`context`, `referral`, `group_id`,
    ...) are taken as they are.
    """
    built: Json = {
        "id": message_id or unique_message_id(),
        "timestamp": unix_seconds() if timestamp is None else str(timestamp),
        "type": message_type,
    }
    if sender is not None:
        built["from"] = sender
    if user_id is not None:
        built["from_user_id"] = user_id
    if content is not None:
        built[message_type] = content
    return built | fields


def text_message(text: str = "hello", **fields: Any) -> Json:
    """Build a text message."""
    return message("text", {"body": text}, **fields)


def image_message(caption: str | None = None, **fields: Any) -> Json:
    """Build an image message, with or without a caption."""
    return message("image", _media("image/jpeg", caption=caption), **fields)


def video_message(caption: str | None = None, **fields: Any) -> Json:
    """Build a video message, with or without a caption."""
    return message("video", _media("video/mp4", caption=caption), **fields)


def audio_message(*, voice: bool = True, **fields: Any) -> Json:
    """Build a voice note, or an audio file when `voice` is false."""
    return message("audio", _media("audio/ogg; codecs=opus", voice=voice), **fields)


def document_message(filename: str | None = "invoice.pdf", **fields: Any) -> Json:
    """Build a document message."""
    return message("document", _media("application/pdf", filename=filename), **fields)


def sticker_message(*, animated: bool = False, **fields: Any) -> Json:
    """Build a sticker message."""
    return message("sticker", _media("image/webp", animated=animated), **fields)


def location_message(latitude: float = -1.9441, longitude: float = 30.0619, **fields: Any) -> Json:
    """Build a shared location, degrees."""
    return message("location", {"latitude": latitude, "longitude": longitude}, **fields)


def contacts_message(
    phone: str = "34600999888", origin: str | None = "other", **fields: Any
) -> Json:
    """Build a shared contact card; origin `contact_request` means the user's own number.

    A number stands in a card as the sender's phone writes it; cards of before July 2026 have no
    origin.
    """
    card: Json = {
        "name": {"formatted_name": "Luz"},
        "phones": [{"phone": f"+{phone[:2]} ({phone[2:5]}) {phone[5:]}", "wa_id": phone}],
        "vcard": f"BEGIN:VCARD\nTEL;waid={phone}:+{phone}\nEND:VCARD",
    }
    return message("contacts", [card | ({} if origin is None else {"origin": origin})], **fields)


def button_reply(reply_id: str, title: str = "OK", **fields: Any) -> Json:
    """Build the answer to one of our interactive buttons."""
    reply = {"type": "button_reply", "button_reply": {"id": reply_id, "title": title}}
    return message("interactive", reply, **({"context": ANSWERED} | fields))


def list_reply(reply_id: str, title: str = "Choice", **fields: Any) -> Json:
    """Build the choice of a row of one of our interactive lists."""
    reply = {"type": "list_reply", "list_reply": {"id": reply_id, "title": title}}
    return message("interactive", reply, **({"context": ANSWERED} | fields))


def flow_reply(response: Json | None = None, name: str = "flow", **fields: Any) -> Json:
    """Build the completion of a WhatsApp Flow, or of an `address_message`.

    Its response is a string that holds JSON.
    """
    answered = json.dumps({"flow_token": "token", "field": 1} if response is None else response)
    reply = {"name": name, "body": "Sent", "response_json": answered}
    content = {"type": "nfm_reply", "nfm_reply": reply}
    return message("interactive", content, **({"context": ANSWERED} | fields))


def call_permission_reply(response: str = "accept", **fields: Any) -> Json:
    """Build the answer to a request to be called, which Meta also gives by itself."""
    reply = {"response": response, "is_permanent": False, "response_source": "user_action"}
    content = {"type": "call_permission_reply", "call_permission_reply": reply}
    return message("interactive", content, **({"context": ANSWERED} | fields))


def product_message(retailer_id: str = "S1", **fields: Any) -> Json:
    """Build a product that the user shares from a catalogue."""
    product = {"catalog_id": "C1", "product_retailer_id": retailer_id}
    return message("interactive", {"type": "product", "product": product}, **fields)


def template_button(payload: str | None = None, text: str = "Yes", **fields: Any) -> Json:
    """Build the tap on a quick-reply button of a template: Meta's own payload is the label."""
    content = {"payload": text if payload is None else payload, "text": text}
    return message("button", content, **({"context": ANSWERED} | fields))


def order_message(quantity: int = 2, **fields: Any) -> Json:
    """Build a catalogue order of one product."""
    item = {
        "product_retailer_id": "S1",
        "quantity": quantity,
        "item_price": 7.99,
        "currency": "EUR",
    }
    return message("order", {"catalog_id": "C1", "text": "", "product_items": [item]}, **fields)


def reaction_message(
    target_id: str = "wamid.TARGET", emoji: str | None = "\N{THUMBS UP SIGN}", **fields: Any
) -> Json:
    """Build a reaction, or its removal when `emoji` is None."""
    reaction = {"message_id": target_id} | ({} if emoji is None else {"emoji": emoji})
    return message("reaction", reaction, **fields)


def number_changed(new_number: str | None = "34600555444", **fields: Any) -> Json:
    """Build the system message of a changed number: `sender` is the old one.

    `previous_user_id` and `new_user_id` add the pair of business-scoped ids.
    """
    changed = _changed_user_id(fields) | ({} if new_number is None else {"wa_id": new_number})
    body = f"User {SENDER_NAME} changed from {SENDER} to {new_number}"
    system = {"type": "user_changed_number", "body": body} | changed
    return message("system", system, **fields)


def user_id_changed(
    previous_user_id: str = SENDER_USER_ID, new_user_id: str = "ES.55443322", **fields: Any
) -> Json:
    """Build the system message of a changed business-scoped id; it carries no phone number."""
    system = {
        "type": "user_changed_user_id",
        "body": f"User {SENDER_NAME} changed from {previous_user_id} to {new_user_id}",
        "previous_user_id": previous_user_id,
        "user_id": new_user_id,
    }
    return message("system", system, **({"sender": None} | fields))


def request_welcome(**fields: Any) -> Json:
    """Build the first opening of a chat, before the user wrote anything."""
    return message("request_welcome", **fields)


def unsupported_message(
    unsupported_type: str | None = "poll_creation", code: int = 131051, **fields: Any
) -> Json:
    """Build a message that the Cloud API does not carry, or (131060) has no content of."""
    content = None if unsupported_type is None else {"type": unsupported_type}
    return message("unsupported", content, **({"errors": [_error(code)]} | fields))


def edit_message(original_id: str = "wamid.ORIGINAL", text: str = "edited", **fields: Any) -> Json:
    """Build the edit of an earlier text message."""
    edited = {"type": "text", "text": {"body": text}}
    content = {"original_message_id": original_id, "message": edited}
    return message("edit", content, **fields)


def revoke_message(original_id: str = "wamid.ORIGINAL", **fields: Any) -> Json:
    """Build the deletion of an earlier message by its sender."""
    return message("revoke", {"original_message_id": original_id}, **fields)


def group_message(text: str = "hello all", group_id: str = "group-1", **fields: Any) -> Json:
    """Build a text message sent in a group."""
    return text_message(text, **({"group_id": group_id} | fields))


def status_update(
    message_id: str = "wamid.OURS",
    status: str = "delivered",
    *,
    recipient: str | None = SENDER,
    timestamp: str | int | None = None,
    callback_data: str | None = None,
    error_code: int | None = None,
    **fields: object,
) -> Json:
    """Build the status of a message that we sent; `callback_data` is what the send carried."""
    built: Json = {
        "id": message_id,
        "status": status,
        "timestamp": unix_seconds() if timestamp is None else str(timestamp),
    }
    if recipient is not None:
        built["recipient_id"] = recipient
    if callback_data is not None:
        built["biz_opaque_callback_data"] = callback_data
    if error_code is not None:
        built["errors"] = [_error(error_code)]
    return built | fields


def contact(
    sender: str | None = SENDER,
    user_id: str | None = None,
    name: str | None = SENDER_NAME,
    **fields: object,
) -> Json:
    """Build the contact that accompanies a message; None leaves a key away."""
    built: Json = {} if name is None else {"profile": {"name": name}}
    if sender is not None:
        built["wa_id"] = sender
    if user_id is not None:
        built["user_id"] = user_id
    return built | fields


def envelope(
    messages: list[Json] | None = None,
    statuses: list[Json] | None = None,
    contacts: list[Json] | None = None,
    *,
    field: str = "messages",
    phone_number_id: str = PHONE_NUMBER_ID,
    **value_fields: object,
) -> Json:
    """Wrap messages and statuses as one webhook body; contacts follow from the messages."""
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": BOT_NUMBER, "phone_number_id": phone_number_id},
    }
    if contacts is None:
        contacts = _contacts_of(messages or []) or _recipients_of(statuses or [])
    if contacts:
        value["contacts"] = contacts
    if messages is not None:
        value["messages"] = messages
    if statuses is not None:
        value["statuses"] = statuses
    return field_envelope(field, value | value_fields)


def field_envelope(field: str, value: Json, *, account_id: str = ACCOUNT_ID) -> Json:
    """Wrap the value of any webhook field as one webhook body."""
    change = {"field": field, "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": account_id, "changes": [change]}],
    }


def body(payload: object) -> bytes:
    r"""Encode a payload as Meta does: no white space, non-ASCII characters as `\uXXXX`."""
    return json.dumps(payload, separators=(",", ":")).encode()


def text_body(text: str = "hello", **fields: Any) -> bytes:
    """Encode a webhook body with one text message."""
    return body(envelope([text_message(text, **fields)]))


def _media(mime_type: str, **fields: object) -> Json:
    present = {key: value for key, value in fields.items() if value is not None}
    given = {
        "id": f"media-{uuid4().hex}",
        "mime_type": mime_type,
        "sha256": "c2hhMjU2",
        "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
    }
    return given | present


def _error(code: int) -> Json:
    return {
        "code": code,
        "title": "Failed",
        "message": "Failed",
        "error_data": {"details": "It failed."},
        "href": "https://developers.facebook.com/docs/",
    }


def _changed_user_id(fields: Json) -> Json:
    previous, new = fields.pop("previous_user_id", None), fields.pop("new_user_id", None)
    pair = {"previous_user_id": previous, "user_id": new}
    return {key: value for key, value in pair.items() if value is not None}


def _contacts_of(messages: list[Json]) -> list[Json]:
    senders = {
        (one.get("from"), one.get("from_user_id")): None
        for one in messages
        if one["type"] != "system" and ("from" in one or "from_user_id" in one)
    }
    return [contact(sender, user_id) for sender, user_id in senders]


def _recipients_of(statuses: list[Json]) -> list[Json]:
    """Name whom the statuses are about, as Meta does where a message did not fail."""
    recipients = {
        (one.get("recipient_id"), one.get("recipient_user_id")): None
        for one in statuses
        if one.get("status") != "failed" and ("recipient_id" in one or "recipient_user_id" in one)
    }
    return [contact(recipient, user_id, None) for recipient, user_id in recipients]
