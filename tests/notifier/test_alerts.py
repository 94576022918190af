"""What the database has queued reaches the operators' webhook, however that behaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.alerts.receiver import receiving
from tests.notifier.conftest import ANA, until
from wa_webhook.meta_stand_in import Behaviour

if TYPE_CHECKING:
    from tests.notifier.conftest import Outbox


def fail_for_good(outbox: Outbox) -> int:
    outbox.graph.behave(Behaviour(answer="error", code=131009))
    return outbox.queue(outbox.add_user(ANA), "private words")


async def test_a_permanent_failure_is_told_once_and_without_personal_data(outbox: Outbox) -> None:
    notification = fail_for_good(outbox)
    async with receiving() as receiver:
        async with outbox.run_notifier():
            await until(lambda: outbox.status(notification) == "failed")
        async with outbox.run_notifier(alert_webhook_url=receiver.url):
            await until(lambda: delivered(outbox) == 1)
    (alert,) = receiver.alerts
    assert alert["count"] == 1
    assert alert["text"].startswith("wa-webhook error: notification_failed (131009)\n")
    assert alert["next_step"] in alert["text"]
    assert ANA[1:] not in str(alert)
    assert "private words" not in str(alert)


@pytest.mark.parametrize(("status", "moves"), [(500, False), (404, True)], ids=["same", "new"])
async def test_an_alert_that_was_not_taken_is_tried_again_at_the_address_of_then(
    outbox: Outbox, status: int, moves: bool
) -> None:
    raise_alert(outbox)
    async with receiving(status=status) as before, receiving() as elsewhere:
        async with outbox.run_notifier(alert_webhook_url=before.url):
            await until(lambda: attempts(outbox) == 1)
        outbox.execute("update wa.alerts set next_attempt_at = now()")
        before.status = 204
        after = elsewhere if moves else before
        async with outbox.run_notifier(alert_webhook_url=after.url):
            await until(lambda: delivered(outbox) == 1)
    assert (len(before.alerts), len(elsewhere.alerts)) == ((1, 1) if moves else (2, 0))


async def test_a_webhook_that_does_not_answer_is_given_its_time_and_no_more(
    outbox: Outbox,
) -> None:
    raise_alert(outbox)
    async with receiving() as receiver:
        receiver.hold()
        with capture_logs() as logs:
            async with outbox.run_notifier(
                alert_webhook_url=receiver.url, alert_webhook_timeout_ms=100
            ):
                await until(lambda: attempts(outbox) == 1)
        receiver.release()
    assert [one["error"] for one in logs if one["event"] == "ALERT_FAILED"] != []


async def test_a_slow_webhook_does_not_slow_sending(outbox: Outbox) -> None:
    raise_alert(outbox)
    async with receiving() as receiver:
        receiver.hold()
        async with outbox.run_notifier(alert_webhook_url=receiver.url):
            await until(lambda: len(receiver.alerts) == 1)
            notification = outbox.queue(outbox.add_user(ANA))
            await until(lambda: outbox.status(notification) == "delivered")
        receiver.release()


async def test_a_redirect_is_a_failure_and_is_not_followed(outbox: Outbox) -> None:
    raise_alert(outbox)
    async with receiving() as elsewhere, receiving(status=307) as receiver:
        receiver.location = elsewhere.url
        async with outbox.run_notifier(alert_webhook_url=receiver.url):
            await until(lambda: attempts(outbox) == 1)
    assert elsewhere.alerts == []


async def test_the_url_is_in_no_log_and_in_no_settings_that_are_printed(outbox: Outbox) -> None:
    raise_alert(outbox)
    async with receiving(status=500) as receiver:
        url = f"{receiver.url}?key=secret-of-the-url"
        with capture_logs() as logs:
            async with outbox.run_notifier(alert_webhook_url=url):
                await until(lambda: attempts(outbox) == 1)
    assert "secret-of-the-url" not in str(logs)
    assert "secret-of-the-url" not in repr(outbox.notifier_settings(alert_webhook_url=url))


async def test_without_a_webhook_alerts_are_grouped_for_whoever_looks(outbox: Outbox) -> None:
    raise_alert(outbox)
    raise_alert(outbox)
    async with outbox.run_notifier():
        await until(lambda: outbox.execute("select seen_count from wa.alerts") != [])
    assert outbox.execute("select seen_count from wa.alert_overview") == [{"seen_count": 2}]


def raise_alert(outbox: Outbox) -> None:
    outbox.execute("select wa.raise_alert('send_error', '131042', '{}')")


def delivered(outbox: Outbox) -> int:
    (row,) = outbox.execute("select coalesce(sum(delivered_count), 0)::integer as n from wa.alerts")
    return int(row["n"])


def attempts(outbox: Outbox) -> int:
    (row,) = outbox.execute("select coalesce(sum(attempt_count), 0)::integer as n from wa.alerts")
    return int(row["n"])
