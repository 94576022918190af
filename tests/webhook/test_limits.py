"""Each limit is a setting; beyond it a client is refused and told why, and others go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.fixtures.transport import direct_way_in
from tests.webhook.conftest import running_webhook
from tests.webhook.test_serve_command import blocked

if TYPE_CHECKING:
    import httpx
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.webhook.conftest import Webhook

MEBIBYTE = 1024 * 1024
HEAD = b"POST /webhook HTTP/1.1\r\nHost: x\r\n"
LARGE = HEAD + b"Content-Length: 900000\r\n\r\n" + b"x" * 800_000


async def connect(webhook: Webhook) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = webhook.http.base_url
    return await asyncio.open_connection(url.host, url.port)


@pytest.mark.parametrize(
    ("settings", "request_bytes", "status", "reason"),
    [
        (
            {"wa_http_head_bytes": 4096},
            HEAD + b"X: " + b"a" * 5000 + b"\r\n\r\n",
            431,
            "head_too_large",
        ),
        ({"wa_http_head_seconds": 0.1}, HEAD, 408, "head_timeout"),
        (
            {"wa_http_body_seconds": 0.1},
            HEAD + b"Content-Length: 10\r\n\r\n1",
            408,
            "body_timeout",
        ),
        (
            {"wa_webhook_max_bytes": 2000, "wa_http_unverified_bytes": MEBIBYTE},
            HEAD + b"Content-Length: 2001\r\n\r\n",
            413,
            "body_too_large",
        ),
    ],
    ids=["head bytes", "head seconds", "body seconds", "body bytes"],
)
async def test_beyond_a_limit_a_client_is_told_which_and_cut_off(
    database: Database,
    settings: dict[str, object],
    request_bytes: bytes,
    status: int,
    reason: str,
) -> None:
    async with running_webhook(direct_way_in(database) | settings) as webhook:
        reader, writer = await connect(webhook)
        writer.write(request_bytes)
        answer = (await reader.read()).decode()
        writer.close()
        assert answer.startswith(f"HTTP/1.1 {status} ")
        assert answer.endswith(f'{{"error":"{reason}"}}\n')
        if status != 413:
            assert await webhook.figure("wa_http_refused_total", reason=reason) == 1


async def test_a_connection_that_is_idle_is_closed(database: Database) -> None:
    settings = direct_way_in(database) | {"wa_http_idle_seconds": 0.1}
    async with running_webhook(settings) as webhook:
        reader, writer = await connect(webhook)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_signed_webhooks_go_on_while_connections_are_kept_silent(database: Database) -> None:
    settings = direct_way_in(database) | {"wa_http_connections": 8}
    async with running_webhook(settings) as webhook:
        silent = [await connect(webhook) for _ in range(30)]
        assert (await webhook.post(payloads.text_body())).status_code == 200
        assert await silent[0][0].read() == b""
        assert await webhook.figure("wa_http_refused_total", reason="too_many_connections") > 0
        for _, writer in silent:
            writer.close()


async def test_signed_webhooks_go_on_while_unsigned_bodies_fill_what_may_be_held(
    database: Database,
) -> None:
    settings = direct_way_in(database) | {
        "wa_webhook_max_bytes": MEBIBYTE,
        "wa_http_unverified_bytes": MEBIBYTE,
    }
    async with running_webhook(settings) as webhook:
        slow = [await connect(webhook) for _ in range(4)]
        for _, writer in slow:
            writer.write(LARGE)
        body = payloads.text_body()
        body += b" " * (700_000 - len(body))
        assert (await webhook.post(body)).status_code == 200
        answer = await slow[0][0].read()
        assert answer.startswith(b"HTTP/1.1 503 ")
        for _, writer in slow:
            writer.close()
    refused = [event for event in webhook.events if event.get("status") == 503]
    assert {event["error"] for event in refused} == {"too_many_unverified_bytes"}


async def test_a_signed_webhook_is_held_on_nobodys_word_any_more(
    database: Database, connection: Connection[DictRow]
) -> None:
    settings = direct_way_in(database) | {
        "wa_webhook_max_bytes": MEBIBYTE,
        "wa_http_unverified_bytes": MEBIBYTE,
    }
    async with running_webhook(settings) as webhook:
        with connection.transaction():
            connection.execute("lock table public.wa_events")
            posts: list[asyncio.Task[httpx.Response]] = []
            while len(posts) < 3:
                body = payloads.text_body() + b" " * 900_000
                posts.append(asyncio.create_task(webhook.post(body)))
                while await asyncio.to_thread(blocked, connection) < len(posts):
                    assert not posts[-1].done()
        assert [(await post).status_code for post in posts] == [200] * 3
