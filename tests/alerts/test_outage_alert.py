"""The database is gone: the processes tell of it themselves, once, and of its return."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from handler.process.alert_webhook import AlertWebhook, warn_if_unset
from handler.process.environment import AlertSettings
from handler.process.logs import BUSINESS
from handler.process.outage_alert import OutageAlert, describe_outage
from tests import payloads
from tests.alerts.receiver import receiving
from tests.fixtures.transport import direct_way_in
from tests.notifier.conftest import until
from tests.webhook.conftest import running_webhook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.alerts.receiver import Receiver
    from tests.fixtures.postgres import Database


@asynccontextmanager
async def outage_of(receiver: Receiver, **seconds: float) -> AsyncIterator[OutageAlert]:
    webhook = AlertWebhook(receiver.url, timeout_seconds=5)
    outage = OutageAlert(webhook, **({"grace_seconds": 0, "hold_seconds": 0} | seconds))
    yield outage
    await outage.close()
    await webhook.close()


async def settled() -> None:
    """Let the tasks that are ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_outage_is_told_once_and_so_is_its_end() -> None:
    async with receiving() as receiver, outage_of(receiver) as outage:
        outage.report_lost("57P01")
        outage.report_lost("57P01")
        await until(lambda: receiver.kinds() == ["database_unreachable"])
        await until(lambda: outage.is_told)
        outage.report_lost("08006")
        outage.report_back()
        outage.report_back()
        await until(lambda: len(receiver.alerts) == 2)
    assert receiver.kinds() == ["database_unreachable", "database_back"]
    lost, _back = receiver.alerts
    assert lost["detail"] == {"error": "57P01"}
    assert lost["text"].startswith("wa-webhook error: database_unreachable")


async def test_an_outage_is_told_with_the_newest_reason() -> None:
    async with receiving() as receiver, outage_of(receiver) as outage:
        outage.report_lost("57P01")
        outage.report_lost("28P01", "the password is wrong, or the role has none")
        await until(lambda: outage.is_told)
    (lost,) = receiver.alerts
    assert lost["detail"] == {
        "error": "28P01",
        "cause": "the password is wrong, or the role has none",
    }
    assert lost["next_step"] == describe_outage("28P01")["next_step"]


async def test_an_alert_says_whose_it_is_where_a_process_has_several_businesses() -> None:
    async with receiving() as receiver, outage_of(receiver) as outage:
        BUSINESS.set("acme")
        outage.report_lost("57P01")
        await until(lambda: receiver.kinds() == ["database_unreachable"])
    (lost,) = receiver.alerts
    assert lost["business"] == "acme"
    assert lost["text"].startswith("wa-webhook error: database_unreachable of acme (database)")


async def test_an_outage_that_ends_within_its_grace_is_not_told() -> None:
    async with receiving() as receiver, outage_of(receiver, grace_seconds=60) as outage:
        outage.report_lost("57P01")
        await settled()
        outage.report_back()
        await settled()
        assert not outage.is_telling
    assert receiver.alerts == []


async def test_an_outage_soon_after_another_is_told_and_its_end_when_it_has_held() -> None:
    async with receiving() as receiver, outage_of(receiver) as outage:
        outage.report_lost("57P01")
        await until(lambda: outage.is_told)
        outage.report_back()
        await until(lambda: len(receiver.alerts) == 2)
        outage.report_lost("57P01")
        await until(lambda: outage.is_told)
        outage.report_back()
        await settled()
        assert outage.is_told
    assert receiver.kinds() == ["database_unreachable", "database_back", "database_unreachable"]


async def test_a_database_that_comes_and_goes_is_one_outage_until_it_holds() -> None:
    async with receiving() as receiver, outage_of(receiver, hold_seconds=60) as outage:
        outage.report_lost("57P01")
        await until(lambda: outage.is_told)
        for _ in range(3):
            outage.report_back()
            await settled()
            outage.report_lost("57P01")
            await settled()
        assert not outage.is_telling
    assert receiver.kinds() == ["database_unreachable"]


async def test_without_a_webhook_nothing_happens() -> None:
    outage = OutageAlert(None)
    outage.report_lost("57P01")
    outage.report_back()
    assert not outage.is_telling
    await outage.close()


async def test_a_database_that_refuses_everything_is_an_outage_too(
    database: Database, connection: Connection[DictRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handler.intake.OutageAlert", partial(OutageAlert, grace_seconds=0))
    async with (
        receiving() as receiver,
        running_webhook(direct_way_in(database) | {"alert_webhook_url": receiver.url}) as webhook,
    ):
        connection.execute("revoke execute on function public.wa_dispatch from wa_edge_role")
        assert (await webhook.post(payloads.text_body("private words"))).status_code == 503
        await until(lambda: receiver.kinds() == ["database_unreachable"])
    (lost,) = receiver.alerts
    assert lost["detail"] == {"error": "42501"}


async def test_a_webhook_that_hangs_delays_no_answer_to_meta(
    stoppable_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "handler.intake.OutageAlert", partial(OutageAlert, grace_seconds=0, hold_seconds=0)
    )
    server = stoppable_database.server
    async with receiving() as receiver:
        receiver.hold()
        async with running_webhook(
            direct_way_in(stoppable_database)
            | {"alert_webhook_url": receiver.url, "alert_webhook_timeout_ms": 60_000}
        ) as webhook:
            await asyncio.to_thread(server.stop)
            await webhook.post(payloads.text_body())
            await until(lambda: receiver.kinds() == ["database_unreachable"])
            started = time.monotonic()
            assert (await webhook.post(payloads.text_body())).status_code == 503
            assert time.monotonic() - started < 5 + 25
            receiver.release()
            await asyncio.to_thread(server.start)
            assert (await webhook.post(payloads.text_body())).status_code == 200
            await until(lambda: "database_back" in receiver.kinds())
    assert receiver.kinds() == ["database_unreachable", "database_back"]


def test_an_outage_says_what_to_do_about_its_cause() -> None:
    assert "primary" in describe_outage("25006")["next_step"]
    assert "disk" in describe_outage("53100")["next_step"]
    assert "WA_DATABASE_URL" in describe_outage("ConnectionTimeout")["next_step"]


@pytest.mark.parametrize(
    ("url", "warnings"),
    [(None, ["ALERT_WEBHOOK_URL_UNSET"]), (SecretStr("http://127.0.0.1:1/alerts"), [])],
)
def test_a_process_says_at_its_start_that_nobody_is_told(
    url: SecretStr | None, warnings: list[str]
) -> None:
    with capture_logs() as events:
        warn_if_unset(AlertSettings(alert_webhook_url=url))
    assert [event["event"] for event in events] == warnings
