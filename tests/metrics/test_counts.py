"""What the metrics of handler and notifier say after traffic that is known."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.metrics.conftest import CARLA, DORA, EVA, sum_of
from tests.notifier.conftest import ANA, BRUNO, until
from wa_webhook.meta_stand_in import Behaviour

if TYPE_CHECKING:
    from tests.metrics.conftest import Observed

pytestmark = pytest.mark.any_server

LABELS = {
    "wa_webhook_request_ms": {"status"},
    "wa_http_refused": {"reason"},
    "wa_notification_queue": {"status"},
    "wa_notification_retried": {"class", "code"},
    "wa_notification_failed": {"class", "code"},
    "wa_notification_send_ms": {"outcome"},
    "wa_task_queue": {"status"},
    "wa_task_run_ms": {"kind", "outcome"},
    "wa_task_done": {"kind"},
    "wa_task_late": {"kind"},
    "wa_task_retried": {"kind", "error_class"},
    "wa_task_failed": {"kind", "error_class"},
    "wa_task_answer": {"status"},
    "wa_worker_slots": {"kind"},
    "wa_worker_slots_busy": {"kind"},
    "wa_database_error": {"sqlstate_class"},
    "wa_unknown_received": {"what"},
    "wa_retention_purged_rows": {"table"},
}
PATIENCE_SECONDS = 60
PART = re.compile(r"_(total|count|sum|bucket|created)$")


async def test_messages_and_attempts_are_counted_by_what_became_of_them_and_not_by_whose_they_are(
    observed: Observed,
) -> None:
    # A status that overtook the answer would be what settles the message.
    observed.outbox.graph.behave(Behaviour(statuses="none", recipient=EVA[1:]))
    sent = observed.outbox.queue(observed.outbox.add_user(EVA))
    await observed.converse()
    await observed.meet_trouble()
    await until(lambda: observed.outbox.status(sent) == "sent")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await observed.figure("wa_notifier_slots_busy"):
            pass
    scraped = await observed.scrape()
    figure = partial(sum_of, scraped)

    for name, count in {"processed": 1, "duplicate": 1, "failed": 1, "invalid_sender": 1}.items():
        assert figure(f"wa_message_{name}_total") == count
    assert figure("wa_payload_kept_total") == 2
    assert figure("wa_payload_waiting") == 3
    assert figure("wa_event_failed") == 1

    failure = {"class": "message", "code": "131009"}
    retry = {"class": "retry", "code": "131000"}
    assert figure("wa_notification_failed_total", **failure) == 1
    assert figure("wa_notification_retried_total", **retry) == 1
    assert figure("wa_notification_sent_total") >= 1
    assert figure("wa_notification_send_ms_count", outcome="accepted") >= 1
    assert figure("wa_notification_send_ms_count", outcome="rejected") == 2
    assert figure("wa_notification_queued_ms_count") >= 1
    assert figure("wa_notifier_claim_total") >= 1
    assert figure("wa_notifier_slots") == 32

    assert figure("wa_database_pool_limit") == 4
    assert 1 <= figure("wa_database_pool_size") <= 4
    assert figure("wa_database_pool_requests_total") >= 3
    assert figure("wa_database_pool_waiting") == 0

    for sample in scraped:
        if not sample.name.startswith("wa_"):
            continue
        family = PART.sub("", sample.name)
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        assert labels.keys() == LABELS.get(family, set()), sample
        for value in labels.values():
            assert re.fullmatch(r"[a-z_]{1,30}|[0-9]{1,6}|WA", value), sample
            assert value not in {address[1:] for address in (ANA, BRUNO, CARLA, DORA, EVA)}


async def test_what_nobody_knows_is_counted_by_what_it_is(observed: Observed) -> None:
    strange = payloads.envelope([payloads.message("hologram")], holograms=[])
    assert await observed.post(payloads.body(strange)) == 200
    figures = {
        what: await observed.figure("wa_unknown_received_total", what=what)
        for what in ("message", "status", "field", "error")
    }
    assert figures == {"message": 1, "status": 0, "field": 1, "error": 0}


async def test_a_code_that_nobody_knows_adds_one_series_whatever_it_is(observed: Observed) -> None:
    observed.outbox.set_first_delay("unknown_code", 0)
    for number, code in enumerate((987001, 987002)):
        observed.outbox.graph.behave(Behaviour(answer="error", code=code, http_status=400))
        observed.outbox.queue(observed.outbox.add_user(f"+3460000111{number}"))
        await until(lambda: observed.outbox.count("queued") + observed.outbox.count("sending") == 0)
    failures = [
        sample.labels["code"]
        for sample in await observed.scrape()
        if sample.name in ("wa_notification_retried_total", "wa_notification_failed_total")
    ]
    assert failures
    assert all("987" not in code for code in failures)


async def test_calls_that_the_database_refuses_are_counted_by_class(observed: Observed) -> None:
    await observed.post(b'{"number": 1e999999}')
    await observed.post(b"{}")
    observed.outbox.execute("drop function public.wa_dispatch(jsonb, jsonb)")
    assert await observed.post(b'{"object": 1}') == 503
    for sqlstate_class in ("22", "WA", "42"):
        assert await observed.figure("wa_database_error_total", sqlstate_class=sqlstate_class) >= 1


async def test_retention_is_seen(observed: Observed) -> None:
    observed.outbox.execute(
        "update wa.retention_state set last_finished_at = now() - interval '1 day'"
    )
    scraped = await observed.scrape()
    for name in ("wa_retention_age_seconds", "wa_retention_overdue"):
        assert sum_of(scraped, name) >= 1
