"""The stand-in refuses, drops and reports as the real Graph API does."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from handler import signature
from handler.process.listening import PortRefusedError, bind
from tests.notifier.conftest import APP_SECRET, PHONE_ID, TOKEN, until
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import Behaviour, GraphStandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

Json = dict[str, Any]


class Graph:
    """A client of a running stand-in, whose status webhooks are taken down."""

    def __init__(self, stand_in: GraphStandIn, http: httpx.AsyncClient) -> None:
        self.stand_in = stand_in
        self.http = http
        self.webhooks: list[tuple[bytes, str | None]] = []

    async def send(self, body: Json, *, token: str = TOKEN) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.post(f"/v26.0/{PHONE_ID}/messages", json=body, headers=headers)

    def statuses(self) -> list[Json]:
        return [
            status
            for body, _ in self.webhooks
            for status in json.loads(body)["entry"][0]["changes"][0]["value"]["statuses"]
        ]


@asynccontextmanager
async def running_graph(**options: Any) -> AsyncIterator[Graph]:
    async def take(request: Request) -> Response:
        graph.webhooks.append((await request.body(), request.headers.get(signature.HEADER)))
        return Response(status_code=200)

    receiver = Starlette(routes=[Route("/webhook", take, methods=["POST"])])
    async with LocalServer(receiver, bind("127.0.0.1", 0, "webhook")) as webhook:
        stand_in = GraphStandIn(
            token=TOKEN,
            app_secret=APP_SECRET,
            webhook_url=f"{webhook.url}/webhook",
            phone_number_ids={PHONE_ID},
            **options,
        )
        async with (
            LocalServer(stand_in.app, bind("127.0.0.1", 0, "stand-in")) as server,
            httpx.AsyncClient(base_url=server.url) as http,
        ):
            graph = Graph(stand_in, http)
            yield graph


def message(message_type: str = "text", content: object = None, **fields: object) -> Json:
    return {
        "messaging_product": "whatsapp",
        "to": "+34600111222",
        "type": message_type,
        message_type: {"body": "hello"} if content is None else content,
    } | fields


def interactive(kind: str, action: Json, **fields: object) -> Json:
    content = {"type": kind, "body": {"text": "choose"}, "action": action}
    return message("interactive", content | fields)


def buttons(*titles: str) -> Json:
    replies = [{"type": "reply", "reply": {"id": title, "title": title}} for title in titles]
    return interactive("button", {"buttons": replies})


def rows(count: int) -> Json:
    section = {"rows": [{"id": str(number), "title": "row"} for number in range(count)]}
    return interactive("list", {"button": "Menu", "sections": [section]})


@pytest.mark.parametrize(
    "body",
    [
        message(),
        message(biz_opaque_callback_data="1"),
        message("location", {"latitude": 1, "longitude": 2}),
        buttons("One", "Two", "Three"),
        rows(10),
        interactive("location_request_message", {"name": "send_location"}),
        message("image", {"link": "https://example.org/a.png"}),
    ],
)
async def test_what_meta_takes_is_accepted(body: Json) -> None:
    async with running_graph() as graph:
        answer = await graph.send(body)
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["id"].startswith("wamid.")
    assert answer.json()["contacts"] == [{"input": "+34600111222", "wa_id": "34600111222"}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 100),
        (message("poem", {}), 100),
        (message(nonsense=1), 100),
        (message(recipient_type="business_scoped_user_id"), 100),
        (message("text", {}), 131008),
        (message("text", {"body": "x" * 4097}), 131009),
        (message(to="not a number"), 131009),
        (message(biz_opaque_callback_data="x" * 513), 131009),
        (message("image", {"id": "never uploaded"}), 131009),
        (buttons("One", "Two", "Three", "Four"), 131009),
        (buttons("Twice", "Twice"), 131009),
        (buttons("x" * 21), 131009),
        (rows(11), 131009),
    ],
)
async def test_what_meta_refuses_is_refused_with_its_code(body: Json, code: int) -> None:
    async with running_graph() as graph:
        answer = await graph.send(body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert graph.stand_in.record.accepted == []


async def test_a_wrong_token_is_refused_with_code_190() -> None:
    async with running_graph() as graph:
        answer = await graph.send(message(), token="expired")  # noqa: S106
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


async def test_a_user_id_goes_into_recipient_and_is_lost_in_to() -> None:
    async with running_graph() as graph:
        right = message(recipient="ES.99887766")
        del right["to"]
        answer = await graph.send(right)
        lost = await graph.send(message(to="ES.99887766"))
        await graph.stand_in.statuses.wait_until_all_are_posted()
    assert answer.json()["contacts"] == [{"input": "ES.99887766", "user_id": "ES.99887766"}]
    assert lost.status_code == 200
    ids = {status["id"] for status in graph.statuses()}
    assert ids == {answer.json()["messages"][0]["id"]}
    assert "recipient_id" not in graph.statuses()[0]
    assert graph.statuses()[0]["recipient_user_id"] == "ES.99887766"


async def test_statuses_are_signed_and_carry_the_callback_data() -> None:
    async with running_graph(with_read=True) as graph:
        await graph.send(message(biz_opaque_callback_data="42"))
        await graph.stand_in.statuses.wait_until_all_are_posted()
    for body, header in graph.webhooks:
        assert signature.is_signed_by_one_of([APP_SECRET.encode()], body, header)
    assert [(one["status"], one["biz_opaque_callback_data"]) for one in graph.statuses()] == [
        ("sent", "42"),
        ("delivered", "42"),
        ("read", "42"),
    ]


@pytest.mark.parametrize(
    ("statuses", "reported"),
    [
        ("none", []),
        ("duplicate", ["sent", "sent", "delivered", "delivered"]),
        ("reversed", ["delivered", "sent"]),
        ("failed", ["failed"]),
    ],
)
async def test_statuses_go_wrong_on_demand(statuses: str, reported: list[str]) -> None:
    async with running_graph() as graph:
        graph.stand_in.behave(Behaviour.model_validate({"statuses": statuses}))
        await graph.send(message())
        await graph.stand_in.statuses.wait_until_all_are_posted()
    assert [one["status"] for one in graph.statuses()] == reported


async def test_misbehaviour_and_record_are_also_reached_over_http() -> None:
    async with running_graph() as graph:
        rule = {"answer": "error", "code": 130429, "http_status": 429, "retry_after": 7}
        await graph.http.post("/_behave", json=rule)
        answer = await graph.send(message())
        await graph.send(message())
        record = (await graph.http.get("/_accepted")).json()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert [one["recipient"] for one in record["accepted"]] == ["34600111222"]


async def test_a_rule_for_one_recipient_fits_the_number_with_and_without_plus() -> None:
    async with running_graph() as graph:
        for recipient in ("+34600111222", "34600111222"):
            await graph.http.post("/_behave", json={"answer": "error", "recipient": recipient})
        sent = [await graph.send(message(to=to)) for to in ("+34600333444", *["+34600111222"] * 3)]
    assert [one.is_success for one in sent] == [True, False, False, True]


async def test_a_rule_that_nobody_knows_is_refused_with_what_is_wrong() -> None:
    async with running_graph() as graph:
        refused = await graph.http.post("/_behave", json={"answer": "error", "kode": 190})
    assert refused.status_code == 400
    assert "kode" in refused.text


async def test_marking_as_read_takes_only_a_known_kind_of_id() -> None:
    async with running_graph() as graph:
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN"}
        assert (await graph.send(read)).json() == {"success": True}
        wrong = await graph.send(read | {"message_id": "nonsense"})
    assert wrong.json()["error"]["code"] == 131009
    assert graph.stand_in.record.reads == ["wamid.IN"]


async def test_a_failed_delivery_of_a_status_is_repeated() -> None:
    async with running_graph() as graph:
        sender = graph.stand_in.statuses.webhooks
        url, sender.url = sender.url, "http://127.0.0.1:1/webhook"
        await graph.send(message())
        sender.url = url
        await until(lambda: len(graph.webhooks) == 2)


async def test_statuses_that_wait_together_share_a_body() -> None:
    async with running_graph() as graph:
        sender = graph.stand_in.statuses.webhooks
        url, sender.url = sender.url, "http://127.0.0.1:1/webhook"
        for number in range(10):
            await graph.send(message(biz_opaque_callback_data=str(number)))
        sender.url = url
        await graph.stand_in.statuses.wait_until_all_are_posted()
    assert len(graph.webhooks) < len(graph.statuses()) == 20


def test_a_taken_port_is_named_with_its_purpose() -> None:
    with bind("127.0.0.1", 0, "one") as taken:
        taken.listen()
        with pytest.raises(PortRefusedError, match="other"):
            bind("127.0.0.1", taken.getsockname()[1], "other")
