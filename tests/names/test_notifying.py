"""The notifiers of several businesses in one process: what becomes of one holds up no other."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from handler.process.businesses import load_businesses
from handler.process.listening import bind
from tests import payloads
from tests.dispatching import say, value
from tests.fixtures.names import about_default_names
from tests.metrics.conftest import CARLA
from tests.names.conftest import SHARED
from tests.notifier.conftest import ANA, BRUNO, TOKEN, until
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.notifier.process import open_notifiers
from wa_webhook.notifier.settings import NotifierSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.names.conftest import Business
    from wa_webhook.notifier.process import Notifiers

pytestmark = [
    pytest.mark.any_server,
    about_default_names("is about businesses beside the default names"),
]

NOTIFYING = """
[acme]
WA_DATABASE_SCHEMA = "acme"
WA_DATABASE_URL = "{acme}"
WA_PHONE_ID = "101"

[beta]
WA_DATABASE_SCHEMA = "beta"
WA_DATABASE_URL = "{beta}"
WA_PHONE_ID = "202"
{more}

[cafe]
WA_DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none"
WA_PHONE_ID = "303"
"""


@asynccontextmanager
async def notifying(
    file: str, write_businesses: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Notifiers, GraphStandIn]]:
    """Run the notifiers of a file, which send to a stand-in."""
    graph = GraphStandIn(
        token=TOKEN,
        app_secret=SHARED,
        webhook_url="http://127.0.0.1:1/webhook",
        phone_number_ids={payloads.PHONE_NUMBER_ID},
    )
    async with LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server:
        monkeypatch.setenv("WHATSAPP_API_BASE_URL", f"{server.url}/v26.0")
        monkeypatch.setenv("WA_NOTIFY_POLL_SECONDS", "0.1")
        monkeypatch.setenv("WA_TOKEN", TOKEN)
        write_businesses(file)
        async with open_notifiers(load_businesses(NotifierSettings, "notify")) as notifiers:
            running = asyncio.create_task(notifiers.run())
            try:
                yield notifiers, graph
            finally:
                notifiers.stop()
                await running


def urls_of(*businesses: Business) -> dict[str, str]:
    return {one.names.schema: one.url("wa_notifier_role") for one in businesses}


async def test_a_token_that_ended_and_a_database_that_is_away_hold_up_no_other_queue(
    acme: Business,
    beta: Business,
    write_businesses: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = NOTIFYING.format(**urls_of(acme, beta), more='WA_TOKEN = "ended"')
    say(beta.connect("wa_edge_role"), "menu", sender=BRUNO[1:])
    async with notifying(file, write_businesses, monkeypatch) as (notifiers, graph):
        operator = beta.connect("wa_operator_role")
        paused = "select public.wa_metrics() ->> 'queue_paused'"
        await until(lambda: value(operator, paused) == "true")
        say(acme.connect("wa_edge_role"), "menu", sender=ANA[1:])
        await until(lambda: len(graph.record.sent_to(ANA[1:])) == 1)
        assert graph.record.sent_to(BRUNO[1:]) == []
    # What was sent is settled, and counted, before they end.
    figures = (await notifiers.render()).decode()
    assert 'wa_notification_sent_total{business="acme"} 1.0' in figures
    assert 'wa_notification_sent_total{business="beta"} 0.0' in figures


async def test_a_notifier_that_breaks_is_begun_again_while_the_others_go_on(
    acme: Business,
    beta: Business,
    write_businesses: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = beta.connect()
    owner.execute("""
        alter function public.wa_notifications_settle(jsonb) rename to away;
        create function public.wa_notifications_settle(jsonb) returns jsonb
        language sql as $$ select '[]'::jsonb $$;
        grant execute on function public.wa_notifications_settle(jsonb) to wa_notifier_role;
    """)
    say(beta.connect("wa_edge_role"), "menu", sender=BRUNO[1:])
    file = NOTIFYING.format(**urls_of(acme, beta), more="")
    with capture_logs() as events:
        async with notifying(file, write_businesses, monkeypatch) as (_, graph):
            await until(lambda: "NOTIFY_BROKEN" in {one["event"] for one in events})
            say(acme.connect("wa_edge_role"), "menu", sender=ANA[1:])
            await until(lambda: len(graph.record.sent_to(ANA[1:])) == 1)
            owner.execute("""
                drop function public.wa_notifications_settle(jsonb);
                alter function public.away(jsonb) rename to wa_notifications_settle;
            """)
            say(beta.connect("wa_edge_role"), "menu", sender=CARLA[1:])
            await until(lambda: len(graph.record.sent_to(CARLA[1:])) == 1)
