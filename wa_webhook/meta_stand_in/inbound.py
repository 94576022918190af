"""The webhooks that Meta would post for what a person says."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from wa_webhook.meta_stand_in.said import Located, Sent, Tapped, Typed
from wa_webhook.meta_stand_in.webhooks import ACCOUNT_ID, DISPLAY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wa_webhook.meta_stand_in.people import Person
    from wa_webhook.meta_stand_in.said import Said


def build_content(
    said: Said,
    known: Mapping[str, str],
    choice: dict[str, Any] | None,
    answered: str | None = None,
) -> dict[str, Any]:
    """Return the part of a message that says what it is.

    `choice` is the content of a tap, and `answered` the id of the message that offered it.
    """
    match said:
        case Typed(text):
            return {"type": "text", "text": {"body": text.format_map(known)}}
        case Tapped():
            context = {"from": DISPLAY_NUMBER, "id": answered}
            return {"type": "interactive", "context": context, "interactive": choice}
        case Located(name, latitude, longitude):
            place = {"latitude": latitude, "longitude": longitude, "name": name}
            return {"type": "location", "location": place}
        case Sent(message_type, content):
            return {"type": message_type, message_type: dict(content)}


def new_message_id() -> str:
    """Return an id as Meta gives them to messages."""
    return f"wamid.{uuid4().hex.upper()}"


def build_body(
    who: Person,
    content: dict[str, Any],
    *,
    phone_number_id: str,
    message_id: str | None = None,
    with_contact: bool = True,
) -> bytes:
    """Return the webhook body of one message, encoded as Meta encodes it.

    A change of number comes without a contact.
    """
    message: dict[str, Any] = {
        "id": message_id or new_message_id(),
        "timestamp": str(int(time.time())),
        **content,
    }
    contact: dict[str, Any] = {"profile": {"name": who.name}}
    if who.phone is not None:
        message["from"] = contact["wa_id"] = who.phone
    if who.user_id is not None:
        message["from_user_id"] = contact["user_id"] = who.user_id
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": DISPLAY_NUMBER,
            "phone_number_id": phone_number_id,
        },
        **({"contacts": [contact]} if with_contact else {}),
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    envelope = {
        "object": "whatsapp_business_account",
        "entry": [{"id": ACCOUNT_ID, "changes": [change]}],
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def read_messages(body: bytes) -> list[dict[str, Any]]:
    """Return the messages of a webhook that build_body or join_bodies made."""
    changes = json.loads(body)["entry"][0]["changes"]
    return [message for change in changes for message in change["value"].get("messages", ())]


def join_bodies(bodies: Sequence[bytes]) -> bytes:
    """Return one webhook body with the changes of several, as Meta puts what waited together."""
    envelopes = [json.loads(body) for body in bodies]
    changes = [change for one in envelopes for change in one["entry"][0]["changes"]]
    joined = envelopes[0] | {"entry": [envelopes[0]["entry"][0] | {"changes": changes}]}
    return json.dumps(joined, separators=(",", ":")).encode()
