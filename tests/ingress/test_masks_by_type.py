"""The mask is a list of what may be shown: tried on every type of message that Meta sends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import dispatch, value, values
from tests.ingress.test_logs_and_masks import EVERY_MESSAGE

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

CANARY = "Zoe Personal +34600111222"
TOMORROW = {"word": CANARY, "number": 34600111222, "list": [CANARY, [34600111222]], "deep": {}}
SHOWN = {"id", "type", "timestamp", "errors.code", "errors.title", "unsupported.type"}
SHOWN |= {"interactive.type", "system.type", "context.id", "reaction.message_id"}
SHOWN |= {"edit.original_message_id", "edit.message.type", "revoke.original_message_id"}

REFERRAL = (
    *("source_type", "source_id", "source_url", "headline", "body", "media_type"),
    *("image_url", "video_url", "thumbnail_url", "ctwa_clid"),
)

# What EVERY_MESSAGE has not: rarer types, and the keys that Meta puts beside the ordinary ones.
FURTHER = [
    payloads.message(
        "location",
        {"latitude": 1.5, "longitude": 2.5, "name": CANARY, "address": CANARY, "url": CANARY},
    ),
    payloads.message("contacts", [{"name": {"formatted_name": CANARY}, "vcard": CANARY}]),
    payloads.message("image", {"id": "1", "url": CANARY, "sha256": CANARY, "caption": CANARY}),
    payloads.message("interactive", {"type": "call_permission_reply", "call_permission_reply": {}}),
    payloads.message(
        "system",
        {"type": "customer_identity_changed", "body": CANARY},
        identity={"acknowledged": True, "created_timestamp": CANARY, "hash": CANARY},
    ),
    payloads.message(
        "system", {"type": "customer_changed_number", "customer": CANARY, "new_wa_id": CANARY}
    ),
    payloads.text_message(
        CANARY,
        context={
            "from": CANARY,
            "id": "wamid.OURS",
            "referred_product": {"catalog_id": CANARY, "product_retailer_id": CANARY},
        },
    ),
    payloads.text_message(
        CANARY,
        referral=dict.fromkeys(REFERRAL, CANARY) | {"welcome_message": {"text": CANARY}},
    ),
    payloads.message("unknown", None, errors=[{"code": 131051, "error_data": {"details": CANARY}}]),
]
MESSAGES = [*EVERY_MESSAGE, *FURTHER]
DOCUMENTED = {
    *("text", "image", "video", "audio", "document", "sticker", "location", "contacts"),
    *("interactive", "button", "order", "reaction", "system", "request_welcome", "unsupported"),
    *("unknown", "edit", "revoke"),
}


def name_of(message: payloads.Json) -> str:
    content = message.get(message["type"])
    kind = content.get("type") if isinstance(content, dict) else None
    return "-".join(filter(None, (message["type"], kind)))


def masked(connection: Connection[DictRow], message: payloads.Json) -> payloads.Json:
    body = json.dumps(payloads.envelope([message]))
    whole = value(connection, "select wa.mask_json(%s::jsonb)", body)
    shown: payloads.Json = whole["entry"][0]["changes"][0]["value"]["messages"][0]
    return shown


def with_a_field_of_tomorrow(content: Any) -> Any:
    """Add to every object, at any depth, a field that nobody knows yet."""
    if isinstance(content, dict):
        known = {key: with_a_field_of_tomorrow(one) for key, one in content.items()}
        return known | {"added_tomorrow": TOMORROW}
    if isinstance(content, list):
        return [with_a_field_of_tomorrow(one) for one in content]
    return content


def shown_paths(content: Any, path: str = "") -> set[str]:
    """Return the paths of texts and numbers that are not masked."""
    if isinstance(content, dict):
        parts = (shown_paths(one, f"{path}.{key}".lstrip(".")) for key, one in content.items())
        return set().union(*parts)
    if isinstance(content, list):
        return set().union(*(shown_paths(one, path) for one in content))
    return set() if content == "***" or content is None or isinstance(content, bool) else {path}


def test_every_documented_type_is_among_them() -> None:
    assert {message["type"] for message in MESSAGES} >= DOCUMENTED


@pytest.mark.parametrize("message", MESSAGES, ids=name_of)
def test_of_a_message_only_what_is_listed_is_shown(
    message: payloads.Json, connection: Connection[DictRow]
) -> None:
    assert shown_paths(masked(connection, message)) <= SHOWN


@pytest.mark.parametrize("message", MESSAGES, ids=name_of)
def test_a_field_that_meta_adds_tomorrow_is_masked(
    message: payloads.Json, connection: Connection[DictRow]
) -> None:
    text = json.dumps(masked(connection, with_a_field_of_tomorrow(message)))
    assert "added_tomorrow" in text
    assert "Zoe" not in text
    assert "34600111222" not in text


@pytest.mark.parametrize("key", ["34600111222", "+34600111222", "Zoe Personal", "zoe@example.org"])
def test_a_key_that_is_no_field_name_is_masked_too(
    key: str, connection: Connection[DictRow]
) -> None:
    text = json.dumps(masked(connection, payloads.message("text", {"people": {key: True}})))
    assert key not in text
    assert "people" in text


def test_a_snapshot_of_every_type_holds_nobody(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    bodies = [payloads.envelope([with_a_field_of_tomorrow(message)]) for message in MESSAGES]
    dispatch(edge, bodies, {"snapshot": True})
    details = values(connection, "select detail from public.webhook_logs where kind = 'snapshot'")
    assert len(details) == len(MESSAGES)
    text = json.dumps(details)
    for private in ("Zoe", "34600111222", payloads.SENDER, payloads.SENDER_NAME, "secret"):
        assert private not in text
