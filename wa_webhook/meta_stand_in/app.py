"""The stand-in as an ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from wa_webhook.meta_stand_in.behaviour import Behaviour, Behaviours
from wa_webhook.meta_stand_in.connections import reset_connection
from wa_webhook.meta_stand_in.errors import GraphError
from wa_webhook.meta_stand_in.management import Management
from wa_webhook.meta_stand_in.media import MediaShelf
from wa_webhook.meta_stand_in.record import Accepted, Record
from wa_webhook.meta_stand_in.statuses import StatusSender
from wa_webhook.meta_stand_in.upload import read_upload
from wa_webhook.meta_stand_in.validation import Recipient, check_message
from wa_webhook.meta_stand_in.webhooks import WebhookSender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

_MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
_PROXY_ERROR = "<html><body><h1>502 Bad Gateway</h1></body></html>"


class GraphStandIn:
    """Takes messages for `phone_number_ids` (any, when None) from whoever shows `token`.

    Every accepted message is in `record`, in order; `behave` makes the next ones go wrong. `media`
    has what was uploaded, and takes what people are to send.
    `wa_ids` maps a number, in digits, to the one under which Meta knows it. `accounts` has the
    numbers of each account, by id, as people dial them: those it can be asked for; `management` has
    what Meta holds of app, accounts and templates. Who is in `closed_windows`, by number or user
    id, takes templates only. Serve `app` with
    `wa_webhook.dev.server.LocalServer`: cutting connections takes its HTTP protocol.
    """

    def __init__(
        self,
        *,
        token: str,
        app_secret: str,
        webhook_url: str | None = None,
        phone_number_ids: set[str] | None = None,
        with_read: bool = False,
        user_ids: dict[str, str] | None = None,
        wa_ids: dict[str, str] | None = None,
        accounts: dict[str, dict[str, str]] | None = None,
        seed: int = 0,
    ) -> None:
        self.token = token
        self.record = Record()
        self.management = Management(token, app_secret)
        self.media = MediaShelf(self.record)
        self.behaviours = Behaviours(seed)
        self.statuses = StatusSender(
            WebhookSender(webhook_url, app_secret), with_read=with_read, user_ids=user_ids
        )
        self._phone_number_ids = phone_number_ids
        self.wa_ids = wa_ids or {}
        self._accounts = accounts or {}
        self.closed_windows: set[str] = set()
        self.app = Starlette(
            routes=[
                *self.management.routes(self._misbehave),
                Route("/_media/{link}", self._download, methods=["GET"]),
                Route("/{version}/{phone_number_id}", self._object, methods=["GET"]),
                Route("/{version}/{waba_id}/phone_numbers", self._phone_numbers, methods=["GET"]),
                Route("/{version}/{phone_number_id}/messages", self._messages, methods=["POST"]),
                Route("/{version}/{phone_number_id}/media", self._media, methods=["POST"]),
                Route("/_said", self._said, methods=["POST"]),
                Route("/_accepted", self._accepted, methods=["GET"]),
                Route("/_behave", self._behave, methods=["POST", "DELETE"]),
            ],
            exception_handlers={GraphError: _answer_error, ClientDisconnect: _answer_nobody},
            lifespan=self._lifespan,
        )

    def behave(self, rule: Behaviour) -> None:
        """Add a rule for the next requests."""
        self.behaviours.add(rule)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.statuses.close()

    async def _object(self, request: Request) -> Response:
        media = self.media.find(request.path_params["phone_number_id"])
        if media is None:
            return await self._phone_number(request)
        self._check_token(request)
        behaviour = self.behaviours.next_for("download", None)
        if (refusal := await self._refuse(request, behaviour)) is not None:
            return refusal
        link, described = self.media.describe(media)
        url = request.url.replace(path=f"/_media/{link}", query="")
        return JSONResponse(described | {"url": str(url)})

    async def _download(self, request: Request) -> Response:
        self._check_token(request)
        media = self.media.follow(request.path_params["link"])
        if media is None:
            return Response(status_code=404)
        behaviour = self.behaviours.next_for("download", None)
        if (refusal := await self._refuse(request, behaviour)) is not None:
            return refusal
        return Response(media.content, media_type=media.mime_type)

    async def _phone_number(self, request: Request) -> Response:
        self._check_access(request)
        behaviour = self.behaviours.next_for("phone_number", None)
        if (refusal := await self._refuse(request, behaviour)) is not None:
            return refusal
        number = self.management.describe_number(request.path_params["phone_number_id"])
        return JSONResponse(number)

    async def _phone_numbers(self, request: Request) -> Response:
        self._check_token(request)
        waba_id = request.path_params["waba_id"]
        if waba_id not in self._accounts:
            raise _no_such_object(waba_id)
        # A page a number, so that whoever asks has to turn them.
        numbers = sorted(self._accounts[waba_id].items())
        at = int(request.query_params.get("after", 0))
        listed = [
            {"id": number_id, "display_phone_number": display, "quality_rating": "GREEN"}
            for number_id, display in numbers[at : at + 1]
        ]
        paging: dict[str, Any] = {"cursors": {"before": str(at), "after": str(at + 1)}}
        if at + 1 < len(numbers):
            paging["next"] = str(request.url.include_query_params(after=at + 1))
        return JSONResponse({"data": listed, "paging": paging})

    async def _messages(self, request: Request) -> Response:
        self._check_access(request)
        body = await _json_object(request)
        if body.get("status") == "read":
            return self._mark_as_read(body)
        try:
            return await self._take_message(request, body)
        except GraphError as error:
            self.record.add_refusal(body, f"{error.code} {error.details or error.title}")
            raise

    async def _take_message(self, request: Request, body: dict[str, Any]) -> Response:
        recipient = check_message(body)
        if recipient.value in self.closed_windows and body.get("type") != "template":
            raise GraphError(131047, "More than 24 hours have passed since the user last wrote")
        behaviour = self.behaviours.next_for("messages", recipient.value)
        if (refusal := await self._refuse(request, behaviour)) is not None:
            return refusal
        self._check_media_exists(body)
        self.management.templates.check(body)
        accepted = self._accept(request.path_params["phone_number_id"], recipient, body)
        if behaviour.statuses == "before_response":
            await self.statuses.report_now(accepted, behaviour)
        else:
            self.statuses.follow(accepted, behaviour)
        await asyncio.sleep(behaviour.delay)
        if behaviour.answer == "accept_then_reset":
            await reset_connection(request)
        if behaviour.answer == "accept_then_html":
            return HTMLResponse(_PROXY_ERROR, status_code=502)
        return _answer_accepted(accepted, body)

    async def _media(self, request: Request) -> Response:
        self._check_access(request)
        upload = await request.body()
        behaviour = self.behaviours.next_for("media", None)
        if (refusal := await self._refuse(request, behaviour)) is not None:
            return refusal
        mime_type, content = read_upload(request.headers.get("content-type", ""), upload)
        media = self.media.keep(mime_type, content)
        await asyncio.sleep(behaviour.delay)
        if behaviour.answer == "accept_then_reset":
            await reset_connection(request)
        return JSONResponse({"id": media.media_id})

    async def _said(self, request: Request) -> Response:
        self.record.add_said(await request.body(), request.query_params.get("answer"))
        return JSONResponse({})

    async def _accepted(self, _: Request) -> Response:
        return JSONResponse(self.record.as_json())

    async def _behave(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.behaviours.clear()
            return JSONResponse({"success": True})
        try:
            self.behave(Behaviour.model_validate_json(await request.body()))
        except ValidationError as error:
            return Response(str(error), status_code=400)
        return JSONResponse({"success": True})

    async def _misbehave(self, request: Request, path: str) -> Response | None:
        self.record.requests += 1
        behaviour = self.behaviours.next_for(path, None)
        refusal = await self._refuse(request, behaviour)
        await asyncio.sleep(behaviour.delay)
        return refusal

    def _check_access(self, request: Request) -> None:
        self._check_token(request)
        phone_number_id = request.path_params["phone_number_id"]
        if self._phone_number_ids is not None and phone_number_id not in self._phone_number_ids:
            raise _no_such_object(phone_number_id)

    def _check_token(self, request: Request) -> None:
        self.record.requests += 1
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise GraphError(190)

    async def _refuse(self, request: Request, behaviour: Behaviour) -> Response | None:
        """Answer a request that nothing is accepted of, or None when it goes on."""
        if behaviour.answer not in ("error", "html", "refuse"):
            return None
        await asyncio.sleep(behaviour.delay)
        if behaviour.answer == "error":
            raise GraphError(
                behaviour.code,
                behaviour.details,
                http_status=behaviour.http_status,
                is_transient=behaviour.is_transient,
                retry_after=behaviour.retry_after,
            )
        if behaviour.answer == "refuse":
            await reset_connection(request)
        return HTMLResponse(_PROXY_ERROR, status_code=behaviour.http_status or 502)

    def _mark_as_read(self, body: dict[str, Any]) -> Response:
        message_id = body.get("message_id")
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if not isinstance(message_id, str) or not message_id.startswith("wamid."):
            raise GraphError(131009, "Param message_id is not a known message")
        self.record.add_read(message_id, is_typing="typing_indicator" in body)
        return JSONResponse({"success": True})

    def _check_media_exists(self, body: dict[str, Any]) -> None:
        content = body.get(body.get("type", "text"), {})
        media_id = content.get("id") if body.get("type") in _MEDIA_TYPES else None
        if media_id is not None and media_id not in self.record.media:
            raise GraphError(131009, f"Media id {media_id} does not exist")

    def _accept(self, phone_number_id: str, recipient: Recipient, body: dict[str, Any]) -> Accepted:
        accepted = Accepted(
            wa_message_id=f"wamid.{uuid4().hex.upper()}",
            phone_number_id=phone_number_id,
            recipient=self.wa_ids.get(recipient.value, recipient.value),
            is_user_id=recipient.is_user_id,
            request=body,
            is_dropped=recipient.is_dropped,
        )
        self.record.add(accepted)
        return accepted


def _no_such_object(graph_id: str) -> GraphError:
    return GraphError(100, f"Object with ID '{graph_id}' does not exist", subcode=33)


async def _json_object(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise GraphError(100, "The body is not a JSON object.")
    return body


def _answer_accepted(accepted: Accepted, body: dict[str, Any]) -> Response:
    contact = {"input": body.get("to") or body.get("recipient")}
    contact["user_id" if accepted.is_user_id else "wa_id"] = accepted.recipient
    message = {"id": accepted.wa_message_id}
    if body.get("type") == "template":
        message["message_status"] = "accepted"
    return JSONResponse(
        {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
    )


async def _answer_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=499)


async def _answer_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, GraphError)  # noqa: S101
    return error.response()
