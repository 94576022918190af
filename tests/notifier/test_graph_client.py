"""What is reported of a send, by what physically happened."""

from __future__ import annotations

import asyncio
import json
import math
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from handler.process.listening import bind
from tests.notifier.conftest import APP_SECRET, PHONE_ID, TOKEN
from wa_webhook.dev.server import LocalServer
from wa_webhook.http_session import MisledError
from wa_webhook.meta_stand_in import Behaviour, GraphStandIn
from wa_webhook.notifier import GraphClient
from wa_webhook.notifier.answers import Answer, read_answer
from wa_webhook.notifier.notification import Notification, SendResult, UploadedMedia

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from psycopg import Connection
    from psycopg.rows import DictRow
    from starlette.requests import Request

DAY = 86_400
TEXT = {
    "messaging_product": "whatsapp",
    "to": "+34600111222",
    "type": "text",
    "text": {"body": "hello"},
}


def notification(request: dict[str, Any] | None = None, sender: str | None = None) -> Notification:
    return Notification(1, uuid4(), sender, json.dumps(request or TEXT), None, 0)


def client(base_url: str, timeout_seconds: float = 30.0) -> GraphClient:
    return GraphClient(
        base_url=base_url,
        token=TOKEN,
        phone_number_id=PHONE_ID,
        timeout_seconds=timeout_seconds,
        max_threads=1,
    )


async def send_all(sender: GraphClient, count: int) -> list[str]:
    """Send some messages at once and return the outcomes."""
    results = await asyncio.gather(*(sender.send(notification()) for _ in range(count)))
    return [result.outcome for result in results]


@asynccontextmanager
async def running(
    timeout_seconds: float = 30.0,
) -> AsyncIterator[tuple[GraphStandIn, GraphClient]]:
    graph = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)
    async with (
        LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server,
        client(f"{server.url}/v26.0", timeout_seconds) as sender,
    ):
        yield graph, sender


async def test_an_accepted_message_comes_with_metas_id_and_address() -> None:
    async with running() as (graph, sender):
        result = await sender.send(notification())
    (accepted,) = graph.record.accepted
    assert (result.outcome, result.wa_message_id) == ("accepted", accepted.wa_message_id)
    assert (result.wa_id, result.user_id, result.http_status) == ("34600111222", None, 200)


async def test_marking_as_read_is_accepted_without_an_id() -> None:
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN"}
    async with running() as (_, sender):
        result = await sender.send(notification(read))
    assert (result.outcome, result.wa_message_id) == ("accepted", None)


async def test_an_error_of_meta_is_rejected_with_everything_it_says() -> None:
    async with running() as (graph, sender):
        graph.behave(
            Behaviour(answer="error", code=131000, details="why", is_transient=True, retry_after=3)
        )
        result = await sender.send(notification())
    assert (result.outcome, result.error_code, result.http_status) == ("rejected", 131000, 500)
    assert (result.is_transient, result.retry_after_seconds) == (True, 3.0)
    assert result.error_message == "(#131000) Something went wrong: why"
    assert result.fbtrace_id


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(answer="html"),
        Behaviour(answer="refuse"),
        Behaviour(answer="accept_then_reset"),
        Behaviour(answer="accept_then_html"),
        Behaviour(delay=5),
    ],
    ids=["proxy page", "reset", "reset after acceptance", "lost answer", "time-out"],
)
async def test_what_was_written_and_not_answered_is_unknown(behaviour: Behaviour) -> None:
    async with running(0.5 if behaviour.delay else 30.0) as (graph, sender):
        graph.behave(behaviour)
        result = await sender.send(notification())
    assert result.outcome == "unknown"


async def test_messages_that_time_out_take_no_connection_from_the_later_ones() -> None:
    async with running(0.5) as (graph, sender):
        graph.behave(Behaviour(delay=1, times=None))
        for _ in range(2):
            assert await send_all(sender, 4) == ["unknown"] * 4
        graph.behaviours.clear()
        assert await send_all(sender, 2) == ["accepted", "accepted"]


async def test_nothing_is_written_once_the_message_was_reported_as_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, resolved = asyncio.get_running_loop(), asyncio.Event()
    look_up = loop.getaddrinfo

    async def look_up_late(*asked: Any, **more: Any) -> Any:
        await resolved.wait()
        return await look_up(*asked, **more)

    graph = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)
    async with (
        LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server,
        client(f"http://localhost:{server.port}/v26.0", 0.5) as sender,
    ):
        monkeypatch.setattr(loop, "getaddrinfo", look_up_late)
        assert await send_all(sender, 1) == ["not_sent"]
        resolved.set()
        assert await send_all(sender, 1) == ["accepted"]
    assert graph.record.requests == 1


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:1/v26.0", "http://nowhere.invalid/v26.0"],
    ids=["no connection", "no such name"],
)
async def test_what_was_never_written_is_not_sent(base_url: str) -> None:
    async with client(base_url, 0.5) as sender:
        assert (await sender.send(notification())).outcome == "not_sent"


async def test_a_failed_tls_handshake_is_not_sent() -> None:
    graph = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)
    async with (
        LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server,
        client(f"https://127.0.0.1:{server.port}/v26.0") as sender,
    ):
        assert (await sender.send(notification())).outcome == "not_sent"


