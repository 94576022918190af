"""Handler and notifier behind PgBouncer in transaction mode, where no session is anybody's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from structlog.testing import capture_logs

from handler import signature
from tests import payloads
from tests.fixtures.machine import requires
from tests.fixtures.pooler import PROGRAM, pooled
from tests.notifier.conftest import ANA, APP_SECRET, running_outbox, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.fixtures.pooler import PooledDatabase
    from tests.fixtures.postgres import Database
    from tests.notifier.conftest import Outbox

pytestmark = requires(PROGRAM)


@pytest.fixture
def pooler(database: Database) -> Iterator[PooledDatabase]:
    """A pooler in front of the test's database."""
    with pooled(database) as pooler:
        yield pooler


@pytest.fixture
async def pooled_outbox(database: Database, pooler: PooledDatabase) -> AsyncIterator[Outbox]:
    """Handler and notifiers that reach the database through the pooler alone."""
    async with running_outbox(database, pooler.url) as outbox:
        yield outbox


async def test_a_message_is_answered_through_the_pooler(pooled_outbox: Outbox) -> None:
    async with pooled_outbox.run_notifier(), httpx.AsyncClient() as http:
        body = payloads.text_body()
        headers = {signature.HEADER: signature.sign(body, APP_SECRET.encode())}
        response = await http.post(pooled_outbox.webhook_url, content=body, headers=headers)
        assert response.status_code == 200
        await until(lambda: pooled_outbox.count("delivered") == 1)


async def test_a_notifier_that_cannot_listen_says_so_once_and_polls(pooled_outbox: Outbox) -> None:
    with capture_logs() as events:
        async with pooled_outbox.run_notifier(wa_notify_poll_seconds=0.05):
            notification = pooled_outbox.queue(pooled_outbox.add_user(ANA))
            await until(lambda: pooled_outbox.status(notification) == "delivered")
    said = [one for one in events if one["event"] == "NOTIFY_LISTEN_UNAVAILABLE"]
    assert [(one["log_level"], one["hint"]) for one in said] == [
        ("warning", "set WA_LISTEN_DATABASE_URL")
    ]
    assert pooled_outbox.execute("select from pg_stat_activity where query like 'listen%%'") == []


async def test_a_direct_connection_for_listening_wakes_a_pooled_notifier(
    pooled_outbox: Outbox, database: Database
) -> None:
    direct = database.url("wa_notifier_role")
    async with pooled_outbox.run_notifier(wa_notify_poll_seconds=60, wa_listen_database_url=direct):
        first = pooled_outbox.queue(pooled_outbox.add_user(ANA))
        await until(lambda: pooled_outbox.status(first) == "delivered")
        second = pooled_outbox.queue(ANA)
        await until(lambda: pooled_outbox.status(second) == "delivered", seconds=5)
