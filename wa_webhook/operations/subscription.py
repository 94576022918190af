"""Which webhooks an app should get, and setting them at Meta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from wa_webhook.operations.graph import GraphApi

NEEDED_FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_update",
        "business_capability_update",
        "message_template_quality_update",
        "message_template_status_update",
        "messages",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "template_category_update",
        "user_preferences",
    }
)
"""What acts here and every account has; docs/reference/webhook.md says how."""

FIELDS_OF_SOME = {
    "calls": "where users may call",
    "flows": "where WhatsApp Flows are sent",
    "messaging_handovers": "where another responder answers too",
    "smb_message_echoes": "where the number is in the WhatsApp Business app too",
    "template_correct_category_detection": "where Direct Send is used",
}
"""What acts here and not every account has: Meta may refuse to subscribe to it."""


@dataclass(frozen=True)
class Wish:
    """Where webhooks are to go, with what token Meta may try it, and which are wanted besides.

    `callback_url` None: where they go already.
    """

    callback_url: str | None
    verify_token: str
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """What was set: the callback before and after, new fields, newly subscribed accounts."""

    before: str | None
    callback_url: str
    fields: Sequence[str]
    accounts: Sequence[str]


class NoCallbackError(Exception):
    """No callback was given, and the app has none to keep."""


async def subscribe(
    graph: GraphApi, app_secret: str, waba_ids: Collection[str], wish: Wish
) -> Change:
    """Give the token's app its callback, every field that we need, and the accounts' webhooks.

    Takes away no field. Doing it again does no harm. Raises GraphRefusedError and NoCallbackError.
    """
    app_id = (await graph.read_token()).app_id
    now = await graph.read_subscription(app_id, app_secret)
    before = now.callback_url if now is not None else None
    callback_url = wish.callback_url or before
    if not callback_url:
        raise NoCallbackError
    had = now.field_names if now is not None else frozenset[str]()
    fields = NEEDED_FIELDS | wish.fields
    is_complete = now is not None and now.active and fields <= had
    if wish.callback_url is not None or not is_complete:
        await graph.subscribe_app(
            app_id,
            app_secret,
            callback_url=callback_url,
            verify_token=wish.verify_token,
            fields=sorted(had | fields),
        )
    accounts = []
    for waba_id in sorted(waba_ids):
        apps = await graph.list_subscribed_apps(waba_id)
        if app_id not in {one.app.id for one in apps}:
            await graph.subscribe_account(waba_id)
            accounts.append(waba_id)
    return Change(before, callback_url, sorted(fields - had), accounts)
