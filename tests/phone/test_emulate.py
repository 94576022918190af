"""Meta's side for an application that is not ours: one that repeats what it is told."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from handler.process.listening import bind
from tests.docs.code_blocks import find_code_blocks
from wa_webhook.dev.emulation import Application, Emulator, emulating, verify
from wa_webhook.dev.server import LocalServer

if TYPE_CHECKING:
    from starlette.requests import Request

HOST = "127.0.0.1"
SECRET, TOKEN, NUMBER_ID = "secret", "token", "1060"


class Parrot:
    """An application of somebody else's."""

    def __init__(self) -> None:
        self.graph_url = ""
        self.answers = asyncio.Queue[int]()
        self.taken: list[list[str]] = []
        self.fields: list[str] = []
        self.accounts: set[str] = set()
        self.told = asyncio.Event()
        webhook = [
            Route("/webhook", self._verify, methods=["GET"]),
            Route("/webhook", self._take, methods=["POST"]),
        ]
        self.app = Starlette(routes=webhook)

    async def _verify(self, request: Request) -> Response:
        if request.query_params["hub.verify_token"] != SECRET:
            return Response(status_code=403)
        return PlainTextResponse(request.query_params["hub.challenge"])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if request.headers["X-Hub-Signature-256"] != f"sha256={digest}":
            return Response(status_code=401)
        entry = (await request.json())["entry"][0]
        changes = entry["changes"]
        self.accounts.add(entry["id"])
        self.fields += [change["field"] for change in changes if change["field"] != "messages"]
        if len(self.fields) == 3:
            self.told.set()
        messages = [one for change in changes for one in change["value"].get("messages", ())]
        self.taken.append([message["text"]["body"] for message in messages])
        for message in messages:
            await self.write(message["from"], f"You said: {message['text']['body']}")
        return JSONResponse({})

    async def write(self, number: str, text: str) -> None:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as graph:
            answer = await graph.post(
                f"{self.graph_url}/v26.0/{NUMBER_ID}/messages",
                json={
                    "messaging_product": "whatsapp",
                    "to": number,
                    "type": "text",
                    "text": {"body": text},
                },
            )
        self.answers.put_nowait(answer.status_code)


