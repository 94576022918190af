"""There are so many connections; those go first that have kept the server waiting for longest."""

from __future__ import annotations

import asyncio
import resource
import socket
from typing import TYPE_CHECKING

from handler.process.server import Limits, Refusal, Server
from tests.server.conftest import HANG, Application, running, signed, until

if TYPE_CHECKING:
    import pytest


async def test_one_connection_carries_one_request_after_the_other() -> None:
    async with running() as up:
        client = await up.connect()
        for _ in range(3):
            client.send(signed())
            assert await client.answer() == (200, b"7")


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with running(head_seconds=0.2) as up:
        client = await up.connect()
        assert await client.is_closed()
        await until(lambda: up.open == 0)


async def test_a_connection_that_is_idle_after_a_request_is_closed() -> None:
    async with running(idle_seconds=0.2) as up:
        client = await up.ask(signed())
        assert (await client.answer())[0] == 200
        assert await client.is_closed()


async def test_a_client_that_does_not_read_its_answer_is_cut_off() -> None:
    async with running(idle_seconds=0.2) as up:
        client = await up.connect()
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        client.send(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: up.open == 1)
        await until(lambda: up.open == 0)


async def test_new_connections_take_the_place_of_those_that_have_waited_for_longest() -> None:
    async with running(connections=20) as up:
        busy = await up.ask(signed())
        assert (await busy.answer())[0] == 200
        silent = [await up.connect() for _ in range(60)]
        busy.send(signed())
        for _ in range(20):
            assert (await (await up.ask(signed())).answer())[0] == 200
        await until(lambda: up.open <= 20)
        assert await silent[0].is_closed()
        assert up.refusals[Refusal.TOO_MANY_CONNECTIONS] >= 40


async def test_every_connection_of_a_burst_whose_request_is_there_is_answered() -> None:
    def connect_all(port: int) -> list[socket.socket]:
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        for client in clients:
            client.sendall(signed())
        return clients

    async with running(connections=20) as up:
        # This way none of them is accepted before all have sent their requests.
        for client in connect_all(up.port):
            with client:
                answer = await asyncio.to_thread(client.recv, 100)
                assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 503"))


async def test_an_application_that_is_busy_with_as_many_requests_as_allowed_gets_no_more() -> None:
    async with running(connections=5, grace_seconds=0, linger_seconds=0.1) as up:
        for _ in range(5):
            await up.ask(HANG)
        await until(lambda: up.app.hanging == 5)
        assert await (await up.ask(HANG)).answer() == (503, b'{"error":"too_many_connections"}\n')
        assert up.refusals[Refusal.TOO_MANY_CONNECTIONS] == 1


async def test_of_requests_that_come_at_once_the_first_is_answered_and_the_connection_ends() -> (
    None
):
    async with running() as up:
        client = await up.ask(signed() * 10_000)
        assert (await client.answer())[0] == 200
        assert await client.is_closed()


async def test_what_follows_an_upgrade_is_taken_for_no_request() -> None:
    async with running() as up:
        client = await up.ask(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
        )
        assert (await client.answer())[0] == 401
        assert await client.is_closed()


def test_a_server_may_open_the_files_that_its_connections_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: opened.append(limits))

    def connections(soft: int, hard: int) -> int:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
        limits = Server(Application(), Limits(connections=100))._limits
        return limits.connections

    assert connections(resource.RLIM_INFINITY, resource.RLIM_INFINITY) == 100
    assert opened == []
    assert [connections(10, resource.RLIM_INFINITY), connections(10, 1000)] == [100, 100]
    assert [connections(500, 1000), connections(10, 50)] == [100, 25]
    assert opened == [(200, resource.RLIM_INFINITY), (200, 1000), (500, 1000), (50, 50)]
