"""What Meta holds of us: token, app, accounts, numbers and templates, against what we need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wa_webhook.doctor.check import Check, fail, ok, skip, warn
from wa_webhook.doctor.meta_numbers import check_number
from wa_webhook.doctor.meta_templates import check_templates
from wa_webhook.operations.graph import GraphRefusedError, is_about_the_secret
from wa_webhook.operations.subscription import FIELDS_OF_SOME, NEEDED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wa_webhook.operations.graph import GraphApi
    from wa_webhook.operations.graph_shapes import Subscription, Token
    from wa_webhook.operations.templates import UsedTemplate

SCOPES = {
    "whatsapp_business_messaging": "sending",
    "whatsapp_business_management": "accounts, templates and these checks",
}
_MAKE_A_TOKEN = (
    "Business settings, Users, System users: generate one that never expires, with"
    f" {' and '.join(SCOPES)}, and set WA_TOKEN."
)
_SUBSCRIBE = "wa-webhook meta subscribe --url https://<host>/webhook"
_TOO_SOON_DAYS = 14


@dataclass(frozen=True)
class Ours:
    """What this side knows: its numbers and accounts by id, and templates of its outbox.

    `templates` None: no database was asked, so that `phone_number_ids` may lack some.
    """

    phone_number_ids: Sequence[str]
    waba_ids: Sequence[str]
    templates: Sequence[UsedTemplate] | None = None


async def examine_account(
    graph: GraphApi, ours: Ours, app_secret: str | None, callback_url: str | None
) -> list[Check]:
    """Return every finding; changes nothing.

    `app_secret` None: the app is not looked at. `callback_url` None: any callback will do.
    """
    try:
        token = await graph.read_token()
    except GraphRefusedError as error:
        return [_refused("token", error)]
    checks = list(_check_token(token, ours.waba_ids))
    subscription, found = await _examine_app(graph, token, app_secret, callback_url)
    checks += found
    expected = callback_url or (subscription.callback_url if subscription else None)
    if not ours.waba_ids:
        checks.append(
            skip(
                "account",
                "not asked for",
                "Set WA_WABA_ID, or enter it: wa-webhook numbers add <id> --account <id>",
            )
        )
    for waba_id in ours.waba_ids:
        checks += await _examine_apps_of(graph, waba_id, token.app_id, expected)
    checks += await _examine_numbers(graph, ours, expected)
    return [*checks, *await _examine_templates(graph, ours)]


async def examine_secrets(graph: GraphApi, app_secrets: Sequence[str]) -> Check:
    """Say whether one of these is the secret of the token's app; changes nothing."""
    try:
        app_id = (await graph.read_token()).app_id
    except GraphRefusedError as error:
        return _refused("secret", error)
    for secret in app_secrets:
        try:
            await graph.read_subscription(app_id, secret)
        except GraphRefusedError as error:
            if not is_about_the_secret(error):
                return _refused("secret", error)
        else:
            return ok("secret", f"WA_APP_SECRET has that of app {app_id}, which WA_TOKEN is of")
    return _not_of_app("secret", app_id)


def _not_of_app(name: str, app_id: str) -> Check:
    return fail(
        name,
        f"WA_APP_SECRET is not the secret of app {app_id}, which WA_TOKEN is of",
        "App settings, Basic, has it; webhooks signed with another are refused with 401.",
    )


def _refused(name: str, error: GraphRefusedError, about: str = "") -> Check:
    problem = f"{about}: {error.problem}" if about else error.problem
    return fail(name, problem, f"{error.mend[:1].upper()}{error.mend[1:]}.")


def _check_token(token: Token, waba_ids: Collection[str]) -> Iterator[Check]:
    if not token.is_valid:
        yield fail("token", "Meta says that it is not valid any more", _MAKE_A_TOKEN)
        return
    missing = [scope for scope in SCOPES if scope not in token.scopes]
    for scope in missing:
        yield fail("token", f"lacks {scope}, for {SCOPES[scope]}", _MAKE_A_TOKEN)
    for scope in set(SCOPES) - set(missing):
        granted = token.accounts_of(scope)
        beyond = [] if granted is None else sorted(set(waba_ids) - set(granted))
        if beyond:
            yield fail(
                "token",
                f"{scope} was not granted for account {', '.join(beyond)}",
                "Give the system user the account with full control, and make the token anew.",
            )
            missing.append(scope)
    expiry = _describe_expiry(token.expires_at)
    if expiry is not None:
        yield expiry
    elif not missing:
        yield ok("token", f"of app {token.app_id}, never expires, has {' and '.join(SCOPES)}")


