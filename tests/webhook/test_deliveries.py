"""Webhooks that Meta could have posted: each message has its effect once, however they arrive."""

import asyncio
import random

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from tests import payloads
from tests.dispatching import break_step
from tests.fixtures.postgres import Database
from tests.webhook.conftest import APP_SECRET, RunWebhook, Webhook

STATUSES = "select status, count(*) as number from public.wa_events group by status"
APOLOGY = 'Sorry, I did not understand that. Choose from the menu, or write "help".'
CONVERSATIONS = """
    select replies, count(*) as users
    from (
      select array_agg(payload #>> '{interactive,body,text}' order by id) as replies
      from public.notifications
      group by user_id
    ) as conversation
    group by replies
"""


async def test_a_signed_text_message_is_processed_and_answered(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    response = await webhook.post(payloads.text_body())
    assert response.status_code == 200
    assert response.json()["processed"] == 1
    assert connection.execute(STATUSES).fetchall() == [{"status": "processed", "number": 1}]


async def test_the_same_post_again_is_a_duplicate_and_still_200(webhook: Webhook) -> None:
    body = payloads.text_body()
    await webhook.post(body)
    response = await webhook.post(body)
    assert response.status_code == 200
    assert (response.json()["processed"], response.json()["duplicate"]) == (0, 1)


async def test_twenty_simultaneous_posts_of_one_message_have_one_effect(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    body = payloads.text_body()
    responses = await asyncio.gather(*(webhook.post(body) for _ in range(20)))
    assert {response.status_code for response in responses} == {200}
    assert await webhook.figure("wa_message_processed_total") == 1
    assert await webhook.figure("wa_message_duplicate_total") == 19
    replies = connection.execute("select count(*) as number from public.notifications").fetchone()
    assert replies == {"number": 1}


@pytest.mark.any_server
async def test_a_post_is_tried_again_while_the_database_is_contended(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    connection.execute(b"""
        create sequence wa.attempts;
        grant usage on wa.attempts to public;
        create function wa.step_contended(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp as $$ begin
          if nextval('wa.attempts') < 3 then
            raise deadlock_detected;
          end if;
          return null;
        end $$;
        update wa.flow_states set step_function = 'step_contended' where state = 'home'""")
    response = await webhook.post(payloads.text_body())
    assert (response.status_code, response.json()["processed"]) == (200, 1)


@pytest.mark.parametrize("batch_size", [1, 32])
async def test_a_hundred_users_with_ten_messages_each_over_sixteen_connections(
    database: Database,
    run_webhook: RunWebhook,
    connection: Connection[DictRow],
    batch_size: int,
) -> None:
    bodies = [
        payloads.text_body("what?", sender=str(34600000000 + user), message_id=f"wamid.{user}.{n}")
        for user in range(100)
        for n in range(10)
    ]
    random.Random(1).shuffle(bodies)
    waiting = iter(bodies)

    async def post_in_turn() -> list[int]:
        return [(await webhook.post(body)).status_code for body in waiting]

    async with run_webhook(database, wa_webhook_batch_size=batch_size) as webhook:
        statuses = await asyncio.gather(*(post_in_turn() for _ in range(16)))
        assert [status for some in statuses for status in some] == [200] * 1000
        assert await webhook.figure("wa_message_processed_total") == 1000
        assert await webhook.figure("wa_message_duplicate_total") == 0
    assert connection.execute(STATUSES).fetchall() == [{"status": "processed", "number": 1000}]
    users = connection.execute("select count(*) as number from public.profiles").fetchone()
    assert users == {"number": 100}
    states = connection.execute("select distinct state from public.chat_state").fetchall()
    assert states == [{"state": "home"}]
    # The first message finds no chat and is greeted, the others find one and are not understood:
    # two at once would both be greeted.
    assert connection.execute(CONVERSATIONS).fetchall() == [
        {"replies": ["What would you like to do?", *[APOLOGY] * 9], "users": 100}
    ]


async def test_requests_that_arrive_together_share_calls(webhook: Webhook) -> None:
    bodies = [payloads.text_body(sender=str(34600000000 + n)) for n in range(64)]
    responses = await asyncio.gather(*(webhook.post(body) for body in bodies))
    assert max(response.json()["requests"] for response in responses) > 1
    assert await webhook.figure("wa_webhook_requests_per_call_count") < 64
    assert await webhook.figure("wa_message_processed_total") == 64


async def test_a_message_that_breaks_a_flow_costs_its_neighbours_nothing(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    break_step(connection)
    messages = [payloads.text_message(text) for text in ("menu", "help", "language")]
    response = await webhook.post(payloads.body(payloads.envelope(messages)))
    assert response.status_code == 200
    assert (response.json()["processed"], response.json()["failed"]) == (2, 1)
    failed = connection.execute(
        "select wa_message_id, payload, error from public.wa_events where status = 'failed'"
    ).fetchall()
    assert [event["wa_message_id"] for event in failed] == [messages[1]["id"]]
    assert failed[0]["payload"]["entry"][0]["changes"][0]["value"]["messages"] == [messages[1]]
    assert failed[0]["error"].startswith("WA003: ")


async def test_any_of_the_app_secrets_may_have_signed(
    database: Database, run_webhook: RunWebhook
) -> None:
    async with run_webhook(database, wa_app_secret=f"another,{APP_SECRET}") as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 200


async def test_a_status_of_a_message_we_never_sent_is_no_error(webhook: Webhook) -> None:
    body = payloads.body(payloads.envelope(statuses=[payloads.status_update()]))
    response = await webhook.post(body)
    assert (response.status_code, response.json()["statuses"]) == (200, 1)


async def test_an_unknown_field_is_no_error(webhook: Webhook) -> None:
    body = payloads.body(payloads.field_envelope("field_of_tomorrow", {"a": [1]}))
    assert (await webhook.post(body)).status_code == 200


async def test_a_debugging_window_stores_a_masked_snapshot_of_its_share(
    database: Database, run_webhook: RunWebhook, connection: Connection[DictRow]
) -> None:
    async with run_webhook(
        database, wa_inbound_debug_snapshot=True, wa_inbound_log_sample_rate=1
    ) as webhook:
        await webhook.post(payloads.text_body("private words"))
    rows = connection.execute("select to_jsonb(log)::text as log from public.webhook_logs as log")
    (row,) = rows.fetchall()
    assert "private words" not in row["log"]
    assert payloads.SENDER not in row["log"]


async def test_without_a_debugging_window_no_snapshot_is_stored(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    await webhook.post(payloads.text_body())
    assert connection.execute("select from public.webhook_logs").fetchall() == []