async def conversation(emulator: Emulator, http: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return Ana's, when all is posted."""
    await emulator.graph.statuses.wait_until_all_are_posted()
    messages: list[dict[str, Any]] = (await http.get("/people/1/messages")).json()
    return messages


async def test_an_application_under_test_is_written_to_and_answers() -> None:
    parrot = Parrot()
    async with LocalServer(parrot.app, bind(HOST, 0, "application")) as server:
        application = Application(f"{server.url}/webhook", SECRET, TOKEN, NUMBER_ID, SECRET)
        assert await verify(application) is None
        listeners = bind(HOST, 0, "Graph API"), bind(HOST, 0, "phone")
        async with (
            emulating(application, *listeners) as emulator,
            httpx.AsyncClient(base_url=emulator.phone_url) as http,
        ):
            parrot.graph_url = emulator.graph_url
            (await http.post("/people/1/messages", json={"text": "hello"})).raise_for_status()
            assert await parrot.answers.get() == 200
            said, answered = await conversation(emulator, http)
            await http.post("/people/1/window", json={"is_closed": True})
            await parrot.write("34600111222", "News")
            assert await parrot.answers.get() == 400
            late = (await conversation(emulator, http))[-1]
            await http.post("/trouble/once", json={"how": "error", "code": 130429})
            await http.post("/people/1/messages", json={"text": "again"})
            assert await parrot.answers.get() == 400
            refused = (await conversation(emulator, http))[-1]
    assert (said["text"], answered["text"]) == ("hello", "You said: hello")
    assert answered["status"] == "delivered"
    assert (refused["status"], refused["error"]) == (
        "failed",
        "Meta refused it: 130429 Rate limit hit",
    )
    assert late["text"] == "News"
    assert late["error"].startswith("Meta refused it: 131047 More than 24 hours")


@pytest.mark.parametrize(
    ("order", "webhooks"),
    [
        ("in_order", [["one"], ["two"]]),
        ("reversed", [["two"], ["one"]]),
        ("one_batch", [["one", "two"]]),
    ],
)
async def test_what_is_held_comes_as_it_is_asked_for(order: str, webhooks: list[list[str]]) -> None:
    parrot = Parrot()
    async with LocalServer(parrot.app, bind(HOST, 0, "application")) as server:
        application = Application(f"{server.url}/webhook", SECRET, TOKEN, NUMBER_ID)
        listeners = bind(HOST, 0, "Graph API"), bind(HOST, 0, "phone")
        async with (
            emulating(application, *listeners) as emulator,
            httpx.AsyncClient(base_url=emulator.phone_url) as http,
        ):
            parrot.graph_url = emulator.graph_url
            await http.post("/trouble", json={"holds": True})
            for text in ("one", "two"):
                await http.post("/people/1/messages", json={"text": text})
            assert parrot.taken == []
            (await http.post("/trouble/release", json={"order": order})).raise_for_status()
            for _ in ("one", "two"):
                await parrot.answers.get()
    assert [bodies for bodies in parrot.taken if bodies] == webhooks


async def test_a_template_is_sent_while_meta_has_it_approved() -> None:
    parrot = Parrot()
    asked = {"name": "news", "language": "en", "category": "MARKETING"}
    template = {"name": "news", "language": {"code": "en"}}
    message = {"messaging_product": "whatsapp", "to": "34600111222", "type": "template"}
    answers: list[tuple[int, int | None]] = []
    async with LocalServer(parrot.app, bind(HOST, 0, "application")) as server:
        application = Application(f"{server.url}/webhook", SECRET, TOKEN, NUMBER_ID)
        listeners = bind(HOST, 0, "Graph API"), bind(HOST, 0, "phone")
        async with (
            emulating(application, *listeners) as emulator,
            httpx.AsyncClient(base_url=emulator.phone_url) as http,
            httpx.AsyncClient(
                base_url=f"{emulator.graph_url}/v26.0", headers={"Authorization": f"Bearer {TOKEN}"}
            ) as graph,
        ):

            async def send() -> None:
                sent = message | {"template": template}
                answer = await graph.post(f"/{NUMBER_ID}/messages", json=sent)
                answers.append((answer.status_code, answer.json().get("error", {}).get("code")))

            await send()
            refused = await graph.post("/1/message_templates", json=asked)
            body = [{"type": "BODY", "text": "News!"}]
            pending = await graph.post("/1/message_templates", json=asked | {"components": body})
            again = await graph.post("/1/message_templates", json=asked | {"components": body})
            await send()
            for verdict in ("APPROVED", "PAUSED", "DISABLED"):
                review = {"name": "news", "language": "en", "verdict": verdict}
                (await http.post("/templates", json=review)).raise_for_status()
                await send()
            listed = (await http.get("/templates")).json()
            await parrot.told.wait()
    assert (refused.status_code, again.status_code) == (400, 400)
    assert pending.json()["status"] == "PENDING"
    assert answers == [(200, None), (404, 132001), (200, None), (400, 132015), (400, 132016)]
    assert [one["status"] for one in listed] == ["DISABLED"]
    assert parrot.fields == ["message_template_status_update"] * 3


async def test_the_account_that_webhooks_come_from_can_be_asked_for_its_number() -> None:
    parrot = Parrot()
    async with LocalServer(parrot.app, bind(HOST, 0, "application")) as server:
        application = Application(f"{server.url}/webhook", SECRET, TOKEN, NUMBER_ID)
        listeners = bind(HOST, 0, "Graph API"), bind(HOST, 0, "phone")
        async with (
            emulating(application, *listeners) as emulator,
            httpx.AsyncClient(base_url=emulator.phone_url) as http,
            httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as graph,
        ):
            parrot.graph_url = emulator.graph_url
            await http.post("/people/1/messages", json={"text": "hello"})
            await parrot.answers.get()
            (account,) = parrot.accounts
            listed = await graph.get(f"{emulator.graph_url}/v26.0/{account}/phone_numbers")
    assert [one["id"] for one in listed.json()["data"]] == [NUMBER_ID]


async def test_a_webhook_that_meta_would_not_take_is_told() -> None:
    async with LocalServer(Parrot().app, bind(HOST, 0, "application")) as server:
        url = f"{server.url}/webhook"
        wrong = Application(url, SECRET, TOKEN, NUMBER_ID, "wrong")
        assert await verify(wrong) == "answered 403 instead of 200 with the challenge"
    assert str(await verify(wrong)).startswith("no answer: ")


async def test_an_application_that_is_not_up_yet_is_asked_again() -> None:
    told = asyncio.Queue[str]()
    with bind(HOST, 0, "application") as listener:
        port = listener.getsockname()[1]
    url = f"http://{HOST}:{port}/webhook"
    application = Application(url, SECRET, TOKEN, NUMBER_ID, SECRET)
    verifying = asyncio.create_task(verify(application, told.put_nowait, patience_seconds=60))
    assert "nobody answers there yet: asked again for 60 s" in await told.get()
    async with LocalServer(Parrot().app, bind(HOST, port, "application")):
        assert await verifying is None


def test_the_command_of_the_page_is_one() -> None:
    from typer.testing import CliRunner

    from wa_webhook.cli import app

    (block,) = find_code_blocks("docs/build/phone.md", "sh")
    with bind(HOST, 0, "test") as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        words = block.code.split()[1:]
        said = CliRunner().invoke(app, [*words, "--graph-port", "0", "--phone-port", port])
    assert said.exit_code == 1
    assert f"port {port} of 127.0.0.1, for the phone, is taken" in str(said.exception)
