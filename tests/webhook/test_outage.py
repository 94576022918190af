"""The database goes away and comes back; the handler stays."""

import asyncio
from collections.abc import Iterator

import pytest

from tests import payloads
from tests.fixtures.postgres import Database
from tests.fixtures.transport import direct_way_in
from tests.webhook.conftest import RunWebhook, running_webhook


async def test_a_post_is_sent_back_while_the_database_is_away_and_succeeds_after_its_return(
    stoppable_database: Database, run_webhook: RunWebhook
) -> None:
    server = stoppable_database.server
    body = payloads.text_body()
    async with run_webhook(stoppable_database) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200
        await asyncio.to_thread(server.stop)
        refused = await webhook.post(body)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json() == {"error": "database_unavailable"}
        await asyncio.to_thread(server.start)
        taken = await webhook.post(body)
        assert (taken.status_code, taken.json()["processed"]) == (200, 1)


async def test_a_restart_that_is_over_makes_nobody_unready(stoppable_database: Database) -> None:
    server = stoppable_database.server
    # PostgREST takes a moment of its own to be back.
    async with running_webhook(direct_way_in(stoppable_database)) as webhook:
        assert (await webhook.http.get("/readyz")).status_code == 200
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        assert (await webhook.http.get("/readyz")).status_code == 200


class Reconnects:
    """Pauses without an end, which say that somebody is waiting."""

    def __init__(self) -> None:
        self.have_begun = asyncio.Event()

    def __iter__(self) -> Iterator[float]:
        while True:
            self.have_begun.set()
            yield 0.05


async def test_posts_that_arrive_during_a_restart_wait_for_its_end(
    stoppable_database: Database, run_webhook: RunWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconnects = Reconnects()
    monkeypatch.setattr("handler.rpc.protocol.RECONNECT_SECONDS", reconnects)
    for module in ("protocol", "direct"):
        monkeypatch.setattr(f"handler.rpc.{module}.ACQUIRE_SECONDS", 60.0)
    async with run_webhook(stoppable_database) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200
        await asyncio.to_thread(stoppable_database.server.stop)
        posts = [asyncio.create_task(webhook.post(payloads.text_body())) for _ in range(8)]
        async with asyncio.timeout(60):
            await reconnects.have_begun.wait()
        await asyncio.to_thread(stoppable_database.server.start)
        assert {(await post).status_code for post in posts} == {200}
        assert await webhook.figure("wa_message_processed_total") == 9


async def test_the_handler_starts_without_the_database_and_says_that_it_is_not_ready(
    stoppable_database: Database, run_webhook: RunWebhook
) -> None:
    server = stoppable_database.server
    await asyncio.to_thread(server.stop)
    async with run_webhook(stoppable_database) as webhook:
        assert (await webhook.http.get("/healthz")).status_code == 200
        unready = await webhook.http.get("/readyz")
        assert (unready.status_code, unready.json()["ok"]) == (503, False)
        assert await webhook.figure("wa_database_up") == 0
        assert (await webhook.post(payloads.text_body())).status_code == 503
        await asyncio.to_thread(server.start)
        assert (await webhook.post(payloads.text_body())).status_code == 200
        assert (await webhook.http.get("/readyz")).status_code == 200
