"""The value of every webhook field as Meta posts it; all persons and texts in them are private."""

from __future__ import annotations

from tests.payloads import (
    ACCOUNT_ID,
    BOT_NUMBER,
    PHONE_NUMBER_ID,
    SENDER,
    SENDER_NAME,
    SENDER_USER_ID,
    Json,
    contact,
    field_envelope,
    status_update,
    text_message,
)

_AT = 1_790_000_000
_METADATA: Json = {
    "messaging_product": "whatsapp",
    "metadata": {"display_phone_number": BOT_NUMBER, "phone_number_id": PHONE_NUMBER_ID},
}
_WITH_CONTACT: Json = _METADATA | {"contacts": [contact(user_id=SENDER_USER_ID)]}
_TEMPLATE: Json = {
    "message_template_id": 123,
    "message_template_name": "news",
    "message_template_language": "en",
}
_ECHO = text_message("secret", sender=BOT_NUMBER, to=SENDER, to_user_id=SENDER_USER_ID)


def _group(kind: str, **fields: object) -> Json:
    change = {"timestamp": str(_AT), "group_id": "group-1", "type": kind, "request_id": "r1"}
    return _METADATA | {"groups": [change | fields]}


FIELDS: dict[str, Json] = {
    "account_alerts": {
        "entity_type": "PHONE_NUMBER",
        "entity_id": PHONE_NUMBER_ID,
        "alert_info": {
            "alert_severity": "CRITICAL",
            "alert_status": "ACTIVE",
            "alert_type": "OBA_REJECTED",
            "alert_description": "secret",
        },
    },
    "account_review_update": {"decision": "REJECTED"},
    "account_settings_update": {
        "messaging_product": "whatsapp",
        "timestamp": str(_AT),
        "type": "PHONE_NUMBER_SETTINGS",
        "phone_number_settings": {
            "phone_number_id": PHONE_NUMBER_ID,
            "calling": {"status": "ENABLED"},
        },
    },
    "account_update": {"phone_number": BOT_NUMBER, "event": "ACCOUNT_DELETED"},
    "automatic_events": _METADATA
    | {"automatic_events": [{"id": "wamid.1", "event_name": "LeadSubmitted", "timestamp": _AT}]},
    "business_capability_update": {
        "max_daily_conversations_per_business": "TIER_2K",
        "max_phone_numbers_per_business": 25,
    },
    "business_status_update": {"event": "SOMETHING_ELSE"},
    "business_username_updates": {
        "display_phone_number": BOT_NUMBER,
        "username": "secret",
        "status": "approved",
    },
    "calls": _WITH_CONTACT
    | {
        "calls": [
            {
                "id": "wacid.1",
                "event": "connect",
                "direction": "USER_INITIATED",
                "from": SENDER,
                "from_user_id": SENDER_USER_ID,
                "to": BOT_NUMBER,
                "timestamp": str(_AT),
            }
        ]
    },
    "consumer_profile": _WITH_CONTACT,
    "flows": {
        "event": "FLOW_STATUS_CHANGE",
        "message": "secret",
        "flow_id": "6",
        "old_status": "PUBLISHED",
        "new_status": "BLOCKED",
    },
    "group_lifecycle_update": _group("group_create", subject="secret"),
    "group_participants_update": _group(
        "group_participants_add", added_participants=[{"wa_id": SENDER}]
    ),
    "group_settings_update": _group("group_settings_update", group_subject={"text": "secret"}),
    "group_status_update": _group("group_suspend"),
    "history": _METADATA
    | {
        "history": [
            {
                "metadata": {"phase": 0, "chunk_order": 1, "progress": 55},
                "threads": [{"id": SENDER, "messages": [text_message("secret")]}],
            }
        ]
    },
    "message_echoes": _WITH_CONTACT | {"message_echoes": [_ECHO]},
    "message_template_components_update": _TEMPLATE | {"message_template_element": "secret"},
    "message_template_quality_update": _TEMPLATE
    | {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
    "message_template_status_update": _TEMPLATE
    | {"event": "PAUSED", "reason": "NONE", "message_template_category": "MARKETING"},
    "messaging_handovers": {
        "messaging_product": "whatsapp",
        "sender": {"phone_number": SENDER},
        "recipient": {"phone_number_id": PHONE_NUMBER_ID, "display_phone_number": BOT_NUMBER},
        "type": "control_taken",
        "timestamp": str(_AT),
        "control_taken": {
            "previous_owner_role": "customer_service",
            "new_owner_role": "escalation",
            "metadata": "secret",
        },
    },
    # entry.id is here the business portfolio's.
    "partner_solutions": {
        "event": "SOLUTION_UPDATED",
        "solution_id": "7",
        "solution_status": "ACTIVE",
    },
    "payment_configuration_update": {
        "configuration_name": "secret",
        "provider_name": "razorpay",
        "provider_mid": "acc_1",
        "status": "Needs Testing",
        "created_timestamp": _AT,
        "updated_timestamp": _AT,
    },
    "phone_number_name_update": {
        "display_phone_number": BOT_NUMBER,
        "decision": "REJECTED",
        "requested_verified_name": "secret",
        "rejection_reason": "NAME_FORMAT_UNACCEPTABLE",
    },
    "phone_number_quality_update": {
        "display_phone_number": BOT_NUMBER,
        "event": "THROUGHPUT_UPGRADE",
        "max_daily_conversations_per_business": "TIER_UNLIMITED",
    },
    "security": {
        "display_phone_number": BOT_NUMBER,
        "event": "PIN_RESET_REQUEST",
        "requester": "secret",
    },
    "smb_app_state_sync": _METADATA
    | {
        "state_sync": [
            {
                "type": "contact",
                "contact": {"full_name": SENDER_NAME, "phone_number": SENDER},
                "action": "add",
                "metadata": {"timestamp": str(_AT)},
            }
        ]
    },
    "smb_message_echoes": _WITH_CONTACT | {"message_echoes": [_ECHO]},
    "standby": _METADATA
    | {
        "standby": {
            "contacts": [contact(user_id=SENDER_USER_ID)],
            "messages": [text_message("secret")],
            "statuses": [status_update()],
        }
    },
    "template_category_update": _TEMPLATE
    | {
        # Announced a day ahead: new_category is then still the present one.
        "new_category": "UTILITY",
        "correct_category": "MARKETING",
        "category_update_timestamp": _AT,
    },
    "template_correct_category_detection": _TEMPLATE
    | {"category": "UTILITY", "correct_category": "MARKETING"},
    "tracking_events": _METADATA
    | {"events": [{"event_name": "sent", "timestamp": _AT, "tracking_data": {"click_id": "1"}}]},
    # Announced in spring 2026 and withdrawn: a system message says the same.
    "user_id_update": _WITH_CONTACT
    | {
        "user_id_update": [
            {
                "wa_id": SENDER,
                "user_id": {"previous": SENDER_USER_ID, "current": "ES.55443322"},
                "timestamp": _AT,
            }
        ]
    },
    "user_preferences": _WITH_CONTACT
    | {
        "user_preferences": [
            {
                "wa_id": SENDER,
                "user_id": SENDER_USER_ID,
                "category": "marketing_messages",
                "value": "stop",
                "detail": "secret",
                "timestamp": _AT,
            }
        ]
    },
}
"""What Meta posts under each field but `messages`."""

_NAMES_OF_EVENTS = {
    "account_alerts": "alert_type",
    "account_review_update": "decision",
    "phone_number_name_update": "decision",
    "message_template_quality_update": "new_quality_score",
    "template_category_update": "new_category",
    "template_correct_category_detection": "correct_category",
}


def field_webhook(field: str, value: Json | None = None) -> Json:
    """Build the webhook of any field but `messages`, as it would come now."""
    return field_envelope(field, FIELDS.get(field, {"a": "secret"}) if value is None else value)


def event_webhook(field: str, event: str) -> Json:
    """Build the webhook of one event, named as in `wa.account_events`: `NAME`, `NAME/KIND`, `*`."""
    name, _, kind = event.partition("/")
    value: Json = {
        key: part
        for key, part in FIELDS[field].items()
        if key in _TEMPLATE or key == "display_phone_number"
    }
    value[_NAMES_OF_EVENTS.get(field, "event")] = name.replace("*", "SOMETHING_ELSE")
    if name == "DISABLED_UPDATE":
        value["ban_info"] = {"waba_ban_state": kind or "DISABLE", "waba_ban_date": "June 1, 2026"}
    elif kind.startswith("RESTRICTED_"):
        value["restriction_info"] = [{"restriction_type": kind, "expiration": 4_000_000_000}]
    elif field == "account_update" and kind:
        value["violation_info"] = {"violation_type": kind}
    elif field == "flows":
        value |= {"flow_id": "6", "old_status": "PUBLISHED", "new_status": kind}
    return field_envelope(field, value, account_id=ACCOUNT_ID)
