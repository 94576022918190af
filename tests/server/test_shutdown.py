"""A server that ends answers what is in flight, and says 503 to what it cannot wait for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tests.server.conftest import HANG, HEAD, running, signed, until

if TYPE_CHECKING:
    import pytest

SHUTTING_DOWN = (503, b'{"error":"shutting_down"}\n')


async def test_what_is_in_flight_is_answered_and_what_hangs_gets_503_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(grace_seconds=0.5, linger_seconds=0.3) as up:
        idle = await up.ask(signed())
        await idle.answer()
        slow = await up.ask(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        hung = await up.ask(HANG)
        stuck = await up.ask(HEAD + b"Content-Length: 100\r\n\r\nx")
        await until(lambda: up.app.hanging == 2 and up.held == 1)
        up.server.stop()
        assert await idle.is_closed()
        up.app.goes_on.set()
        assert await slow.answer() == (200, b"slow")
        assert await slow.is_closed()
        assert await hung.answer() == SHUTTING_DOWN
        assert await stuck.answer() == SHUTTING_DOWN
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
