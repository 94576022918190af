"""Webhooks about the account, as Meta posts them."""

from __future__ import annotations

from typing import Any

from tests import payloads

BEFORE = 1_790_000_000
"""Unix seconds of the first of two webhooks."""


def account_change(field: str, value: dict[str, Any], *, time: int | str = BEFORE) -> payloads.Json:
    """Build the webhook of any field that happened at `time`."""
    body = payloads.field_envelope(field, value)
    body["entry"][0]["time"] = time
    return body


def template_status(
    event: str, *, name: str = "news", language: str = "en", time: int | str = BEFORE
) -> payloads.Json:
    """Build the webhook of a template's new status."""
    value = {
        "event": event,
        "message_template_id": 123,
        "message_template_name": name,
        "message_template_language": language,
        "reason": "NONE",
        "message_template_category": "MARKETING",
    }
    return account_change("message_template_status_update", value, time=time)


def marketing_preference(
    value: str, *, wa_id: str | None = None, user_id: str | None = None, time: int = BEFORE
) -> payloads.Json:
    """Build the webhook of a user who stops or resumes marketing messages."""
    named = {"wa_id": wa_id, "user_id": user_id}
    preference = {key: name for key, name in named.items() if name is not None} | {
        "category": "marketing_messages",
        "value": value,
        "detail": "User requested to stop marketing messages",
        "timestamp": time,
    }
    return account_change("user_preferences", {"user_preferences": [preference]}, time=time)
