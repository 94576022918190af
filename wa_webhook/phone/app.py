"""The phone as an application for a browser on the same machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wa_webhook.pages import file_response, page_app, read_json
from wa_webhook.phone.content import SaidError
from wa_webhook.phone.people import PersonError
from wa_webhook.phone.said import Asked, Invitation, Said
from wa_webhook.phone.trouble import Change, FailOnce, Pass, Release, Review

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

    from wa_webhook.pages import Feed
    from wa_webhook.phone.phone import Phone

STATIC = Path(__file__).parent / "static"


class Block(Asked):
    """Whether somebody has blocked the business."""

    is_blocked: bool


class Window(Asked):
    """Whether somebody is outside the 24-hour window."""

    is_closed: bool


def phone_app(phone: Phone, feed: Feed) -> Starlette:
    """Return the application; close `feed` before the server that has it.

    GET /events: a snapshot, and `message`, `removed`, `person`, `happened`, `trouble` as they
    change.
    POST, JSON: /people (Invitation), /people/KEY/messages (Said), /people/KEY/read,
    /people/KEY/window (Window), /people/KEY/block (Block), /people/KEY/number,
    /people/KEY/messages/ID/again, /trouble (Change), /trouble/once (FailOnce),
    /trouble/time (Pass), /trouble/release (Release), /templates (Review). GET /templates: all.
    GET /people/KEY/messages: all of them; with
    /ID: what came of it. GET /people/KEY/flow: where they are; /people/KEY/test: what was said as a
    test (`name`, `code`). GET /media/ID: a file.
    Errors are 400, and 404 for a person or message that is not there.
    """
    answers = {KeyError: _missing, PersonError: _refuse, SaidError: _refuse}
    return page_app(STATIC, _Routes(phone, feed).routes(), exception_handlers=answers)


class _Routes:
    def __init__(self, phone: Phone, feed: Feed) -> None:
        self._phone = phone
        self._feed = feed

    def routes(self) -> list[Route]:
        person = "/people/{key}"
        message = f"{person}/messages/{{message_id}}"
        return [
            Route("/events", self._events),
            Route("/media/{media_id}", self._media),
            Route("/people", self._invite, methods=["POST"]),
            Route(f"{person}/messages", self._list, methods=["GET"]),
            Route(f"{person}/messages", self._say, methods=["POST"]),
            Route(f"{person}/read", self._look, methods=["POST"]),
            Route(f"{person}/window", self._window, methods=["POST"]),
            Route(f"{person}/block", self._block, methods=["POST"]),
            Route(f"{person}/number", self._change_number, methods=["POST"]),
            Route(message, self._explain),
            Route(f"{person}/flow", self._flow),
            Route(f"{person}/test", self._record),
            Route(f"{message}/again", self._repeat, methods=["POST"]),
            Route("/templates", self._templates, methods=["GET"]),
            Route("/templates", self._review, methods=["POST"]),
            Route("/trouble", self._trouble, methods=["POST"]),
            Route("/trouble/once", self._fail_once, methods=["POST"]),
            Route("/trouble/time", self._pass_time, methods=["POST"]),
            Route("/trouble/release", self._release, methods=["POST"]),
        ]

    async def _events(self, _: Request) -> Response:
        return self._feed.response(self._phone.snapshot)

    async def _media(self, request: Request) -> Response:
        media = self._phone.graph.media.find(request.path_params["media_id"])
        if media is None:
            raise HTTPException(404, "there is no such file")
        return file_response(media.content, media.mime_type)

    async def _invite(self, request: Request) -> Response:
        return _done(key=self._phone.invite(await read_json(request, Invitation)))

    async def _list(self, request: Request) -> Response:
        return JSONResponse(self._phone.list_messages(request.path_params["key"]))

    async def _say(self, request: Request) -> Response:
        said = await read_json(request, Said)
        return _done(id=self._phone.say(request.path_params["key"], said))

    async def _look(self, request: Request) -> Response:
        self._phone.look(request.path_params["key"])
        return _done()

    async def _window(self, request: Request) -> Response:
        asked = await read_json(request, Window)
        self._phone.set_window(request.path_params["key"], is_closed=asked.is_closed)
        return _done()

    async def _block(self, request: Request) -> Response:
        asked = await read_json(request, Block)
        self._phone.block(request.path_params["key"], is_blocked=asked.is_blocked)
        return _done()

    async def _change_number(self, request: Request) -> Response:
        self._phone.change_number(request.path_params["key"])
        return _done()

    async def _pass_time(self, request: Request) -> Response:
        asked = await read_json(request, Pass)
        await self._phone.let_time_pass(asked.passed)
        return _done()

    async def _explain(self, request: Request) -> Response:
        return JSONResponse(await self._phone.deliveries.explain(**request.path_params))

    async def _release(self, request: Request) -> Response:
        asked = await read_json(request, Release)
        self._phone.deliveries.release(asked.order)
        return _done()

    async def _flow(self, request: Request) -> Response:
        return JSONResponse(await self._phone.find_flow(request.path_params["key"]))

    async def _record(self, request: Request) -> Response:
        return JSONResponse(self._phone.record_test(request.path_params["key"])._asdict())

    async def _repeat(self, request: Request) -> Response:
        self._phone.deliveries.repeat(**request.path_params)
        return _done()

    async def _templates(self, _: Request) -> Response:
        return JSONResponse(self._phone.graph.management.templates.held)

    async def _review(self, request: Request) -> Response:
        asked = await read_json(request, Review)
        review = self._phone.graph.management.templates.review
        self._phone.deliveries.tell(review(asked.name, asked.language, asked.verdict))
        return _done()

    async def _trouble(self, request: Request) -> Response:
        self._phone.trouble.change(await read_json(request, Change))
        self._feed.tell("trouble", self._phone.trouble.as_json())
        return _done()

    async def _fail_once(self, request: Request) -> Response:
        self._phone.trouble.fail_once(await read_json(request, FailOnce))
        return _done()


def _done(**told: Any) -> Response:  # noqa: ANN401
    return JSONResponse({"ok": True, **told})


async def _missing(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": f"there is no {error.args[0]}"}, 404)


async def _refuse(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)
