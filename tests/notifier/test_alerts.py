"""Permanent failures reach the operators' webhook."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from handler.dev.graph import Behaviour
from handler.dev.server import LocalServer, bind
from tests.notifier.conftest import ANA, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from tests.notifier.conftest import Outbox


class Receiver:
    """A webhook for alerts, which answers `status`."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.url = ""
        self.alerts: list[dict[str, Any]] = []

    async def take(self, request: Request) -> Response:
        self.alerts.append(await request.json())
        return Response(status_code=self.status)


@asynccontextmanager
async def receiving(status: int = 204) -> AsyncIterator[Receiver]:
    receiver = Receiver(status)
    app = Starlette(routes=[Route("/alerts", receiver.take, methods=["POST"])])
    async with LocalServer(app, bind("127.0.0.1", 0, "alerts")) as server:
        receiver.url = f"{server.url}/alerts"
        yield receiver


def fail_for_good(outbox: Outbox) -> int:
    outbox.graph.behave(Behaviour(answer="error", code=131009))
    return outbox.queue(outbox.add_user(ANA), "private words")


async def test_a_permanent_failure_is_told_once_and_without_personal_data(outbox: Outbox) -> None:
    notification = fail_for_good(outbox)
    async with receiving() as receiver:
        async with outbox.run_notifier():
            await until(lambda: outbox.status(notification) == "failed")
        async with outbox.run_notifier(alert_webhook_url=receiver.url):
            await until(lambda: _delivered(outbox) == 1)
    (alert,) = receiver.alerts
    assert alert["count"] == 1
    assert alert["kind"] in alert["text"]
    assert ANA[1:] not in str(alert)
    assert "private words" not in str(alert)


async def test_an_alert_that_was_not_taken_is_tried_again_later(outbox: Outbox) -> None:
    notification = fail_for_good(outbox)
    async with receiving(status=500) as receiver:
        async with outbox.run_notifier():
            await until(lambda: outbox.status(notification) == "failed")
        async with outbox.run_notifier(alert_webhook_url=receiver.url):
            await until(lambda: _attempts(outbox) == 1)
    assert _delivered(outbox) == 0


def _delivered(outbox: Outbox) -> int:
    (row,) = outbox.execute("select coalesce(sum(delivered_count), 0)::integer as n from wa.alerts")
    return int(row["n"])


def _attempts(outbox: Outbox) -> int:
    (row,) = outbox.execute("select coalesce(sum(attempt_count), 0)::integer as n from wa.alerts")
    return int(row["n"])