def _describe_expiry(expires_at: int) -> Check | None:
    if expires_at == 0:
        return None
    days = (expires_at - datetime.now(UTC).timestamp()) / 86_400
    if days <= 0:
        return fail("token", "has expired", _MAKE_A_TOKEN)
    soon = f"expires in {days:.0f} days" if days >= 2 else f"expires in {days * 24:.0f} hours"
    return (fail if days < _TOO_SOON_DAYS else warn)("token", soon, _MAKE_A_TOKEN)


async def _examine_app(
    graph: GraphApi, token: Token, app_secret: str | None, callback_url: str | None
) -> tuple[Subscription | None, list[Check]]:
    if app_secret is None:
        return None, [skip("app", "callback and fields were not read", "Set WA_APP_SECRET.")]
    try:
        subscription = await graph.read_subscription(token.app_id, app_secret)
    except GraphRefusedError as error:
        if not is_about_the_secret(error):
            return None, [_refused("app", error)]
        return None, [_not_of_app("app", token.app_id)]
    if subscription is None or not subscription.callback_url:
        return None, [fail("app", f"app {token.app_id} has no callback", _SUBSCRIBE)]
    return subscription, list(_check_subscription(subscription, callback_url))


def _check_subscription(subscription: Subscription, callback_url: str | None) -> Iterator[Check]:
    if not subscription.active:
        yield fail("callback", "the subscription is not active", _SUBSCRIBE)
    if callback_url is not None and subscription.callback_url != callback_url:
        yield fail(
            "callback",
            f"webhooks go to {subscription.callback_url}",
            f"wa-webhook meta subscribe --url {callback_url}",
        )
    else:
        yield ok("callback", f"webhooks go to {subscription.callback_url}")
    had = subscription.field_names
    if missing := sorted(NEEDED_FIELDS - had):
        yield fail("fields", f"not subscribed to {', '.join(missing)}", "wa-webhook meta subscribe")
    else:
        yield ok("fields", f"subscribed to all {len(NEEDED_FIELDS)} that are needed")
    for field in sorted(FIELDS_OF_SOME.keys() - had):
        yield skip(
            "fields",
            f"{field} is not subscribed to",
            f"Only {FIELDS_OF_SOME[field]}: wa-webhook meta subscribe --field {field}",
        )


async def _examine_apps_of(
    graph: GraphApi, waba_id: str, app_id: str, expected: str | None
) -> list[Check]:
    try:
        apps = await graph.list_subscribed_apps(waba_id)
    except GraphRefusedError as error:
        return [_refused("account", error, waba_id)]
    ours = next((one for one in apps if one.app.id == app_id), None)
    if ours is None:
        return [
            fail(
                "account",
                f"{waba_id} sends its webhooks to {len(apps)} apps, and not to app {app_id}",
                "wa-webhook meta subscribe",
            )
        ]
    elsewhere = ours.override_callback_uri
    if elsewhere and expected and elsewhere != expected:
        return [
            fail(
                "account",
                f"{waba_id} has a callback of its own, {elsewhere}",
                f"POST /{waba_id}/subscribed_apps without override_callback_uri takes it away.",
            )
        ]
    return [ok("account", f"{waba_id} sends its webhooks to the app")]


async def _examine_numbers(graph: GraphApi, ours: Ours, expected: str | None) -> list[Check]:
    if not ours.phone_number_ids:
        return [skip("number", "none is known", "Enter them: wa-webhook numbers read")]
    checks: list[Check] = []
    for phone_number_id in ours.phone_number_ids:
        try:
            number = await graph.read_number(phone_number_id)
        except GraphRefusedError as error:
            checks.append(_refused("number", error, phone_number_id))
        else:
            checks += check_number(number, expected)
    for waba_id in ours.waba_ids if ours.templates is not None else ():
        try:
            listed = {number.id for number in await graph.list_numbers(waba_id)}
        except GraphRefusedError as error:
            checks.append(_refused("number", error, waba_id))
            continue
        checks += [
            warn("number", f"{one} of account {waba_id} is not ours", "wa-webhook numbers read")
            for one in sorted(listed - set(ours.phone_number_ids))
        ]
    return checks


async def _examine_templates(graph: GraphApi, ours: Ours) -> list[Check]:
    at_meta = {}
    checks = []
    for waba_id in ours.waba_ids:
        try:
            at_meta[waba_id] = await graph.list_templates(waba_id)
        except GraphRefusedError as error:
            checks.append(_refused("templates", error, waba_id))
    return [*checks, *check_templates(at_meta, ours.templates)]
