"""What an operator sees of the handler: health, metrics, logs, retention."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection
from psycopg.rows import DictRow
from structlog.typing import EventDict

from tests import payloads
from tests.fixtures.postgres import Database
from tests.webhook.conftest import APP_SECRET, VERIFY_TOKEN, RunWebhook, Webhook


def named(events: list[EventDict], name: str) -> list[EventDict]:
    return [event for event in events if event["event"] == name]


async def until_logged(webhook: Webhook, name: str) -> EventDict:
    """Wait for an event; each look is one request, so the loop does not spin."""
    async with asyncio.timeout(30):
        while not named(webhook.events, name):
            await webhook.http.get("/healthz")
    return named(webhook.events, name)[0]


async def test_readiness_tells_everybody_nothing_of_our_numbers(webhook: Webhook) -> None:
    response = await webhook.http.get("/readyz")
    assert "numbers" not in response.json()


async def test_a_migrated_database_makes_the_handler_ready(webhook: Webhook) -> None:
    response = await webhook.http.get("/readyz")
    assert (response.status_code, response.json()["ok"]) == (200, True)


async def test_a_database_with_problems_is_not_ready_and_says_why(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.settings")
    response = await webhook.http.get("/readyz")
    assert response.status_code == 503
    assert response.json()["problems"]


async def test_a_database_that_was_never_migrated_is_sent_back_to_meta(
    bare_database: Database, run_webhook: RunWebhook
) -> None:
    async with run_webhook(bare_database) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 503
        assert (await webhook.http.get("/readyz")).status_code == 503


async def test_metrics_have_the_names_that_dashboards_use(webhook: Webhook) -> None:
    await webhook.post(payloads.text_body())
    await webhook.http.post("/webhook", content=b"{}")
    assert await webhook.figure("wa_webhook_request_ms_count", status="200") == 1
    assert await webhook.figure("wa_webhook_request_ms_count", status="401") == 1
    assert await webhook.figure("wa_message_processed_total") == 1
    for counter in ("failed", "invalid_sender", "duplicate", "ignored"):
        assert await webhook.figure(f"wa_message_{counter}_total") == 0
    assert await webhook.figure("wa_database_up") == 1
    assert await webhook.figure("wa_notification_queue", status="queued") == 1
    assert await webhook.figure("wa_notification_oldest_due_seconds") >= 0
    assert await webhook.figure("process_resident_memory_bytes") > 0


async def test_every_request_leaves_one_line_with_what_came_of_it(webhook: Webhook) -> None:
    body = payloads.text_body()
    await webhook.post(body)
    await webhook.post(b"{")
    taken, refused = named(webhook.events, "WEBHOOK_REQUEST")
    assert (taken["status"], taken["bytes"], taken["processed"]) == (200, len(body), 1)
    assert taken["ms"] > 0
    assert (refused["status"], refused["error"]) == (400, "not_json")


async def test_no_secret_and_no_personal_data_in_logs_and_answers(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    text = payloads.text_body("private words", user_id=payloads.SENDER_USER_ID)
    answers = [
        await webhook.post(text),
        await webhook.post(text.replace(b"private", rb"private\u0000")),
        await webhook.post(text[:-1]),
        await webhook.post(text, signed_as=b""),
        await webhook.http.get("/webhook", params={"hub.verify_token": "x" + VERIFY_TOKEN}),
        await webhook.http.get("/readyz"),
    ]
    said = "".join([answer.text for answer in answers]) + repr(webhook.events)
    said += (await webhook.scrape()).decode()
    for private in (
        APP_SECRET,
        VERIFY_TOKEN,
        "private",
        payloads.SENDER,
        payloads.SENDER_USER_ID,
        payloads.SENDER_NAME + '"',
        "postgresql://",
    ):
        assert private not in said


async def test_an_error_of_our_own_is_a_500_without_the_payload_in_the_log(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(body: bytes) -> None:
        raise RuntimeError(f"cannot take {body!r}")

    monkeypatch.setattr("handler.intake.storable_text", fail)
    response = await webhook.post(payloads.text_body("private words"))
    assert (response.status_code, response.json()) == (500, {"error": "internal_error"})
    (event,) = named(webhook.events, "WEBHOOK_ERROR")
    assert (event["error"], event["log_level"]) == ("RuntimeError", "error")
    assert "private" not in repr(webhook.events)


async def test_a_payload_that_breaks_dispatch_is_kept_and_taken(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute("alter table public.wa_events add constraint broken check (false) not valid")
    body = payloads.text_body()
    response = await webhook.post(body)
    assert (response.status_code, response.json()["kept"]) == (200, 1)
    (event,) = named(webhook.events, "PAYLOAD_KEPT")
    assert (event["log_level"], event["sqlstate"]) == ("error", "23514")
    (row,) = connection.execute("select reason, error, body from wa.kept_payloads").fetchall()
    assert (row["reason"], row["body"]) == ("dispatch_error", body)
    assert row["error"].startswith("23514")


async def test_retention_that_is_due_runs_after_the_request(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute(
        "create function wa.expire_parcel(p_batch integer) returns integer language plpgsql"
        " set search_path = pg_catalog, pg_temp as 'begin return 3; end'"
    )
    connection.execute(
        "update wa.retention_state set last_started_at = now() - interval '1 year',"
        " last_finished_at = now() - interval '1 year'"
    )
    response = await webhook.post(payloads.text_body())
    assert response.status_code == 200
    purged = await until_logged(webhook, "RETENTION_WA_EVENTS_PURGED")
    assert (purged["log_level"], purged["count"]) == ("info", 0)
    assert datetime.fromisoformat(purged["cutoff"]) < datetime.now(UTC) - timedelta(days=29)
    await until_logged(webhook, "RETENTION_WEBHOOK_LOGS_PURGED")
    of_a_flow = await until_logged(webhook, "RETENTION_PARCEL_PURGED")
    assert (of_a_flow["count"], of_a_flow["cutoff"]) == (3, None)


async def test_a_purge_that_fails_is_logged_and_disturbs_no_request(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute("drop function public.wa_retention_step()")
    responses = [await webhook.post(payloads.text_body()) for _ in range(3)]
    assert {response.status_code for response in responses} == {200}
    failed = await until_logged(webhook, "RETENTION_FAILED")
    assert failed["log_level"] == "error"
    assert failed["sqlstate"] in {"42883", "PGRST202"}
    assert len(named(webhook.events, "RETENTION_FAILED")) == 1


async def test_a_batch_that_fails_is_logged_and_raises_an_alert(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.settings where key = 'logs_ttl_days'")
    assert (await webhook.post(payloads.text_body())).status_code == 200
    failed = await until_logged(webhook, "RETENTION_FAILED")
    assert failed["sqlstate"] == "WA004"
    (alert,) = connection.execute("select kind, group_key from wa.alert_overview").fetchall()
    assert alert == {"kind": "retention_failed", "group_key": "WA004"}
