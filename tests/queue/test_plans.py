"""Sessions live for days: what they plan on an empty outbox has to do for a full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.fixtures.citus import looks_at_plans
from tests.payloads import envelope, text_message
from tests.plans import count_rows_more, list_repeated_searches, make_tables_look_empty
from tests.queue.conftest import TEMPLATE, result_of, text
from tests.scans import count_scans
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from typing import Any

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue

BATCH, FEW, MANY = 20, 50, 2000
CLAIM = "select * from public.wa_notifications_claim('worker-1', 20)"
DISPATCH = "select public.wa_dispatch(%s)"


def test_no_plan_of_a_claim_or_a_settlement_reads_the_outbox_from_end_to_end(
    queue: Queue, connection: Connection[DictRow], notifier_connection: Connection[DictRow]
) -> None:
    queue.add_user()
    for _ in range(4):
        queue.queue()
    before = count_scans(connection, notifier_connection)
    queue.accept(queue.claim())
    (second,) = queue.claim()
    queue.reject(second, 131000)
    queue.claim()
    assert count_scans(connection, notifier_connection) == before


def queue_for_many(queue: Queue, first: int, number: int, payload: dict[str, Any]) -> None:
    """Queue two messages each for people who have just written, and changed their number before."""
    queue.execute(
        """
        with person as (
          insert into public.profiles (whatsapp_e164)
          select '+' || (34600000000 + number) from generate_series(%s::integer, %s) as number
          returning user_id, whatsapp_e164
        ),

        written as (
          insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
          select user_id, '', now() from person
        ),

        alias as (
          insert into wa.profile_aliases (kind, value, user_id)
          select 'bsuid', 'ES.9' || right(whatsapp_e164, 9), user_id from person
        )

        insert into public.notifications (user_id, recipient, payload, outside_window)
        select user_id, whatsapp_e164, %s, 'cancel' from person cross join generate_series(1, 2)""",
        first,
        first + number - 1,
        Jsonb(payload),
    )


@pytest.fixture
def superuser(connect: Connect) -> Connection[DictRow]:
    """A session that makes its plans while there seems to be nothing."""
    session = connect(SUPERUSER)
    make_tables_look_empty(session)
    return session


@pytest.fixture
def claimed(queue: Queue) -> list[DictRow]:
    """What a worker has of an outbox with hardly more in it."""
    queue.set("number_rate_per_second", 0)
    queue_for_many(queue, 0, FEW, text())
    return queue.claim(BATCH)


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize("payload", [text(), TEMPLATE], ids=["text", "template"])
@pytest.mark.parametrize("are_analysed", [True, False], ids=["analysed empty", "never analysed"])
def test_a_claim_handles_no_more_than_its_batch_where_the_outbox_fills_up(
    queue: Queue, connect: Connect, payload: dict[str, Any], are_analysed: bool
) -> None:
    queue.set("number_rate_per_second", 0)
    queue_for_many(queue, 0, FEW if are_analysed else 3, payload)
    queue.execute("update public.notifications set expires_at = now() where mod(id, 4) = 1")
    superuser = connect(SUPERUSER)
    if are_analysed:
        make_tables_look_empty(superuser)
    more = count_rows_more(superuser, lambda: queue_for_many(queue, FEW, MANY, payload), CLAIM)
    assert more < MANY


@looks_at_plans
@pytest.mark.fresh_database
def test_nor_does_one_that_finds_leases_run_out(
    queue: Queue, claimed: list[DictRow], superuser: Connection[DictRow]
) -> None:
    for row in claimed:
        queue.end_lease(row["id"])
    more = count_rows_more(superuser, lambda: queue_for_many(queue, FEW, MANY, text()), CLAIM)
    assert more < MANY


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize(
    "result",
    [
        {"outcome": "accepted"},
        {"outcome": "unknown"},
        {"outcome": "rejected", "error_code": 131026, "http_status": 400},
    ],
    ids=lambda result: result["outcome"],
)
@pytest.mark.parametrize("is_overtaken", [False, True], ids=["in time", "after a status"])
def test_nor_does_a_settlement(
    queue: Queue,
    claimed: list[DictRow],
    superuser: Connection[DictRow],
    result: dict[str, Any],
    is_overtaken: bool,
) -> None:
    if is_overtaken:
        queue.apply_statuses(queue.status_of(claimed[0]["id"], "sent"))
    results = [
        result_of(row, **result) | {"wa_id": row["request"]["to"], "user_id": f"ES.{row['id']}"}
        for row in claimed
    ]
    more = count_rows_more(
        superuser,
        lambda: queue_for_many(queue, FEW, MANY, text()),
        "select public.wa_notifications_settle(%s)",
        Jsonb(results),
    )
    assert more < MANY


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize("status", ["delivered", "failed"])
@pytest.mark.parametrize("is_ours", [True, False], ids=["of ours", "of others"])
def test_nor_do_statuses(
    queue: Queue,
    claimed: list[DictRow],
    superuser: Connection[DictRow],
    status: str,
    is_ours: bool,
) -> None:
    if not is_ours:
        queue.accept(claimed)
    statuses = [
        queue.status_of(row["id"], status, error_code=131026, recipient_user_id=f"ES.{row['id']}")
        | ({} if is_ours else {"biz_opaque_callback_data": "order-7"})
        for row in claimed
    ]
    more = count_rows_more(
        superuser,
        lambda: queue_for_many(queue, FEW, MANY, text()),
        DISPATCH,
        Jsonb(envelope(statuses=statuses)),
    )
    assert more < MANY


@looks_at_plans
@pytest.mark.fresh_database
@pytest.mark.parametrize("status", ["delivered", "failed"])
def test_no_status_of_many_is_looked_for_among_all_others(
    queue: Queue, connect: Connect, status: str
) -> None:
    queue.set("number_rate_per_second", 0)
    queue_for_many(queue, 0, MANY, text())
    statuses = [queue.status_of(row["id"], status, error_code=131026) for row in queue.claim(BATCH)]
    queue.execute("analyze")
    body = Jsonb(envelope(statuses=statuses))
    assert list_repeated_searches(connect(SUPERUSER), DISPATCH, body) == []


@looks_at_plans
@pytest.mark.fresh_database
def test_nor_do_messages_that_something_waits_for(
    queue: Queue, superuser: Connection[DictRow]
) -> None:
    queue_for_many(queue, 0, FEW, text())
    queue.execute("update public.notifications set waiting_for = 'user', next_attempt_at = null")
    messages = [text_message(sender=str(34600000000 + number)) for number in range(BATCH)]
    more = count_rows_more(
        superuser,
        lambda: queue_for_many(queue, FEW, MANY, text()),
        DISPATCH,
        Jsonb(envelope(messages)),
    )
    assert more < MANY


@looks_at_plans
@pytest.mark.fresh_database
def test_a_template_that_may_be_sent_again_reads_the_outbox_once_at_most(
    queue: Queue, superuser: Connection[DictRow]
) -> None:
    queue_for_many(queue, 0, FEW, TEMPLATE)
    queue.execute("update public.notifications set waiting_for = 'template'")
    queue.execute(
        "insert into wa.message_templates (name, language, is_held) values ('news', 'en', true)"
    )
    more = count_rows_more(
        superuser,
        lambda: queue_for_many(queue, FEW, MANY, TEMPLATE),
        "update wa.message_templates set is_held = false",
    )
    assert more <= 2 * MANY
