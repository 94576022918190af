"""The stand-in's side of app, account, numbers and templates: what `wa-webhook meta` asks for."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wa_webhook.meta_stand_in.errors import GraphError
from wa_webhook.meta_stand_in.templates import Templates
from wa_webhook.meta_stand_in.webhooks import GRAPH_VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    Refuse = Callable[[Request, str], Awaitable[Response | None]]

APP_ID = "670843887433847"
_PERMITS = "whatsapp_business_management"
_OBJECT = "whatsapp_business_account"
_FIELDS_OF_META = frozenset(
    {
        *("account_alerts", "account_review_update", "account_update"),
        *("business_capability_update", "calls", "flows", "messages"),
        *("message_template_quality_update", "message_template_status_update"),
        *("phone_number_name_update", "phone_number_quality_update", "security"),
        *("template_category_update", "user_preferences"),
    }
)
"""Those that this app may subscribe to."""


@dataclass
class Management:
    """What Meta holds, changed at will: `subscription` None is an app without a callback.

    `subscribed` has the callback of its own, or an empty one, of each account that sends to the
    app. `numbers` adds fields to a number, by id, and `pins` has their PINs; `templates` are those
    of every account. Times are Unix seconds, and 0 is never.
    """

    token: str
    app_secret: str
    app_id: str = APP_ID
    scopes: list[str] = field(default_factory=lambda: [_PERMITS, "whatsapp_business_messaging"])
    expires_at: int = 0
    is_valid: bool = True
    subscription: dict[str, Any] | None = None
    subscribed: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    templates: Templates = field(default_factory=Templates)

    def routes(self, refuse: Refuse) -> list[Route]:
        """Return the routes; `refuse` answers a request that is to go wrong, by its path's name."""

        def at(path: str, answer: Callable[[Request], Awaitable[Response]], method: str) -> Route:
            async def endpoint(request: Request) -> Response:
                refusal = await refuse(request, path.rsplit("/", 1)[-1])
                return await answer(request) if refusal is None else refusal

            return Route(path, endpoint, methods=[method])

        return [
            at("/{version}/debug_token", self._debug_token, "GET"),
            at("/{version}/{app_id}/subscriptions", self._subscriptions, "GET"),
            at("/{version}/{app_id}/subscriptions", self._subscribe_app, "POST"),
            at("/{version}/{waba_id}/subscribed_apps", self._subscribed_apps, "GET"),
            at("/{version}/{waba_id}/subscribed_apps", self._subscribe_account, "POST"),
            at("/{version}/{waba_id}/message_templates", self._templates, "GET"),
            at("/{version}/{waba_id}/message_templates", self._ask_for_template, "POST"),
            at("/{version}/{phone_number_id}/register", self._register, "POST"),
        ]

    def describe_number(self, phone_number_id: str) -> dict[str, Any]:
        """Return the phone number node: a healthy one, but for what `numbers` says."""
        return {
            "id": phone_number_id,
            "quality_rating": "GREEN",
            "status": "CONNECTED",
            "name_status": "APPROVED",
            "platform_type": "CLOUD_API",
        } | self.numbers.get(phone_number_id, {})

    async def _debug_token(self, request: Request) -> Response:
        self._check_bearer(request, self.token)
        if request.query_params.get("input_token") != self.token:
            raise GraphError(100, "The token could not be examined")
        data = {
            "app_id": self.app_id,
            "type": "SYSTEM_USER",
            "application": "Bot",
            "data_access_expires_at": 0,
            "expires_at": self.expires_at,
            "is_valid": self.is_valid,
            "scopes": self.scopes,
        }
        return JSONResponse({"data": data})

    async def _subscriptions(self, request: Request) -> Response:
        self._check_app(request)
        others = {"object": "page", "callback_url": "https://shop.example.com", "fields": []}
        ours = [] if self.subscription is None else [self.subscription]
        return JSONResponse({"data": [others, *ours]})

    async def _subscribe_app(self, request: Request) -> Response:
        self._check_app(request)
        form = dict(parse_qsl((await request.body()).decode()))
        fields = form.get("fields", "").split(",")
        if form.get("object") != _OBJECT or not set(fields) <= _FIELDS_OF_META:
            raise GraphError(100, "Param fields[0] must be one of the fields")
        callback_url = form.get("callback_url", "")
        await _demand_challenge(callback_url, form.get("verify_token", ""))
        self.subscription = {
            "object": _OBJECT,
            "callback_url": callback_url,
            "active": True,
            "fields": [{"name": name, "version": GRAPH_VERSION} for name in fields],
        }
        return JSONResponse({"success": True})

    async def _subscribed_apps(self, request: Request) -> Response:
        self._check_permitted(request)
        callback = self.subscribed.get(request.path_params["waba_id"])
        if callback is None:
            return JSONResponse({"data": []})
        app: dict[str, Any] = {"whatsapp_business_api_data": {"id": self.app_id, "name": "Bot"}}
        return JSONResponse({"data": [app | {"override_callback_uri": callback}]})

    async def _subscribe_account(self, request: Request) -> Response:
        self._check_permitted(request)
        self.subscribed.setdefault(request.path_params["waba_id"], "")
        return JSONResponse({"success": True})

    async def _register(self, request: Request) -> Response:
        self._check_permitted(request)
        form = dict(parse_qsl((await request.body()).decode()))
        pin = form.get("pin", "")
        if form.get("messaging_product") != "whatsapp" or not re.fullmatch("[0-9]{6}", pin):
            raise GraphError(100)
        number_id = request.path_params["phone_number_id"]
        if self.pins.setdefault(number_id, pin) != pin:
            raise GraphError(133005)
        registered = {"status": "CONNECTED", "platform_type": "CLOUD_API"}
        self.numbers[number_id] = self.numbers.get(number_id, {}) | registered
        return JSONResponse({"success": True})

    async def _templates(self, request: Request) -> Response:
        self._check_permitted(request)
        return JSONResponse({"data": self.templates.held})

    async def _ask_for_template(self, request: Request) -> Response:
        self._check_permitted(request)
        try:
            asked = await request.json()
        except ValueError:
            raise GraphError(100, "the body is no JSON") from None
        if not isinstance(asked, dict):
            raise GraphError(100, "the body is no object")
        return JSONResponse(self.templates.ask_for(asked))

    def _check_app(self, request: Request) -> None:
        if request.path_params["app_id"] != self.app_id:
            raise GraphError(100, "no such app", subcode=33)
        self._check_bearer(request, f"{self.app_id}|{self.app_secret}")

    def _check_permitted(self, request: Request) -> None:
        self._check_bearer(request, self.token)
        if _PERMITS not in self.scopes:
            raise GraphError(200, http_status=403)

    def _check_bearer(self, request: Request, secret: str) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            raise GraphError(190)


async def _demand_challenge(callback_url: str, verify_token: str) -> None:
    challenge = secrets.token_hex(8)
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(callback_url, params=asked)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise GraphError(2200, "Callback verification failed") from None
    if answer.status_code != httpx.codes.OK or answer.text != challenge:
        raise GraphError(2200, "Callback verification failed")
