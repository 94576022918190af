"""The desk as an application: what a page asks, answered as the role of whoever is signed in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handler.process.blame import Blame, find_blame_of
from handler.process.logs import logger
from wa_webhook.console.people import Person, Role
from wa_webhook.console.shapes import Asked, Note, Reply, Taking, as_message, has_media
from wa_webhook.console.signing_in import SignIn
from wa_webhook.media.content import find_mime_type
from wa_webhook.media.store import StoreError
from wa_webhook.pages import file_response, page_app, read_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.applications import Starlette
    from starlette.requests import Request

    from wa_webhook.console.database import Database
    from wa_webhook.console.metrics import ConsoleMetrics
    from wa_webhook.console.signing_in import SigningIn
    from wa_webhook.media.store import MediaStore
    from wa_webhook.pages import Feed

    Answer = Callable[[Request, Person], Awaitable[Any]]

STATIC = Path(__file__).parent / "static"
MOST_BYTES = 256 * 1024
_PICTURES = ("image/jpeg", "image/png")
_MOST_BYTES_OF_A_PICTURE = 5 * 1024 * 1024
"""As Meta takes them."""
_MOST_BYTES_OF_A_REPLY = _MOST_BYTES_OF_A_PICTURE * 4 // 3 + MOST_BYTES
_MESSAGES = 60
_STATUS_OF = {"WA043": 404, "WA070": 409, "WA071": 409, "42501": 403}


def console_app(
    database: Database,
    signing_in: SigningIn,
    feed: Feed,
    metrics: ConsoleMetrics,
    hosts: Sequence[str],
    store: MediaStore | None = None,
) -> Starlette:
    """Return the application; close `feed` before the server that has it.

    JSON below /api: sign-in (SignIn), sign-out, me, conversations (?search=), of one person
    conversations/USER_ID (?number=, ?before=) and below it take (Taking), reply (Reply), hand-back,
    notes (Note); notes/ID/delete; of operators status, actions. /api/media/ID: the file of
    a message, out of `store`. /api/feed is told when to look.
    Errors are {"error", "code"}: 401 nobody is signed in, 403 the role may not, 404 nobody goes by
    this, 409 another has the conversation, 413 a body or picture that is too large, 422 it would
    not be delivered, 503 no database or no store.
    """
    return page_app(
        STATIC,
        _Routes(database, signing_in, feed, metrics, store).routes(),
        hosts=hosts,
        most_bytes=MOST_BYTES,
        exception_handlers={psycopg.Error: _Failures(metrics).answer},
    )


class _Failures:
    def __init__(self, metrics: ConsoleMetrics) -> None:
        self._metrics = metrics

    async def answer(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, psycopg.Error)  # noqa: S101
        code, said = error.sqlstate, error.diag.message_primary
        if code is not None and code.startswith("WA"):
            return _refusal(_STATUS_OF.get(code, 422), said, code)
        if code in _STATUS_OF:
            return _refusal(403, "your role may not do this", code)
        if code is not None and code.startswith("22"):
            return _refusal(400, said, code)
        self._metrics.count_database_error(error)
        logger.error("CONSOLE_CALL_FAILED", sqlstate=code, detail=said or type(error).__name__)
        is_busy = find_blame_of(error) is Blame.CONTENTION
        return _refusal(503, "try again" if is_busy else "the database does not answer", code)


class _Routes:
    def __init__(
        self,
        database: Database,
        signing_in: SigningIn,
        feed: Feed,
        metrics: ConsoleMetrics,
        store: MediaStore | None,
    ) -> None:
        self._store = store
        self._database = database
        self._signing_in = signing_in
        self._feed = feed
        self._metrics = metrics

    def routes(self) -> list[Route]:
        person = "/api/conversations/{user_id:uuid}"
        return [
            Route("/api/sign-in", self._sign_in, methods=["POST"]),
            Route("/api/sign-out", self._sign_out, methods=["POST"]),
            Route("/api/me", self._reading(self._me)),
            Route("/api/feed", self._follow),
            Route("/api/conversations", self._reading(self._list)),
            Route(person, self._reading(self._open)),
            Route(f"{person}/take", self._changing("take", self._take), methods=["POST"]),
            Route(
                f"{person}/reply",
                self._changing("reply", self._reply),
                methods=["POST"],
                middleware=[
                    Middleware(RequestBodyLimitMiddleware, max_body_size=_MOST_BYTES_OF_A_REPLY)
                ],
            ),
            Route(
                f"{person}/hand-back",
                self._changing("hand_back", self._hand_back),
                methods=["POST"],
            ),
            Route(f"{person}/notes", self._changing("note", self._note), methods=["POST"]),
            Route(
                "/api/notes/{id:int}/delete",
                self._changing("note_delete", self._delete_note),
                methods=["POST"],
            ),
            Route("/api/media/{message_id:path}", self._media),
            Route("/api/status", self._reading(self._status)),
            Route("/api/actions", self._reading(self._actions)),
        ]

    def _reading(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(await answer(request, await self._signing_in.find(request)))

        return endpoint

    def _changing(self, action: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            person = await self._signing_in.find(request)
            status = 500
            try:
                response = JSONResponse(await answer(request, person))
                status = response.status_code
            except HTTPException as error:
                status = error.status_code
                raise
            except psycopg.Error as error:
                response_to = await _Failures(self._metrics).answer(request, error)
                status = response_to.status_code
                return response_to
            finally:
                self._metrics.count_action(action, status)
            return response

        return endpoint

    async def _sign_in(self, request: Request) -> Response:
        found = await self._signing_in.check(await read_json(request, SignIn), request)
        person = found.person
        # Nobody is let in whose coming cannot be recorded.
        await self._database.value(person.role, "wa_desk_session", agent=person.name)
        response = JSONResponse(await self._me(request, person))
        self._signing_in.begin(found, request, response)
        logger.info("CONSOLE_SIGNED_IN", agent=person.name, role=person.role)
        return response

    async def _sign_out(self, request: Request) -> Response:
        response = JSONResponse({})
        session = self._signing_in.end(request, response)
        if session is not None:
            person = session.person
            logger.info("CONSOLE_SIGNED_OUT", agent=person.name, role=person.role)
            await self._database.value(
                person.role, "wa_desk_session", agent=person.name, is_over=True
            )
        return response

    async def _me(self, _: Request, person: Person) -> dict[str, Any]:
        may_answer = person.role is not Role.READER
        return {
            "name": person.name,
            "role": person.role,
            "may_answer": may_answer,
            "may_send_pictures": may_answer and self._store is not None,
            "may_operate": person.role is Role.OPERATOR,
        }

    async def _follow(self, request: Request) -> Response:
        await self._signing_in.find(request)

        # The feed says when to look and never at what, so that it needs no right of its own.
        async def nothing() -> None:
            return None

        return self._feed.response(nothing)

    async def _list(self, request: Request, person: Person) -> dict[str, Any]:
        search = request.query_params.get("search")
        found = await self._database.rows(person.role, "wa_desk_conversations", search=search)
        return {"conversations": found}

    async def _open(self, request: Request, person: Person) -> dict[str, Any]:
        who = str(request.path_params["user_id"])
        number = request.query_params.get("number") or None
        opened = await self._database.value(
            person.role, "wa_desk_open", who=who, agent=person.name, phone_number_id=number
        )
        said = await self._database.rows(
            person.role,
            "wa_conversation",
            who=who,
            max_messages=_MESSAGES,
            before=request.query_params.get("before") or "infinity",
            phone_number_id=opened["phone_number_id"],
            with_payload=True,
        )
        stored = await self._stored(person, [one["id"] for one in said if has_media(one)])
        messages = [as_message(one, stored) for one in said]
        return {**opened, "messages": messages, "has_more": len(said) == _MESSAGES}

    async def _stored(self, person: Person, ids: list[str]) -> dict[str, dict[str, Any]]:
        """Return what the store has of these messages, by their ids."""
        if self._store is None or not ids:
            return {}
        found = await self._database.rows(person.role, "wa_desk_media", message_ids=ids)
        return {one["message_id"]: one for one in found}

    async def _media(self, request: Request) -> Response:
        person = await self._signing_in.find(request)
        message_id = request.path_params["message_id"]
        found = (await self._stored(person, [message_id])).get(message_id)
        if found is None or self._store is None:
            raise HTTPException(404, "there is no such file")
        try:
            content = await self._store.get(found["key"])
        except StoreError as error:
            logger.error("CONSOLE_MEDIA_FAILED", error=type(error).__name__)
            raise HTTPException(503, "the media store does not give it") from None
        return file_response(content, found["mime_type"], found["filename"])

    async def _take(self, request: Request, person: Person) -> dict[str, Any]:
        asked = await read_json(request, Taking)
        taken: dict[str, Any] = await self._database.value(
            person.role,
            "wa_handover",
            who=str(request.path_params["user_id"]),
            agent=person.name,
            phone_number_id=asked.number,
            take_over=asked.from_colleague,
        )
        return taken

    async def _reply(self, request: Request, person: Person) -> dict[str, Any]:
        asked = await read_json(request, Reply)
        who = str(request.path_params["user_id"])
        how = {
            "agent": person.name,
            "phone_number_id": asked.number,
            "dedupe_key": f"console/{asked.key}",
        }
        if asked.picture is None:
            queued = await self._database.value(
                person.role, "wa_reply", who=who, payload=asked.payload(), **how
            )
        else:
            kept = await self._keep(person, who, asked.picture, asked.number)
            queued = await self._database.value(
                person.role, "wa_desk_picture_send", caption=asked.text, **kept, **how
            )
        return {"id": queued}

    async def _keep(
        self, person: Person, who: str, picture: bytes, number: str | None
    ) -> dict[str, Any]:
        """Have the store keep a picture, and return what it is kept as. Raises HTTPException."""
        if self._store is None:
            raise HTTPException(422, "this desk has no media store to keep a picture in")
        if len(picture) > _MOST_BYTES_OF_A_PICTURE:
            raise HTTPException(413, "the picture has more than 5 MB, and Meta takes none of these")
        mime_type = find_mime_type(picture, None)
        if mime_type not in _PICTURES:
            raise HTTPException(422, f"Meta takes JPEG and PNG, and this file is {mime_type}")
        # Its row comes before the bytes, so that none are left behind.
        place = await self._database.value(
            person.role,
            "wa_desk_picture",
            who=who,
            sha256=hashlib.sha256(picture).hexdigest(),
            phone_number_id=number,
        )
        try:
            if await self._store.size(place["key"]) is None:
                await self._store.put(place["key"], picture, mime_type)
        except StoreError as error:
            logger.error("CONSOLE_MEDIA_FAILED", error=type(error).__name__)
            raise HTTPException(503, "the media store does not take it: try again") from None
        return {"media": place["media"], "size_bytes": len(picture), "mime_type": mime_type}

    async def _hand_back(self, request: Request, person: Person) -> dict[str, Any]:
        asked = await read_json(request, Asked)
        given: dict[str, Any] = await self._database.value(
            person.role,
            "wa_hand_back",
            who=str(request.path_params["user_id"]),
            agent=person.name,
            phone_number_id=asked.number,
        )
        return given

    async def _note(self, request: Request, person: Person) -> dict[str, Any]:
        asked = await read_json(request, Note)
        noted = await self._database.value(
            person.role,
            "wa_desk_note",
            who=str(request.path_params["user_id"]),
            body=asked.body,
            agent=person.name,
        )
        return {"id": noted}

    async def _delete_note(self, request: Request, person: Person) -> dict[str, Any]:
        deleted = await self._database.value(
            person.role,
            "wa_desk_note_delete",
            id=request.path_params["id"],
            agent=person.name,
        )
        return {"deleted": deleted}

    async def _status(self, _: Request, person: Person) -> dict[str, Any]:
        status: dict[str, Any] = await self._database.value(person.role, "wa_status")
        return status

    async def _actions(self, request: Request, person: Person) -> dict[str, Any]:
        who = request.query_params.get("who") or None
        done = await self._database.rows(
            person.role,
            "wa_desk_actions",
            before=request.query_params.get("before") or "infinity",
            who=who,
        )
        return {"actions": done}


def _refusal(status: int, said: str | None, code: str | None) -> Response:
    return JSONResponse({"error": said or "this did not work", "code": code}, status)
