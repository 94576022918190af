"""Bodies that nobody has verified yet have so much time, and so many bytes together."""

from __future__ import annotations

import pytest

from tests.server.conftest import BODY, HEAD, running, signed, until

SLOW = HEAD + b"Content-Length: 300000\r\n\r\n" + b"x" * 290_000


async def test_a_body_as_large_as_a_webhook_may_be_is_taken() -> None:
    async with running() as up:
        client = await up.ask(signed(b"x" * 3 * 2**20))
        assert await client.answer() == (200, b"%d" % (3 * 2**20))
        assert up.held == 0


async def test_a_body_in_chunks_is_taken() -> None:
    async with running() as up:
        client = await up.ask(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        client.send(b"5\r\nhello\r\n" * 5000 + b"0\r\n\r\n")
        assert await client.answer() == (401, b"25000")


async def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    async with running() as up:
        head = signed().removesuffix(b"\r\n\r\n" + BODY)
        client = await up.ask(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        client.send(BODY)
        assert (await client.answer())[0] == 200


async def test_a_body_that_drips_gets_no_more_than_its_time() -> None:
    async with running(body_seconds=0.3) as up:
        client = await up.ask(HEAD + b"Content-Length: 100000\r\n\r\n")
        client.drip(b"a")
        assert await client.answer() == (408, b'{"error":"body_timeout"}\n')
        assert up.app.lost == {"body_timeout": 1}
        assert up.held == 0


async def test_the_oldest_bodies_end_before_all_together_hold_more_than_allowed() -> None:
    async with running(body_bytes=1_000_000) as up:
        slow = []
        for _ in range(10):
            slow.append(await up.ask(SLOW))
            await until(lambda: up.held % 290_000 == 0)
            assert up.held <= 1_000_000
        good = await up.ask(signed(b"x" * 500_000))
        assert (await good.answer())[0] == 200
        assert await slow[0].answer() == (503, b'{"error":"too_many_unverified_bytes"}\n')
        slow[-1].send(b"x" * 10_000)
        assert await slow[-1].answer() == (401, b"300000")
        assert up.app.lost["too_many_unverified_bytes"] >= 7


async def test_the_one_body_that_is_larger_than_all_may_be_is_refused() -> None:
    async with running(body_bytes=100_000) as up:
        client = await up.ask(signed(b"x" * 1_000_000))
        assert (await client.answer())[0] == 503
        assert up.held == 0


async def test_a_body_is_let_go_when_its_sender_goes() -> None:
    async with running() as up:
        client = await up.ask(SLOW)
        await until(lambda: up.held == 290_000)
        await client.close()
        await until(lambda: up.held == 0)
        assert up.app.lost == {None: 1}


@pytest.mark.parametrize("rest", [b"x" * 1000, b""], ids=["sent", "never sent"])
async def test_the_rest_of_a_body_that_was_answered_early_is_read_or_the_connection_ends(
    rest: bytes,
) -> None:
    async with running(linger_seconds=30 if rest else 0.3) as up:
        client = await up.ask(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert (await client.answer())[0] == 404
        if rest:
            client.send(rest + signed())
            assert (await client.answer())[0] == 200
        else:
            assert await client.is_closed()
