"""Nothing gets in since the secret is wrong: it is told, `status` knows, and nobody can flood."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from handler import signature
from handler.process.alert_webhook import AlertWebhook
from handler.refusal_alert import RefusalAlert
from tests import payloads
from tests.alerts.receiver import receiving
from tests.dispatching import value, values
from tests.fixtures.transport import direct_way_in
from tests.notifier.conftest import until
from tests.webhook.conftest import running_webhook

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database


PROBLEM = """
    select problem ->> 'message'
    from jsonb_array_elements(public.wa_status() -> 'problems') as problem
    where problem ->> 'code' = 'signatures_refused'
"""
RAISED = "select (detail ->> 'count')::integer from wa.alert_occurrences order by id"


@pytest.mark.any_server
async def test_signatures_that_are_refused_are_told_once_while_none_is_accepted(
    database: Database, connection: Connection[DictRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raised() -> list[int]:
        return values(connection, RAISED)

    soon = partial(RefusalAlert, least=3, span_seconds=0)
    monkeypatch.setattr("handler.webhook.RefusalAlert", soon)
    async with (
        receiving() as receiver,
        running_webhook(direct_way_in(database) | {"alert_webhook_url": receiver.url}) as webhook,
    ):
        body = payloads.text_body("private words")

        async def refuse(times: int) -> None:
            for _ in range(times):
                assert (await webhook.post(body, signed_as=b"other")).status_code == 401

        await refuse(2)
        assert (await webhook.post(body)).status_code == 200
        await refuse(2)
        for header in ("", "sha256=0"):
            answer = await webhook.http.post(
                "/webhook", content=body, headers={signature.HEADER: header}
            )
            assert answer.status_code == 401
        assert raised() == []
        await refuse(4)
        await until(lambda: raised() == [3])
        assert "are refused (401)" in value(connection, PROBLEM)
        assert (await webhook.post(payloads.text_body("more"))).status_code == 200
        assert values(connection, PROBLEM) == []
        await refuse(3)
        assert receiver.alerts == []
    assert raised() == [3]


async def test_the_handler_posts_what_no_notifier_would(
    database: Database, connection: Connection[DictRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = partial(RefusalAlert, least=1, span_seconds=0)
    monkeypatch.setattr("handler.webhook.RefusalAlert", soon)
    connection.execute("update wa.queue_state set alerts_are_posted = false")
    async with (
        receiving() as receiver,
        running_webhook(direct_way_in(database) | {"alert_webhook_url": receiver.url}) as webhook,
    ):
        assert (await webhook.post(b"{}", signed_as=b"other")).status_code == 401
        await until(lambda: len(receiver.alerts) == 1)
    (alert,) = receiver.alerts
    assert (alert["kind"], alert["count"]) == ("signatures_refused", 1)
    assert values(connection, RAISED) == [1]
    assert "WA_APP_SECRET" in alert["text"]


async def nobody(_: object) -> None:
    """Be a database that does not answer."""


async def test_a_post_that_fails_is_made_again_with_what_is_refused_later() -> None:
    async with receiving(status=503) as receiver:
        webhook = AlertWebhook(receiver.url, timeout_seconds=30)
        alert = RefusalAlert(webhook, "", nobody, least=1, span_seconds=0, retry_seconds=0)
        refused = signature.sign(b"", b"other")
        alert.report_refused(refused)
        await until(lambda: len(receiver.alerts) == 1)
        receiver.status = 204

        def is_told_again() -> bool:
            alert.report_refused(refused)
            return len(receiver.alerts) == 2

        await until(is_told_again)
        await alert.close()
        await webhook.close()
    assert receiver.kinds() == ["signatures_refused"] * 2
