"""A request's head has so many bytes and fields, and so much time."""

from __future__ import annotations

import pytest

from handler.process.server import Refusal
from tests.server.conftest import HEAD, running, signed

CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("size", "status"), [(65_000, 401), (66_000, 431), (400_000, 431), (5_000_000, 431)]
)
async def test_a_head_of_more_bytes_than_allowed_is_refused(size: int, status: int) -> None:
    async with running() as up:
        client = await up.ask(HEAD + b"Content-Length: 0\r\nX: " + b"a" * size + b"\r\n\r\n")
        assert (await client.answer())[0] == status


@pytest.mark.parametrize(
    "start",
    [
        HEAD + b"X: ",
        b"POST /",
        CHUNKED + b"5\r\nhello\r\n0\r\nX: ",
        CHUNKED + b"5;x=",
    ],
    ids=["field", "request line", "trailer", "chunk size"],
)
async def test_a_line_without_an_end_is_refused_and_closed(start: bytes) -> None:
    async with running() as up:
        client = await up.ask(start + b"a" * 100_000)
        assert await client.answer() == (431, b'{"error":"head_too_large"}\n')
        assert await client.is_closed()
        assert up.refusals == {Refusal.HEAD_TOO_LARGE: 1}


async def test_a_head_of_more_fields_than_allowed_is_refused() -> None:
    async with running() as up:
        client = await up.ask(HEAD + b"a:\r\n" * 129)
        assert (await client.answer())[0] == 431


async def test_a_head_that_drips_gets_no_more_than_its_time() -> None:
    async with running(head_seconds=0.3) as up:
        client = await up.ask(HEAD)
        client.drip(b"a: b\r\n")
        assert await client.answer() == (408, b'{"error":"head_timeout"}\n')
        assert await client.is_closed()


async def test_a_second_head_gets_no_more_than_its_time_either() -> None:
    async with running(head_seconds=0.3) as up:
        client = await up.ask(signed())
        assert (await client.answer())[0] == 200
        client.send(HEAD)
        client.drip(b"a: b\r\n")
        assert (await client.answer())[0] == 408


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        HEAD + b"Content-Length: x\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        CHUNKED + b"zz\r\n",
        b"POST /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused(request_bytes: bytes) -> None:
    async with running() as up:
        client = await up.ask(request_bytes)
        assert await client.answer() == (400, b'{"error":"malformed_request"}\n')
        assert await client.is_closed()
