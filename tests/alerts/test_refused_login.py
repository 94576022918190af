"""A database that lets a process not in: the log, /readyz and the alert say why."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from handler.process.outage_alert import OutageAlert
from tests.alerts.receiver import receiving
from tests.fixtures.postgres import Database
from tests.notifier.conftest import until
from tests.webhook.conftest import running_webhook
from wa_webhook.claiming.listener import listen

if TYPE_CHECKING:
    from collections.abc import Iterable


def quotes_nothing_of(url: str, texts: Iterable[str]) -> bool:
    """Say whether role, host, port and database of a URL are in none of these texts."""
    _, _, rest = url.partition("://")
    parts = [one for one in rest.replace("@", "/").replace(":", "/").split("/") if len(one) > 3]
    assert parts
    return not any(part in text for part in parts for text in texts)


async def test_a_login_that_is_refused_says_why_and_quotes_nothing_of_the_connection(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handler.intake.OutageAlert", partial(OutageAlert, grace_seconds=0))
    url = database.url("wa_runtime")
    async with (
        receiving() as receiver,
        running_webhook({"wa_database_url": url, "alert_webhook_url": receiver.url}) as webhook,
    ):
        answer = await webhook.http.get("/readyz")
        await until(lambda: receiver.kinds() == ["database_unreachable"])
    (problem,) = answer.json()["problems"]
    assert problem.startswith("database: 28000: the role may not log in")
    (lost,) = receiver.alerts
    assert lost["detail"]["error"] == "28000"
    assert "28000: the role may not log in" in lost["text"]
    assert "refuses the login" in lost["next_step"]
    assert quotes_nothing_of(url, (problem, lost["text"]))


@pytest.mark.any_server
async def test_the_log_says_why_nobody_can_be_woken(database: Database) -> None:
    url = Database(database.server, "a_database_that_is_nowhere").url("wa_notifier_role")
    with capture_logs() as lines:
        listening = asyncio.create_task(listen(url, "wa", lambda: None, does="NOTIFY"))
        await until(lambda: lines != [])
        listening.cancel()
    line = lines[0]
    assert (line["event"], line["sqlstate"]) == ("NOTIFY_LISTEN_LOST", "3D000")
    assert line["cause"] == "there is no such database"
