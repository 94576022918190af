"""One business number as Meta has it: may it send, is it registered, where do its webhooks go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.doctor.check import Check, fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.operations.graph_shapes import PhoneNumber

_REGISTER = "wa-webhook meta register {id}"
_MENDS = {
    "BANNED": "WhatsApp Manager says why, and takes an appeal.",
    "RESTRICTED": "WhatsApp Manager says why, and until when: it writes to nobody first.",
    "FLAGGED": "Its quality is low: write less to those who did not ask, or its limit falls.",
    "RATE_LIMITED": "It has written to as many as it may today; wait, or ask for a higher limit.",
    "MIGRATED": "It was moved to another account: wa-webhook numbers read, with that one's id.",
    "DELETED": "wa-webhook numbers retire {id}.",
}
"""By `status`; every other that is not CONNECTED means that it is not registered."""
_WORKS = frozenset({"", "UNKNOWN", "CONNECTED", "FLAGGED", "RATE_LIMITED"})
_GOOD_NAMES = frozenset({"", "NONE", "APPROVED", "AVAILABLE_WITHOUT_REVIEW"})


def check_number(number: PhoneNumber, callback_url: str | None) -> list[Check]:
    """Return the findings about a number; `callback_url` None: any callback will do."""
    return list(_problems_of(number, callback_url)) or [
        ok("number", f"{number.id} is connected, quality {number.quality_rating}")
    ]


def _problems_of(number: PhoneNumber, callback_url: str | None) -> Iterator[Check]:
    status = number.status
    if status not in _WORKS or number.platform_type == "NOT_APPLICABLE":
        mend = _MENDS.get(status, _REGISTER).format(id=number.id)
        yield fail("number", f"{number.id} is {status or 'not registered'}", mend)
    elif status in _MENDS:
        yield warn("number", f"{number.id} is {status}", _MENDS[status])
    if number.name_status not in _GOOD_NAMES:
        yield warn(
            "number",
            f"the display name of {number.id} is {number.name_status}",
            "WhatsApp Manager, Phone numbers: until it is approved Meta keeps the limits low.",
        )
    if number.quality_rating in ("YELLOW", "RED"):
        yield warn(
            "number",
            f"{number.id} has quality {number.quality_rating}",
            "See the number in WhatsApp Manager: Meta lowers its limits.",
        )
    elsewhere = number.webhook_configuration.phone_number
    if elsewhere and callback_url and elsewhere != callback_url:
        yield fail(
            "number",
            f"{number.id} has a callback of its own, {elsewhere}",
            f'POST /{number.id} with {{"webhook_configuration": {{"override_callback_uri": ""}}}}'
            " takes it away.",
        )
