"""Retention deletes what is past its time, in batches, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import as_engine, dispatch, say, send, value, values
from tests.fixtures.citus import purges_there
from tests.retention.conftest import BATCH, purge, step

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.retention.conftest import Past

pytestmark = purges_there


def test_events_older_than_their_time_are_forgotten_and_younger_ones_are_not(
    edge: Connection[DictRow], past: Past
) -> None:
    past.add_events(2, "30 days 1 minute")
    past.add_events(3, "29 days 23:59")
    said = purge(edge)["RETENTION_WA_EVENTS_PURGED"]
    assert (said["count"], said["level"]) == (2, "info")
    assert past.count("public.wa_events") == 3


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("RETENTION_WA_EVENTS_PURGED", 30),
        ("RETENTION_WEBHOOK_LOGS_PURGED", 14),
        ("RETENTION_NOTIFICATIONS_PURGED", 90),
        ("RETENTION_KEPT_PAYLOADS_PURGED", 30),
    ],
)
def test_each_table_is_told_of_with_the_moment_before_which_it_was_purged(
    edge: Connection[DictRow], said: str, days: int
) -> None:
    before = value(edge, "select now()")
    event = purge(edge)[said]
    cutoff = datetime.fromisoformat(event["cutoff"]) + timedelta(days=days)
    assert event["count"] == 0
    assert before <= cutoff <= value(edge, "select now()")


def test_finished_notifications_have_a_time_of_their_own(
    edge: Connection[DictRow], past: Past
) -> None:
    say(edge, "hello")
    past.owner.execute(
        "update public.notifications"
        " set status = 'cancelled', created_at = now() - interval '2 days'"
    )
    purge(edge)
    assert past.count("public.notifications") == 1
    past.owner.execute("update wa.settings set value = '1' where key = 'notifications_ttl_days'")
    assert purge(edge)["RETENTION_NOTIFICATIONS_PURGED"]["count"] == 1


def test_the_time_is_a_setting(edge: Connection[DictRow], past: Past) -> None:
    past.add_events(1, "9 days")
    past.owner.execute("update wa.settings set value = '8.5' where key = 'events_ttl_days'")
    assert purge(edge)["RETENTION_WA_EVENTS_PURGED"]["count"] == 1


@pytest.mark.parametrize("days", ["7.9", "0", "-1", '"30"', "null", "[]"])
def test_events_may_not_be_forgotten_while_meta_still_repeats_them(past: Past, days: str) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        past.owner.execute(
            "update wa.settings set value = %s where key = 'events_ttl_days'", (days,)
        )
    assert refusal.value.sqlstate == "WA041"


def test_a_large_past_goes_in_batches_with_a_commit_after_each(
    connect: Connect, past: Past
) -> None:
    past.add_events(BATCH + 1, "31 days")
    handler = connect("wa_edge_role", autocommit=False)
    first = step(handler)
    assert (first["is_done"], first["purged"]["wa_events"]) == (False, BATCH)
    handler.commit()
    assert past.count("public.wa_events") == 1
    second = step(handler)
    assert (second["is_done"], second["purged"]["wa_events"]) == (True, 1)
    handler.rollback()


def test_the_procedure_adds_up_its_batches(edge: Connection[DictRow], past: Past) -> None:
    past.add_events(2 * BATCH + 1, "31 days")
    assert purge(edge)["RETENTION_WA_EVENTS_PURGED"]["count"] == 2 * BATCH + 1
    assert past.count("public.wa_events") == 0


def test_only_finished_notifications_go(edge: Connection[DictRow], past: Past) -> None:
    say(edge, *(["hello"] * 4))
    past.owner.execute("update public.notifications set created_at = now() - interval '91 days'")
    with as_engine(past.owner):
        past.owner.execute(
            "update public.notifications set status = (array['sent', 'failed', 'cancelled'])[id]"
            " where id <= 3"
        )
    assert purge(edge)["RETENTION_NOTIFICATIONS_PURGED"]["count"] == 3
    assert values(past.owner, "select status from public.notifications") == ["queued"]


def test_only_payloads_that_wait_for_nobody_go(edge: Connection[DictRow], past: Past) -> None:
    past.add_kept_payload("dispatch_error", "31 days")
    past.add_kept_payload("dispatch_error", "31 days", is_replayed=True)
    past.add_kept_payload("dispatch_error", "29 days", is_replayed=True)
    past.add_kept_payload("text_replaced", "31 days")
    past.add_kept_payload("not_json", "89 days")
    assert purge(edge)["RETENTION_KEPT_PAYLOADS_PURGED"]["count"] == 2
    assert past.count("wa.kept_payloads") == 3


def test_a_second_runner_steps_aside(connect: Connect, past: Past) -> None:
    past.add_events(1, "31 days")
    first, second = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    step(first)
    assert list(purge(second)) == ["RETENTION_ALREADY_RUNNING"]
    aside = step(second)
    assert (aside["is_busy"], aside["is_done"], aside["purged"]) == (True, True, {})
    first.commit()
    assert step(second)["is_busy"] is False


def test_a_purge_that_is_interrupted_leaves_its_turn_to_the_next(
    connect: Connect, past: Past
) -> None:
    past.add_events(1, "31 days")
    first, second = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    step(first)
    first.rollback()
    assert purge(second)["RETENTION_WA_EVENTS_PURGED"]["count"] == 1


def test_dispatch_does_not_wait_for_a_step_that_changes_the_partitions(
    connect: Connect, past: Past
) -> None:
    purging, handler = connect("wa_edge_role", autocommit=False), connect("wa_edge_role")
    assert step(purging)["is_done"]
    handler.execute("set lock_timeout = '1ms'")
    assert send(handler, payloads.text_message()) == {"processed": 1}
    purging.rollback()


def test_dispatch_says_when_retention_is_due(edge: Connection[DictRow], past: Past) -> None:
    def is_due() -> bool:
        answer = dispatch(edge, payloads.envelope([payloads.text_message()]))
        return bool(answer["retention_due"])

    assert is_due()
    purge(edge)
    assert not is_due()
    past.owner.execute(
        "update wa.retention_state set last_started_at = now() - interval '6 hours 1 second'"
    )
    assert is_due()


def test_a_run_leaves_when_it_started_and_finished(edge: Connection[DictRow], past: Past) -> None:
    purge(edge)
    query = "select last_started_at <= last_finished_at from wa.retention_state"
    assert value(past.owner, query) is True
