"""Bad input: each has its status and a one-line JSON error, and what is signed is kept."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from handler import signature
from tests import payloads
from tests.fixtures.postgres import Database
from tests.webhook.conftest import APP_SECRET, Webhook

LIMIT = 3 * 1024 * 1024
EVENTS = "select count(*) as number from public.wa_events"
KEPT = "select reason, error, body, seen_count from wa.kept_payloads order by id"


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and error of an answer that is one line of JSON."""
    assert response.headers["content-type"] == "application/json"
    assert response.text.count("\n") == 1
    error: str = response.json()["error"]
    return response.status_code, error


def padded(size: int) -> bytes:
    """Return a valid webhook body of exactly this many bytes."""
    body = payloads.text_body()
    return body + b" " * (size - len(body))


def kept(connection: Connection[DictRow]) -> list[tuple[str, bytes]]:
    return [(row["reason"], row["body"]) for row in connection.execute(KEPT)]


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "signature_missing"),
        ({signature.HEADER: "sha256=" + "0" * 64}, "signature_wrong"),
        ({signature.HEADER: "sha1=0"}, "signature_wrong"),
    ],
)
async def test_without_the_right_signature_nothing_reaches_the_database(
    webhook: Webhook, connection: Connection[DictRow], headers: dict[str, str], error: str
) -> None:
    response = await webhook.http.post("/webhook", content=payloads.text_body(), headers=headers)
    assert error_of(response) == (401, error)
    assert connection.execute(EVENTS).fetchone() == {"number": 0}
    assert kept(connection) == []


async def test_the_signature_of_a_reencoded_body_is_wrong(webhook: Webhook) -> None:
    body = payloads.text_body("caf\N{LATIN SMALL LETTER E WITH ACUTE}")
    reencoded = json.dumps(json.loads(body), ensure_ascii=False).encode()
    assert error_of(await webhook.post(body, signed_as=reencoded)) == (401, "signature_wrong")


NOT_JSON = [
    b"",
    b"hello",
    b"{",
    b"{}{}",
    b"\xef\xbb\xbf{}",
    b'{"object":NaN}',
    b"\x00",
    b'{"a":"\x00"}',
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
]
BROKEN = [
    b'{"text":"%s"',
    b'{"text":%s}',
    b'{"text":"%s"},{"text":"%s"}',
    b'{"text":"\t%s"}',
    b'{"text":"\\x%s"}',
    b'{"text":"%s","number":01}',
    b"[" * 2000 + b'"%s"',
]
NO_ENVELOPE = [
    b"null",
    b"1",
    b'"text"',
    b"[]",
    b"{}",
    b'{"object":"page","entry":[]}',
    b'{"object":"whatsapp_business_account"}',
    b'{"object":"whatsapp_business_account","entry":{}}',
    payloads.body([payloads.envelope()]),
]


@pytest.mark.parametrize(
    ("bodies", "error"),
    [(NOT_JSON, "not_json"), (NO_ENVELOPE, "not_envelope")],
    ids=["not JSON", "no envelope"],
)
async def test_what_is_no_webhook_is_refused_and_kept_whole(
    webhook: Webhook, connection: Connection[DictRow], bodies: list[bytes], error: str
) -> None:
    for body in bodies:
        assert error_of(await webhook.post(body)) == (400, error), body[:48]
    assert kept(connection) == [(error, body) for body in bodies]


async def test_a_body_that_is_not_json_leaves_nothing_in_the_log_of_the_server(
    webhook: Webhook, database: Database
) -> None:
    words = uuid.uuid4().hex
    for broken in BROKEN:
        body = broken.replace(b"%s", words.encode())
        assert error_of(await webhook.post(body)) == (400, "not_json"), broken[:24]
        assert words not in database.server.log.read_text(errors="replace"), broken[:24]


async def test_a_body_of_exactly_the_limit_is_taken(webhook: Webhook) -> None:
    assert (await webhook.post(padded(LIMIT))).status_code == 200


async def test_one_byte_more_than_the_limit_is_refused(webhook: Webhook) -> None:
    assert error_of(await webhook.post(padded(LIMIT + 1))) == (413, "body_too_large")


async def test_the_limit_holds_for_a_body_that_does_not_say_its_length(webhook: Webhook) -> None:
    body = padded(LIMIT + 1)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    header = signature.sign(body, APP_SECRET.encode())
    response = await webhook.http.post(
        "/webhook", content=chunks(), headers={signature.HEADER: header}
    )
    assert error_of(response) == (413, "body_too_large")


async def test_the_size_is_refused_before_the_signature(webhook: Webhook) -> None:
    response = await webhook.http.post("/webhook", content=padded(LIMIT + 1))
    assert error_of(response) == (413, "body_too_large")


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud83d", r"\ude00"])
async def test_text_that_postgres_cannot_store_has_its_effect_and_is_kept_whole(
    webhook: Webhook, connection: Connection[DictRow], escape: str
) -> None:
    body = payloads.text_body("before after").replace(b" ", escape.encode())
    response = await webhook.post(body)
    assert (response.status_code, response.json()["processed"]) == (200, 1)
    assert kept(connection) == [("text_replaced", body)]


async def test_the_same_bad_body_is_kept_once_and_counted(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    for _ in range(3):
        await webhook.post(b"hello")
    (row,) = connection.execute(KEPT).fetchall()
    assert (row["body"], row["seen_count"]) == (b"hello", 3)


async def test_ten_thousand_messages_in_one_body_are_all_processed(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    messages = [
        payloads.text_message(sender=str(34600000000 + n % 1000), message_id=f"wamid.{n}")
        for n in range(10_000)
    ]
    body = payloads.body(payloads.envelope(messages, contacts=[]))
    response = await webhook.post(body)
    assert (response.status_code, response.json()["processed"]) == (200, 10_000)
    assert connection.execute(EVENTS).fetchone() == {"number": 10_000}


async def test_a_bad_body_among_good_ones_fails_alone(webhook: Webhook) -> None:
    bodies = [payloads.text_body(), b"{", payloads.text_body(), b"{}", payloads.text_body()] * 8
    responses = await asyncio.gather(*(webhook.post(body) for body in bodies))
    assert [response.status_code for response in responses] == [200, 400, 200, 400, 200] * 8
