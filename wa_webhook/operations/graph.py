"""Asking the Graph API about app, account, numbers and templates, and nobody else.

Endpoints and shapes, by Meta's pages (developers.facebook.com), as read in November 2026:
- `debug_token`: WhatsApp "Permissions" (docs/whatsapp/permissions), which has a token examine
  itself, and "Manage accounts" of solution providers for `granular_scopes`.
- `<APP_ID>/subscriptions`: docs/graph-api/reference/app/subscriptions and "Subscriptions Edge". It
  takes an app access token, which is `<APP_ID>|<app secret>`.
- `<WABA_ID>/subscribed_apps`: "Manage webhooks" of solution providers, and "Webhook overrides".
- the phone number node and `<WABA_ID>/phone_numbers`: "WhatsApp Business Account Phone Number API".
- `<phone number id>/register`: reference of the edge Whats App Business Phone Number Register.
- `<WABA_ID>/message_templates`: reference of the node WhatsApp Business HSM.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError
from yarl import URL

from wa_webhook.http_session import open_session, read_at_most
from wa_webhook.operations.graph_shapes import (
    PhoneNumber,
    SubscribedApp,
    Subscription,
    Template,
    Token,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIMEOUT_SECONDS = 10.0
TOKEN_CODES = frozenset({0, 190})
PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})
NO_SUCH_OBJECT_CODES = frozenset({33, 100})
_APP_CODES = frozenset({1, 101}) | TOKEN_CODES
_CALLBACK_CODES = frozenset({2200, 2201})
_WRONG_PIN = 133005
_UNVERIFIED = 133006
_PAUSE_CODES = frozenset({133009, 133015, 133016})

_OBJECT = "whatsapp_business_account"
_PAGE = 100
_MOST_PAGES = 100
_MOST_BYTES = 8 * 2**20
_SUCCESS = range(200, 300)
_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,name_status,platform_type,"
    "webhook_configuration"
)


ShapeT = TypeVar("ShapeT", bound=BaseModel)


class GraphRefusedError(Exception):
    """Meta did not answer what was asked. The text says why and what to do, and holds no secret.

    `code` is Meta's, None where no Graph API answered.
    """

    def __init__(self, problem: str, mend: str, code: int | None = None) -> None:
        super().__init__(f"{problem}: {mend}")
        self.problem = problem
        self.mend = mend
        self.code = code


class GraphApi:
    """Asks with `token`, reaches `base_url` (host and version) and nothing else, turns pages.

    All methods raise GraphRefusedError. Must be made in a running loop.
    """

    def __init__(self, base_url: str, token: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._base_url = URL(base_url)
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._http = open_session(base_url, headers={})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def read_token(self) -> Token:
        """Return what our own token may do."""
        answer = await self._ask("GET", ("debug_token",), {"input_token": self._token})
        return _shaped(Token, answer.get("data"))

    async def read_subscription(self, app_id: str, app_secret: str) -> Subscription | None:
        """Return how an app is subscribed to WhatsApp's webhooks."""
        listed = await self._list(
            Subscription, (app_id, "subscriptions"), {}, f"{app_id}|{app_secret}"
        )
        return next((one for one in listed if one.object == _OBJECT), None)

    async def subscribe_app(
        self,
        app_id: str,
        app_secret: str,
        *,
        callback_url: str,
        verify_token: str,
        fields: Sequence[str],
    ) -> None:
        """Set callback and fields of an app. Meta asks the callback for the challenge first."""
        form = {
            "object": _OBJECT,
            "callback_url": callback_url,
            "verify_token": verify_token,
            "fields": ",".join(fields),
            "include_values": "true",
        }
        await self._ask("POST", (app_id, "subscriptions"), form, f"{app_id}|{app_secret}")

    async def list_subscribed_apps(self, waba_id: str) -> list[SubscribedApp]:
        """Return the apps that get an account's webhooks."""
        return await self._list(SubscribedApp, (waba_id, "subscribed_apps"), {})

    async def subscribe_account(self, waba_id: str) -> None:
        """Let the token's app have an account's webhooks."""
        await self._ask("POST", (waba_id, "subscribed_apps"), {})

    async def read_number(self, phone_number_id: str) -> PhoneNumber:
        """Return what Meta says of a number."""
        answer = await self._ask("GET", (phone_number_id,), {"fields": _NUMBER_FIELDS})
        return _shaped(PhoneNumber, answer)

    async def register_number(self, phone_number_id: str, pin: str) -> None:
        """Let a verified number send. `pin`: six digits, which become its own if it has none."""
        asked = {"messaging_product": "whatsapp", "pin": pin}
        await self._ask("POST", (phone_number_id, "register"), asked)

    async def list_numbers(self, waba_id: str) -> list[PhoneNumber]:
        """Return the numbers of an account."""
        fields = {"fields": "id,display_phone_number"}
        return await self._list(PhoneNumber, (waba_id, "phone_numbers"), fields)

    async def list_templates(self, waba_id: str) -> list[Template]:
        """Return the templates of an account."""
        fields = {"fields": "name,language,status,rejected_reason"}
        return await self._list(Template, (waba_id, "message_templates"), fields)

    async def _list(
        self,
        shape: type[ShapeT],
        path: tuple[str, ...],
        parameters: Mapping[str, str],
        token: str | None = None,
    ) -> list[ShapeT]:
        asked = {**parameters, "limit": str(_PAGE)}
        found: list[ShapeT] = []
        for _ in range(_MOST_PAGES):
            answer = await self._ask("GET", path, asked, token)
            listed = answer.get("data")
            if not isinstance(listed, list):
                raise _unusable()
            found += [_shaped(shape, one) for one in listed]
            # `next` would be an address of Meta's choice: the token goes nowhere but to the base.
            after = _cursor_after(answer)
            if after is None:
                break
            asked["after"] = after
        return found

    async def _ask(
        self,
        method: str,
        path: tuple[str, ...],
        parameters: Mapping[str, str],
        token: str | None = None,
    ) -> dict[str, Any]:
        is_read = method == "GET"
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._http.request(
                    method,
                    self._base_url.joinpath(*path),
                    params=parameters if is_read else None,
                    data=None if is_read else parameters,
                    headers={"Authorization": f"Bearer {token or self._token}"},
                    allow_redirects=False,
                ) as response,
            ):
                body = await read_at_most(response, _MOST_BYTES)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            # The error's own text may hold the address, which has the token.
            raise GraphRefusedError(
                f"{self._base_url.host} does not answer ({type(error).__name__})",
                "check WHATSAPP_API_BASE_URL and that this machine reaches it",
            ) from None
        return _read_answer(response.status, body)


