"""The desk as an application: what a page asks, answered as the role of whoever is signed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handler.process.logs import logger
from wa_webhook.console.failures import Failures
from wa_webhook.console.files import MOST_BYTES_OF_A_PICTURE, Files
from wa_webhook.console.people import Person, Role
from wa_webhook.console.shapes import Asked, Note, Reply, Taking, as_message, has_media
from wa_webhook.console.signing_in import SignIn
from wa_webhook.pages import page_app, read_json

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
_MOST_BYTES_OF_A_REPLY = MOST_BYTES_OF_A_PICTURE * 4 // 3 + MOST_BYTES
_MESSAGES = 60


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
        exception_handlers={psycopg.Error: Failures(metrics).answer},
    )


class _Routes:
    def __init__(
        self,
        database: Database,
        signing_in: SigningIn,
        feed: Feed,
        metrics: ConsoleMetrics,
        store: MediaStore | None,
    ) -> None:
        self._files = Files(database, store)
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
                response_to = await Failures(self._metrics).answer(request, error)
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
            "may_send_pictures": may_answer and self._files.can_keep,
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
        stored = await self._files.find(person, [one["id"] for one in said if has_media(one)])
        messages = [as_message(one, stored) for one in said]
        return {**opened, "messages": messages, "has_more": len(said) == _MESSAGES}

    async def _media(self, request: Request) -> Response:
        person = await self._signing_in.find(request)
        return await self._files.answer(person, request.path_params["message_id"])

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
            kept = await self._files.keep(person, who, asked.picture, asked.number)
            queued = await self._database.value(
                person.role, "wa_desk_picture_send", caption=asked.text, **kept, **how
            )
        return {"id": queued}

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
