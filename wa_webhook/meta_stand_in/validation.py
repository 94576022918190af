"""Whether Meta would take a message, and with which error it would refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from wa_webhook.meta_stand_in import shapes
from wa_webhook.meta_stand_in.errors import GraphError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

USER_ID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")
_PHONE_NUMBER = re.compile(r"^\+?[0-9][0-9 ()-]{4,20}$")
_MAX_CALLBACK_DATA = 512

_CONTENT: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(shapes.Text),
    "image": TypeAdapter(shapes.Media),
    "video": TypeAdapter(shapes.Media),
    "audio": TypeAdapter(shapes.Media),
    "document": TypeAdapter(shapes.Media),
    "sticker": TypeAdapter(shapes.Media),
    "location": TypeAdapter(shapes.Location),
    "contacts": TypeAdapter(list[dict[str, Any]]),
    "reaction": TypeAdapter(shapes.Reaction),
    "template": TypeAdapter(shapes.Template),
    "interactive": TypeAdapter(shapes.Interactive),
}
_CONTEXT = TypeAdapter(shapes.Context)
_ENVELOPE_KEYS = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
    "recipient_identity_key_hash",
    "category",
    "ttl_seconds",
}


class Recipient(NamedTuple):
    """Whom a message is for: `value` is digits, a business-scoped user id, or a group's id."""

    value: str
    is_user_id: bool
    is_dropped: bool


def check_message(request: dict[str, Any]) -> Recipient:
    """Return the recipient of a message that Meta would take; raise GraphError for any other."""
    _check_envelope(request)
    recipient = _recipient(request)
    message_type = request.get("type", "text")
    if message_type not in _CONTENT:
        raise GraphError(100, f"Param type must be one of {{{', '.join(_CONTENT).upper()}}}")
    if unexpected := request.keys() - _ENVELOPE_KEYS - {message_type}:
        raise GraphError(100, f'Unexpected key "{min(unexpected)}"')
    if message_type not in request:
        raise GraphError(131008, f"Parameter '{message_type}' is missing")
    _check_shape(_CONTENT[message_type], request[message_type], message_type)
    if "context" in request:
        _check_shape(_CONTEXT, request["context"], "context")
    return recipient


def _check_envelope(request: dict[str, Any]) -> None:
    if request.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    if request.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(100, "Param recipient_type must be one of {INDIVIDUAL, GROUP}")
    callback_data = request.get("biz_opaque_callback_data", "")
    if not isinstance(callback_data, str) or len(callback_data) > _MAX_CALLBACK_DATA:
        raise GraphError(
            131009, "Param biz_opaque_callback_data must be at most 512 characters long."
        )


def _recipient(request: dict[str, Any]) -> Recipient:
    """Meta prefers `to`; a user id put there is taken for a phone number and silently lost."""
    phone_number = request.get("to")
    user_id = request.get("recipient")
    if phone_number is None and user_id is None:
        raise GraphError(100, "The parameter to is required.")
    if phone_number is not None:
        if not isinstance(phone_number, str):
            raise GraphError(100, "Param to must be a string")
        if request.get("recipient_type") == "group":
            return Recipient(phone_number, is_user_id=False, is_dropped=False)
        if USER_ID.match(phone_number):
            return Recipient(phone_number, is_user_id=True, is_dropped=True)
        if not _PHONE_NUMBER.match(phone_number):
            raise GraphError(131009, "Recipient phone number is not valid")
        return Recipient(re.sub(r"\D", "", phone_number), is_user_id=False, is_dropped=False)
    if not isinstance(user_id, str) or not USER_ID.match(user_id):
        raise GraphError(131009, "Param recipient is not a business-scoped user id")
    if _is_authentication(request):
        raise GraphError(131062)
    return Recipient(user_id, is_user_id=True, is_dropped=False)


def _is_authentication(request: dict[str, Any]) -> bool:
    """Whether the template has the one-time-password button of the kinds that need a phone."""
    components = (request.get("template") or {}).get("components") or []
    return any(
        component.get("type") == "button"
        and str(component.get("sub_type", "")).lower() in ("copy_code", "one_tap", "zero_tap")
        for component in components
        if isinstance(component, dict)
    )


def _check_shape(adapter: TypeAdapter[Any], content: object, name: str) -> None:
    try:
        adapter.validate_python(content)
    except ValidationError as invalid:
        first: ErrorDetails = invalid.errors()[0]
        path = name + "".join(f"['{part}']" for part in first["loc"])
        if first["type"] == "missing":
            raise GraphError(131008, f"Param {path} is missing") from None
        if first["type"] == "extra_forbidden":
            raise GraphError(100, f"Unexpected key on param {path}") from None
        raise GraphError(131009, f"Param {path}: {first['msg']}") from None