def _read_answer(status: int, body: bytes | None) -> dict[str, Any]:
    try:
        answer: Any = json.loads(body or b"")
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise GraphRefusedError(
            f"HTTP {status}, and no JSON",
            "WHATSAPP_API_BASE_URL holds host and version, such as"
            " https://graph.facebook.com/v26.0; if it does, try again later",
        )
    error = answer.get("error")
    if status in _SUCCESS and not isinstance(error, dict):
        return answer
    code = error.get("code") if isinstance(error, dict) else None
    code = code if type(code) is int else None
    # Meta's own words may repeat the token.
    raise GraphRefusedError(f"Meta refuses with HTTP {status}, code {code}", _mend(code), code)


def _mend(code: int | None) -> str:
    if code in TOKEN_CODES:
        return "WA_TOKEN has expired or is wrong; make one for the system user"
    if code in PERMISSION_CODES:
        return "give the system user whatsapp_business_management and the account"
    if code in _CALLBACK_CODES:
        return (
            "Meta asked the callback for the challenge and got none; see that wa-webhook serve"
            " answers there, with this WA_VERIFY_TOKEN: wa-webhook doctor --url does the same"
        )
    if code == _WRONG_PIN:
        return "it has another PIN; WhatsApp Manager, Phone numbers, Two-step verification sets one"
    if code == _UNVERIFIED:
        return "have WhatsApp Manager, Phone numbers send it a code first, and enter that"
    if code in _PAUSE_CODES:
        return "too many tries; minutes later it takes the next, after ten of them three days later"
    if code in NO_SUCH_OBJECT_CODES:
        return "there is no such id, or the token does not reach it, or Meta knows no such field"
    return "try again; if it stays, look the code up at Meta"


def is_about_the_secret(error: GraphRefusedError) -> bool:
    """Tell whether a question asked with the app's own token was refused for its secret."""
    return error.code in _APP_CODES


def _cursor_after(answer: dict[str, Any]) -> str | None:
    paging = answer.get("paging")
    paging = paging if isinstance(paging, dict) else {}
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if paging.get("next") and isinstance(after, str) else None


def _shaped(shape: type[ShapeT], answer: object) -> ShapeT:
    try:
        return shape.model_validate(answer)
    except ValidationError:
        raise _unusable() from None


def _unusable() -> GraphRefusedError:
    return GraphRefusedError(
        "Meta's answer has not the shape that it documents",
        "see that WHATSAPP_API_BASE_URL is the Graph API of a version up to v26.0",
    )