NO_IDS = (
    "{url}/x",
    "//{host}/x",
    "@{host}/x",
    "../../v1.0/1",
    "1/../../2",
    "1?x=",
    "1#",
    "١٢",
    "1\n",
    " ",
)


async def test_a_sender_that_is_no_id_leads_the_token_nowhere() -> None:
    stranger = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)
    async with (
        LocalServer(stranger.app, bind("127.0.0.1", 0, "stranger")) as server,
        running() as (graph, client),
    ):
        host = f"127.0.0.1:{server.port}"
        for sender in NO_IDS:
            given = sender.format(url=server.url, host=host)
            result = await client.send(notification(sender=given))
            assert (result.outcome, graph.record.requests) == ("not_sent", 0), sender
    assert stranger.record.requests == 0


async def test_a_redirect_leads_the_token_nowhere() -> None:
    stranger = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)
    async with LocalServer(stranger.app, bind("127.0.0.1", 0, "stranger")) as server:

        async def redirect(_: Request) -> Response:
            return RedirectResponse(f"{server.url}/v26.0/{PHONE_ID}/messages", 307)

        app = Starlette(routes=[Route("/{path:path}", redirect, methods=["POST"])])
        async with (
            LocalServer(app, bind("127.0.0.1", 0, "redirect")) as redirecting,
            client(f"{redirecting.url}/v26.0") as sender,
        ):
            result = await sender.send(notification())
    assert (result.outcome, result.http_status) == ("rejected", 307)
    assert stranger.record.requests == 0


async def test_the_client_refuses_every_request_to_another_place() -> None:
    async with running() as (graph, sender):
        base = sender._base_url
        for url in ("http://127.0.0.1:1/v26.0/1/messages", f"{base}/../v1.0/1/messages"):
            with pytest.raises(MisledError):
                await sender._http.post(url)
    assert graph.record.requests == 0


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, "no JSON", "unknown"),
        (200, "{}", "unknown"),
        (200, '{"messages": []}', "unknown"),
        (301, "", "rejected"),
        (404, "<html>", "rejected"),
        (408, "<html>", "unknown"),
        (429, "", "rejected"),
        (503, '{"error": {"code": 131016}}', "rejected"),
        (503, '{"error": "busy"}', "unknown"),
    ],
)
def test_an_answer_is_read_by_its_body_before_its_status(
    status: int, body: str, outcome: str
) -> None:
    assert read_answer(Answer(status, body.encode())).outcome == outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("99999999999999", DAY),
        ("9" * 400, DAY),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", None),
        ("Fri, 31 Dec 2026 23:59:59 +99999999", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date_and_at_most_a_day(
    header: str, seconds: float | None
) -> None:
    result = read_answer(Answer(429, b"", header))
    assert result.retry_after_seconds == seconds


def test_a_date_in_retry_after_counts_from_now() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    result = read_answer(Answer(429, b"", moment))
    assert result.retry_after_seconds == pytest.approx(3600, abs=60)


@pytest.mark.parametrize(
    ("body", "wa_id"),
    [
        ('{"messages": [{"id": "wamid.1"}], "contacts": ["Ana"]}', None),
        ('{"messages": [{"id": "wamid.1"}], "contacts": [{"wa_id": 34600111222}]}', None),
        ('{"messages": [{"id": "wamid.1"}], "contacts": {"wa_id": "34600111222"}}', None),
        ('{"messages": [{"id": "wamid.1"}], "contacts": [{"wa_id": "34"}]}', "34"),
    ],
)
def test_an_accepted_message_stays_accepted_whatever_stands_beside_its_id(
    body: str, wa_id: str | None
) -> None:
    result = read_answer(Answer(200, body.encode()))
    assert (result.outcome, result.wa_message_id, result.wa_id) == ("accepted", "wamid.1", wa_id)


@pytest.mark.parametrize("body", ['{"messages": ["wamid.1"]}', '{"messages": 1}', "[" * 100_000])
def test_an_answer_of_no_known_shape_is_unknown(body: str) -> None:
    assert read_answer(Answer(200, body.encode())).outcome == "unknown"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 3000, "line\nbreak"])
@pytest.mark.parametrize("delay", [math.inf, math.nan, -1.0, 1e300])
def test_a_result_holds_nothing_that_the_database_refuses(
    notifier_connection: Connection[DictRow], text: str, delay: float
) -> None:
    media = UploadedMedia("key", text)
    number = 10**20
    result = SendResult("rejected", text, text, text, 400, number, text, text, delay, None, media)
    settled = [result.as_json(notification())]
    notifier_connection.execute("select public.wa_notifications_settle(%s)", (Jsonb(settled),))
    assert settled[0]["wa_message_id"] is settled[0]["error_code"] is settled[0]["media"] is None


def test_a_long_error_message_is_cut() -> None:
    result = SendResult("rejected", error_message="a\0b\ud800c" + "x" * 1000)
    message = result.as_json(notification())["error_message"]
    assert message.startswith("ab?cxx")
    assert len(message) == 500
