"""`wa-webhook migrate` while webhooks arrive: no message notices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import value, values
from tests.webhook import upgrades
from tests.webhook.upgrades import GATE, ROADS

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database
    from tests.webhook.conftest import RunWebhook, Webhook
    from tests.webhook.upgrades import Road

SECONDS = 60
"""For what is to happen within moments; a machine that is busy may take longer."""

POSTERS = 8
STATUSES = "select status, count(*)::integer as number from public.wa_events group by status"
PROBES = """
    select pg_get_function_identity_arguments(oid)
    from pg_proc
    where pronamespace = 'wa'::regnamespace and proname = 'probe'
"""
IS_AT_THE_GATE = f"""
    select exists (
      select from pg_locks where locktype = 'advisory' and objid = {GATE} and not granted
    )
"""
IS_WAITING_FOR_CALLERS = """
    select exists (
      select from pg_locks
      where relation is not null
        and mode in ('ExclusiveLock', 'ShareRowExclusiveLock')
        and not granted
    )
"""


class Traffic:
    """Users who write without a pause, and the statuses that they were answered with."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._is_over = False
        self._answered = asyncio.Condition()
        self.statuses: list[int] = []

    async def flow(self) -> None:
        """Post until told to stop."""
        await asyncio.gather(*(self._post_in_turn(number) for number in range(POSTERS)))

    async def go_on(self) -> None:
        """Wait for some more answers, of posts that were made from now on among them."""
        seen = len(self.statuses)
        async with asyncio.timeout(SECONDS), self._answered:
            await self._answered.wait_for(lambda: len(self.statuses) >= seen + 4 * POSTERS)

    def stop(self) -> None:
        self._is_over = True

    async def _post_in_turn(self, number: int) -> None:
        while not self._is_over:
            response = await self._webhook.post(
                payloads.text_body(sender=str(34600000000 + number))
            )
            async with self._answered:
                self.statuses.append(response.status_code)
                self._answered.notify_all()


async def until(connection: Connection[DictRow], query: str, task: asyncio.Task[Any]) -> None:
    """Wait until the query is true, or the task is over."""
    async with asyncio.timeout(SECONDS):
        while not task.done() and not await asyncio.to_thread(value, connection, query):
            pass


def assert_nothing_was_lost(connection: Connection[DictRow], messages: int) -> None:
    found = connection.execute(STATUSES.encode()).fetchall()
    assert found == [{"status": "processed", "number": messages}]
    assert values(connection, "select error from wa.kept_payloads") == []
    assert values(connection, PROBES) == ["p_first text, p_second text"]


@pytest.mark.parametrize("place", upgrades.CALLERS)
@pytest.mark.parametrize("upgrade", ROADS, ids=lambda road: road.__name__)
async def test_every_message_that_arrives_during_an_upgrade_is_processed_once(
    database: Database,
    run_webhook: RunWebhook,
    connection: Connection[DictRow],
    upgrade: Road,
    place: str,
) -> None:
    await asyncio.to_thread(upgrades.install, database, upgrades.older(place))
    loop = asyncio.get_running_loop()
    async with run_webhook(database) as webhook, asyncio.TaskGroup() as tasks:
        traffic = Traffic(webhook)
        tasks.create_task(traffic.flow())
        await traffic.go_on()

        def let_some_arrive(_line: str) -> None:
            asyncio.run_coroutine_threadsafe(traffic.go_on(), loop).result(SECONDS)

        await asyncio.to_thread(upgrade, database, place, let_some_arrive)
        traffic.stop()
    assert set(traffic.statuses) == {200}
    assert_nothing_was_lost(connection, len(traffic.statuses))


@pytest.mark.parametrize("place", upgrades.CALLERS)
@pytest.mark.parametrize("upgrade", ROADS, ids=lambda road: road.__name__)
async def test_a_call_that_began_before_the_upgrade_and_goes_on_after_it_is_processed(
    database: Database, run_webhook: RunWebhook, connect: Connect, upgrade: Road, place: str
) -> None:
    await asyncio.to_thread(upgrades.install, database, upgrades.older(place))
    connection, watch = connect(), connect()
    connection.execute(f"select pg_advisory_lock({GATE})".encode())
    async with run_webhook(database) as webhook:
        posting = asyncio.create_task(webhook.post(payloads.text_body()))
        await until(watch, IS_AT_THE_GATE, posting)
        upgrading = asyncio.create_task(
            asyncio.to_thread(upgrade, database, place, lambda _line: None)
        )
        await until(watch, IS_WAITING_FOR_CALLERS, upgrading)
        connection.execute(f"select pg_advisory_unlock({GATE})".encode())
        response = await posting
        await upgrading
    assert (response.status_code, response.json()["processed"]) == (200, 1)
    assert_nothing_was_lost(connection, 1)


async def test_while_a_routine_is_missing_webhooks_are_sent_back_and_not_kept(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute("alter function wa.answer_messages rename to set_aside")
    body = payloads.text_body()
    response = await webhook.post(body)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert values(connection, "select error from wa.kept_payloads") == []
    connection.execute("alter function wa.set_aside rename to answer_messages")
    response = await webhook.post(body)
    assert (response.status_code, response.json()["processed"]) == (200, 1)


async def test_a_step_that_calls_what_nobody_wrote_fails_its_message_and_no_other(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute("alter function wa.list_menu rename to set_aside")
    texts = [payloads.text_message(text) for text in ("help", "menu")]
    response = await webhook.post(payloads.body(payloads.envelope(texts)))
    assert response.status_code == 200
    assert (response.json()["processed"], response.json()["failed"]) == (1, 1)
