"""The loop around the two calls: slots, waking, several at once, a database that goes away."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from tests.notifier.conftest import ANA, BRUNO, running_outbox, until
from wa_webhook.meta_stand_in import Behaviour
from wa_webhook.notifier import NotificationQueue, worker

if TYPE_CHECKING:
    import pytest

    from tests.fixtures.postgres import Database
    from tests.notifier.conftest import Outbox
    from wa_webhook.notifier.notification import Notification

USERS = [f"+3460000{number:04}" for number in range(10)]


async def test_several_workers_send_everything_once_and_keep_each_users_order(
    outbox: Outbox,
) -> None:
    outbox.set("number_rate_per_second", 0)
    for user in USERS:
        outbox.add_user(user)
    for number in range(5):
        for user in USERS:
            outbox.queue(user, str(number))
    async with AsyncExitStack() as workers:
        for _ in range(3):
            await workers.enter_async_context(outbox.run_notifier(wa_notify_concurrency=8))
        await until(lambda: outbox.count("delivered") == 50)
    assert len(outbox.graph.record.accepted) == 50
    for user in USERS:
        assert outbox.sent_texts(user) == [str(number) for number in range(5)]


async def test_no_more_is_claimed_than_can_be_sent_at_once(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(delay=60, statuses="none", times=None))
    for user in USERS:
        outbox.queue(outbox.add_user(user))
    async with outbox.run_notifier(wa_notify_concurrency=3, wa_notify_drain_seconds=0):
        await until(lambda: len(outbox.graph.record.accepted) == 3)
        assert outbox.count("sending") == 3
        assert outbox.count("queued") == len(USERS) - 3


async def test_a_queued_message_wakes_a_worker_that_would_not_look_for_a_minute(
    outbox: Outbox,
) -> None:
    async with outbox.run_notifier(wa_notify_poll_seconds=60):
        first = outbox.queue(outbox.add_user(ANA))
        await until(lambda: outbox.status(first) == "delivered")
        second = outbox.queue(ANA)
        await until(lambda: outbox.status(second) == "delivered", seconds=30)


async def test_messages_that_keep_coming_are_claimed_together(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_CLAIM_APART_SECONDS", 0.5)
    claim, moments, has_looked = NotificationQueue.claim, [], asyncio.Event()

    async def note(queue: NotificationQueue, batch: int) -> list[Notification]:
        moments.append(time.monotonic())
        claimed = await claim(queue, batch)
        has_looked.set()
        return claimed

    monkeypatch.setattr(NotificationQueue, "claim", note)
    async with outbox.run_notifier():
        await has_looked.wait()
        for user in USERS:
            outbox.queue(outbox.add_user(user))
        await until(lambda: outbox.count("delivered") == len(USERS))
    apart = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert min(apart) > 0.25


async def test_a_busy_notifier_claims_with_the_call_that_settles(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, claims = NotificationQueue.claim, []

    async def count(queue: NotificationQueue, batch: int) -> list[Notification]:
        claims.append(batch)
        return await claim(queue, batch)

    monkeypatch.setattr(NotificationQueue, "claim", count)
    outbox.graph.behave(Behaviour(statuses="none", times=None))
    for user in USERS:
        outbox.queue(outbox.add_user(user))
    settings = {"wa_notify_concurrency": 1, "wa_notify_listen": False, "wa_notify_poll_seconds": 60}
    async with outbox.run_notifier(**settings):
        await until(lambda: outbox.count("sent") == len(USERS), seconds=20)
    assert len(claims) <= 2


async def test_polling_alone_is_enough(outbox: Outbox) -> None:
    async with outbox.run_notifier(wa_notify_listen=False, wa_notify_poll_seconds=0.05):
        notification = outbox.queue(outbox.add_user(ANA))
        await until(lambda: outbox.status(notification) == "delivered")


async def test_a_stopped_worker_finishes_and_settles_what_is_in_flight(outbox: Outbox) -> None:
    outbox.graph.behave(Behaviour(delay=0.5, statuses="none"))
    first, second = outbox.queue(outbox.add_user(ANA)), outbox.queue(ANA)
    async with outbox.run_notifier() as notifier:
        await until(lambda: len(outbox.graph.record.accepted) == 1)
        notifier.stop()
    assert outbox.status(first) == "sent"
    assert outbox.status(second) == "queued"


async def test_what_is_not_answered_when_the_drain_ends_is_reported_as_in_doubt(
    outbox: Outbox,
) -> None:
    outbox.graph.behave(Behaviour(delay=30, statuses="none"))
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier(wa_notify_drain_seconds=0) as notifier:
        await until(lambda: len(outbox.graph.record.accepted) == 1)
        notifier.stop()
    assert outbox.row(notification)["in_doubt_since"] is not None


async def test_results_outlive_a_restart_of_the_database(stoppable_database: Database) -> None:
    server = stoppable_database.server
    async with running_outbox(stoppable_database) as outbox:
        outbox.graph.behave(Behaviour(delay=1, statuses="none"))
        first = outbox.queue(outbox.add_user(ANA))
        with capture_logs() as events:
            async with outbox.run_notifier():
                await until(lambda: len(outbox.graph.record.accepted) == 1)
                await asyncio.to_thread(server.stop)
                await until(lambda: "NOTIFY_DATABASE_LOST" in {one["event"] for one in events})
                (accepted,) = outbox.graph.record.accepted
                await until(lambda: time.monotonic() > accepted.accepted_at + 1.2)
                await asyncio.to_thread(server.start)
                await until(lambda: outbox.status(first) == "sent")
                second = outbox.queue(outbox.add_user(BRUNO))
                await until(lambda: outbox.status(second) == "delivered")
    assert "NOTIFY_DATABASE_BACK" in {one["event"] for one in events}
    assert len(outbox.graph.record.accepted) == 2


async def test_messages_wait_for_a_graph_api_that_is_away(
    outbox: Outbox, database: Database
) -> None:
    outbox.set_first_delay("not_sent", 0)
    notification = outbox.queue(outbox.add_user(ANA))
    async with outbox.run_notifier(whatsapp_api_base_url="http://127.0.0.1:1/v26.0"):
        await until(lambda: outbox.row(notification)["retry_count"] > 0)
    assert outbox.row(notification)["in_doubt_since"] is None
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
