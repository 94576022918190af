"""Containers of our image answer a telephone, tell how they are, and may be killed at any time."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed
from testcontainers.core.docker_client import DockerClient

from handler.process.listening import bind
from tests import payloads
from tests.containers.docker import find_lack_of_ours
from tests.containers.image.conftest import client_of, is_well, require_well, running_process
from tests.containers.servers import wait_until
from tests.fixtures.machine import requires_that
from tests.webhook.conftest import APP_SECRET
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.containers.servers import ContainerDatabase
    from tests.webhook.conftest import Webhook

pytestmark = requires_that(find_lack_of_ours)

TOKEN = "token-of-the-tests"  # noqa: S105
MESSAGES = 120
COUNTS = """
    select (select count(*) from public.wa_events where status = 'processed'),
      (select count(*) from public.wa_events), (select count(*) from public.notifications)
"""


async def test_the_telephone_is_answered(database: ContainerDatabase) -> None:
    network = DockerClient().client.networks.get(database.server.network.id)
    gateway = network.attrs["IPAM"]["Config"][0]["Gateway"]
    graph = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)
    with bind(gateway, 0, "stand-in") as listener:
        async with LocalServer(graph.app, listener):
            url = f"http://{gateway}:{listener.getsockname()[1]}/v26.0"
            meta = {
                "whatsapp_api_base_url": url,
                "wa_token": TOKEN,
                "wa_phone_id": payloads.PHONE_NUMBER_ID,
            }
            with (
                running_process("notify", database, **meta) as notifier,
                running_process("serve", database) as handler,
            ):
                async with client_of(handler) as webhook:
                    assert (await webhook.post(payloads.text_body("hello"))).status_code == 200
                await asyncio.to_thread(wait_until, lambda: graph.record.accepted[0], IndexError)
                assert is_well(notifier)
                assert is_well(handler)
    assert graph.record.accepted[0].recipient == payloads.SENDER


async def test_a_process_that_hangs_is_not_well(database: ContainerDatabase) -> None:
    with running_process("serve", database) as handler:
        handler.get_wrapped_container().kill("SIGSTOP")
        assert not is_well(handler)


@pytest.mark.parametrize("is_server", [False, True], ids=["handler", "postgres"])
async def test_a_container_that_is_killed_and_started_again_loses_and_repeats_nothing(
    database: ContainerDatabase, is_server: bool
) -> None:
    with running_process("serve", database) as handler:
        killed = (database.server.container if is_server else handler).get_wrapped_container()
        async with client_of(handler) as webhook:
            taken = asyncio.Semaphore(0)
            bodies = iter([payloads.text_body(sender=f"346{n:08}") for n in range(MESSAGES)])
            posting = asyncio.gather(*(post_in_turn(webhook, bodies, taken) for _ in range(8)))
            for _ in range(MESSAGES // 4):
                await taken.acquire()
            await asyncio.to_thread(killed.kill)
            await asyncio.to_thread(killed.start)
            await posting
        database.server.wait()
        require_well(handler)
    with psycopg.connect(database.url()) as connection:
        assert connection.execute(COUNTS).fetchone() == (MESSAGES, MESSAGES, MESSAGES)


retried = functools.partial(
    AsyncRetrying,
    wait=wait_fixed(0.1),
    stop=stop_after_delay(120),
    retry=retry_if_exception_type(httpx.HTTPError),
)


async def post_in_turn(webhook: Webhook, bodies: Iterator[bytes], taken: asyncio.Semaphore) -> None:
    """Post as Meta does: what was not answered with 200 comes again."""
    for body in bodies:
        async for attempt in retried():
            with attempt:
                (await webhook.post(body)).raise_for_status()
        taken.release()
