"""Several workers, webhooks and people at the same time, each on a connection of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.dispatching import as_engine
from tests.fixtures.citus import about_one_server
from tests.queue.conftest import ANA, TEMPLATE, result_of, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database
    from tests.queue.conftest import Queue

CLAIM = "select * from public.wa_notifications_claim('worker', %s)"
SETTLE = "select public.wa_notifications_settle(%s) as report"
IS_BLOCKING = "select exists (select from pg_stat_activity where %s = any(pg_blocking_pids(pid)))"
WORKERS = 4


def queue_messages(queue: Queue, users: int, each: int) -> None:
    queue.set("number_rate_per_second", 0)
    queue.execute(
        """
        with profile as (
          insert into public.profiles (whatsapp_e164)
          select '+346' || lpad(n::text, 8, '0') from generate_series(1, %s) as n
          returning user_id, whatsapp_e164
        ), opened as (
          insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
          select user_id, '', now() from profile
        )
        insert into public.notifications (user_id, recipient, payload)
        select user_id, whatsapp_e164,
          jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', n::text))
        from generate_series(1, %s) as n cross join profile
        order by n""",
        users,
        each,
    )


def run_workers(database: Database, work: Callable[[Connection[DictRow]], None]) -> None:
    """Run `work` on several connections of the notifier, all beginning at the same moment."""
    barrier = threading.Barrier(WORKERS)

    def run(_: int) -> None:
        with psycopg.connect(
            database.url("wa_notifier_role"), autocommit=True, row_factory=dict_row
        ) as connection:
            barrier.wait()
            work(connection)

    with ThreadPoolExecutor(WORKERS) as executor:
        list(executor.map(run, range(WORKERS)))


def wait_until_blocked_by(queue: Queue, pid: int, call: Future[None]) -> None:
    """Return when a session waits for a lock of `pid`; `call` must not come to its end before."""
    while not queue.value(IS_BLOCKING, pid):
        assert not call.done(), call.exception()


def make_claim_stop_at_a_gate(queue: Queue, notification_id: int, pid: int) -> None:
    """Let session `pid` wait for advisory lock 1 when it has found a row due and not yet locked it.

    A row policy is looked at by the scan, and the rows that pass it are locked after that.
    """
    queue.execute(
        f"""
        create function public.pass_gate(id bigint) returns boolean language plpgsql as $$
        declare
          v_context text;
        begin
          get diagnostics v_context = pg_context;
          if id = {notification_id} and pg_backend_pid() = {pid} and v_context ~ 'claim_plain' then
            perform pg_advisory_xact_lock(1);
          end if;
          return true;
        end
        $$;
        create policy gate on public.notifications as restrictive for select to wa_runtime
        using (public.pass_gate(id))"""
    )


def test_workers_never_share_a_row(queue: Queue, database: Database) -> None:
    queue_messages(queue, users=200, each=1)
    claimed: list[int] = []

    def claim_all(connection: Connection[DictRow]) -> None:
        while rows := connection.execute(CLAIM, (5,)).fetchall():
            claimed.extend(row["id"] for row in rows)

    run_workers(database, claim_all)
    assert len(claimed) == len(set(claimed)) == 200


def test_workers_send_everything_once_and_keep_each_users_order(
    queue: Queue, database: Database
) -> None:
    queue_messages(queue, users=20, each=10)
    sent: list[tuple[str, int]] = []
    in_flight: set[str] = set()
    overlaps: list[str] = []

    def send_all(connection: Connection[DictRow]) -> None:
        while len(sent) < 200:
            rows = connection.execute(CLAIM, (5,)).fetchall()
            for row in rows:
                recipient = row["request"]["to"]
                if recipient in in_flight:
                    overlaps.append(recipient)
                in_flight.add(recipient)
                sent.append((recipient, int(row["request"]["text"]["body"])))
            for row in rows:
                in_flight.discard(row["request"]["to"])
            if rows:
                connection.execute(SETTLE, (Jsonb([result_of(row, "accepted") for row in rows]),))

    run_workers(database, send_all)
    assert overlaps == []
    orders: dict[str, list[int]] = {}
    for recipient, number in sent:
        orders.setdefault(recipient, []).append(number)
    assert [order for order in orders.values() if order != list(range(1, 11))] == []
    assert queue.value("select count(*) from public.notifications where status = 'sent'") == 200


def test_a_message_is_not_parked_behind_one_that_is_being_settled(
    queue: Queue, connect: Connect
) -> None:
    queue.add_user()
    first = queue.queue()
    (claimed,) = queue.claim()
    second = queue.queue()
    settling = connect("wa_notifier_role", autocommit=False)
    settling.execute(SETTLE, (Jsonb([result_of(claimed, "accepted")]),))
    assert queue.claim() == []
    assert queue.row(second)["blocked_by"] is None
    settling.commit()
    assert queue.status(first) == "sent"
    assert queue.claimed_ids() == [second]


def test_settling_waits_for_a_claim_that_parks_and_then_releases(
    queue: Queue, connect: Connect
) -> None:
    queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    second = queue.queue()
    parking = connect("wa_notifier_role", autocommit=False)
    assert parking.execute(CLAIM, (10,)).fetchall() == []
    settled = threading.Event()

    def settle() -> None:
        queue.accept([claimed])
        settled.set()

    thread = threading.Thread(target=settle)
    thread.start()
    while not queue.value(IS_BLOCKING, parking.info.backend_pid):
        assert not settled.is_set()
    parking.commit()
    thread.join()
    assert queue.row(second)["blocked_by"] is None
    assert queue.claimed_ids() == [second]


@about_one_server("stops a session by row level security, which a node has not")
def test_settling_waits_for_a_claim_that_holds_what_was_parked_a_moment_ago(
    queue: Queue, connect: Connect
) -> None:
    queue.set("number_rate_per_second", 0)
    queue.add_user()
    queue.queue()
    (claimed,) = queue.claim()
    second = queue.queue()
    gate = connect()
    early = connect("wa_notifier_role", autocommit=False)
    make_claim_stop_at_a_gate(queue, second, early.info.backend_pid)
    gate.execute("select pg_advisory_lock(1)")

    def claim_early() -> None:
        assert early.execute(CLAIM, (10,)).fetchall() == []

    def settle() -> None:
        queue.accept([claimed])

    with ThreadPoolExecutor(2) as executor, gate:
        claiming = executor.submit(claim_early)
        wait_until_blocked_by(queue, gate.info.backend_pid, claiming)
        assert queue.claim() == []
        assert queue.row(second)["blocked_by"] == claimed["id"]
        gate.execute("select pg_advisory_unlock(1)")
        claiming.result()
        settling = executor.submit(settle)
        wait_until_blocked_by(queue, early.info.backend_pid, settling)
        early.commit()
        settling.result()
    assert queue.row(second)["blocked_by"] is None
    assert queue.claimed_ids() == [second]


def test_a_claim_skips_what_a_status_is_settling(queue: Queue, connect: Connect) -> None:
    queue.set("in_doubt_seconds", 0)
    queue.add_user()
    notification = queue.queue()
    queue.claim()
    queue.end_lease(notification)
    webhook = connect(autocommit=False)
    with as_engine(webhook):
        settled = Jsonb([queue.status_of(notification, "sent")])
        webhook.execute("select wa.apply_statuses(%s)", (settled,))
    assert queue.claim() == []
    webhook.commit()
    assert queue.claim() == []
    assert queue.status(notification) == "sent"


def test_a_message_that_is_given_up_while_its_template_is_approved_stays_given_up(
    queue: Queue, connect: Connect
) -> None:
    queue.add_user()
    notification = queue.queue(payload=TEMPLATE)
    hold = "insert into wa.message_templates (name, language, is_held) values ('news', 'en', true)"
    queue.execute(hold)
    assert queue.claim() == []
    giving_up = connect(autocommit=False)
    giving_up.execute("select public.wa_notification_cancel(%s)", (notification,))
    given_up = giving_up.execute("select * from public.notifications").fetchone()

    def approve() -> None:
        connect().execute("update wa.message_templates set is_held = false")

    with ThreadPoolExecutor(1) as executor:
        approving = executor.submit(approve)
        wait_until_blocked_by(queue, giving_up.info.backend_pid, approving)
        giving_up.commit()
        approving.result()
    assert queue.row(notification) == given_up


def test_the_same_dedupe_key_queued_at_once_is_one_message(
    queue: Queue, database: Database
) -> None:
    queue.add_user()
    ids: list[int] = []
    barrier = threading.Barrier(WORKERS)

    def notify(_: int) -> None:
        with psycopg.connect(database.url("wa_operator_role"), autocommit=True) as connection:
            barrier.wait()
            row = connection.execute(
                "select public.wa_notify(%s, %s, dedupe_key => 'once')", (ANA, Jsonb(text()))
            ).fetchone()
            assert row is not None
            ids.append(row[0])

    with ThreadPoolExecutor(WORKERS) as executor:
        list(executor.map(notify, range(WORKERS)))
    assert len(set(ids)) == 1
    assert queue.value("select count(*) from public.notifications") == 1


def test_broadcasts_to_the_same_new_people_do_not_deadlock(
    queue: Queue, database: Database
) -> None:
    recipients = [f"+346{number:08}" for number in range(50)]
    barrier = threading.Barrier(2)

    def broadcast(given: list[str]) -> None:
        with psycopg.connect(database.url("wa_operator_role"), autocommit=True) as connection:
            barrier.wait()
            connection.execute("select public.wa_notify_many(%s, %s)", (given, Jsonb(text())))

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(broadcast, [recipients, recipients[::-1]]))
    assert queue.value("select count(*) from public.profiles") == 50
    assert queue.value("select count(*) from public.notifications") == 100
