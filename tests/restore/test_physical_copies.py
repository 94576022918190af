"""Restores, promotions and copies of a whole cluster, made with pg_basebackup and the WAL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.queue.conftest import ANA, BRUNO, CARLA
from tests.restore.conftest import base_backup, beat, paused_because, wait_until

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from tests.queue.conftest import Queue
    from tests.restore.conftest import OpenQueue, Places
    from wa_webhook.dev.postgres import LocalPostgres


def restore_to_point(
    original: LocalPostgres, backup: LocalPostgres, restore_point: str
) -> LocalPostgres:
    """Start a base backup and let it recover to a named point of the original's WAL."""
    (backup.data / "recovery.signal").touch()
    backup.settings |= {
        "restore_command": f'cp "{original.data}/pg_wal/%f" "%p"',
        "recovery_target_name": restore_point,
        "recovery_target_action": "promote",
    }
    return backup.start()


def as_superuser(database: Database, statement: str) -> None:
    with psycopg.connect(database.url("supabase_admin"), autocommit=True) as superuser:
        superuser.execute(statement.encode())


@pytest.fixture
def standby(stoppable_database: Database, places: Places) -> LocalPostgres:
    """A standby of the server of the test's own."""
    primary = stoppable_database.server
    server = places.server_on("standby", primary.binaries)
    base_backup(primary, server, "--write-recovery-conf")
    return server.start()


@pytest.fixture
def restored(
    living: Queue, stoppable_database: Database, places: Places, open_queue: OpenQueue
) -> Queue:
    """The database as it was before the original sent two messages, one queued only later."""
    original = stoppable_database.server
    backup = places.server_on("restored", original.binaries)
    base_backup(original, backup)
    living.queue(ANA)
    as_superuser(stoppable_database, "select pg_create_restore_point('before_the_mistake')")
    living.accept(living.claim())
    living.add_user(BRUNO)
    living.queue(BRUNO)
    living.accept(living.claim())
    as_superuser(stoppable_database, "select pg_switch_wal()")
    restore_to_point(original, backup, "before_the_mistake")
    queue = open_queue(backup, stoppable_database.name)
    wait_until(queue, "not pg_is_in_recovery()")
    return queue


def test_a_restart_changes_nothing(
    living: Queue, stoppable_database: Database, open_queue: OpenQueue
) -> None:
    living.queue()
    stoppable_database.server.restart()
    queue = open_queue(stoppable_database.server, stoppable_database.name)
    assert len(queue.claim()) == 1
    assert queue.value("select count(*) from wa.lives") == 1


def test_a_crash_changes_nothing(
    living: Queue, stoppable_database: Database, open_queue: OpenQueue
) -> None:
    stoppable_database.server.crash()
    stoppable_database.server.start()
    queue = open_queue(stoppable_database.server, stoppable_database.name)
    queue.claim()
    assert paused_because(queue) is None


def test_a_restore_to_a_point_in_time_waits_for_a_person(restored: Queue) -> None:
    assert restored.claim() == []
    assert paused_because(restored).startswith("the server was restored to an earlier moment")
    with pytest.raises(psycopg.Error, match="1 messages in its queue may have been sent before"):
        restored.execute("select public.wa_queue_resume()")


def test_a_late_status_after_a_restore_settles_what_was_sent_and_no_other_row(
    living: Queue, restored: Queue
) -> None:
    restored.claim()
    *_, sent_after_the_point, lost = sorted(living.callback_data)
    restored.add_user(CARLA)
    # A server writes ahead which ids it gives out: some are left out after a restore.
    restored.give_id(lost)
    assert restored.queue(CARLA) == lost
    restored.execute("select public.wa_queue_resume('send')")
    restored.apply_statuses(
        living.status_of(sent_after_the_point, "delivered"),
        living.status_of(lost, "failed", error_code=131026),
    )
    assert restored.status(sent_after_the_point) == "delivered"
    assert restored.claimed_ids() == [lost]
    restored.apply_statuses(living.status_of(lost, "failed", error_code=131026))
    assert restored.status(lost) == "sending"


def test_a_standby_that_is_promoted_goes_on_sending(
    living: Queue, standby: LocalPostgres, stoppable_database: Database, open_queue: OpenQueue
) -> None:
    beat(living)
    living.queue()
    promoted = open_queue(standby, stoppable_database.name)
    wait_until(promoted, "exists (select from public.notifications where status = 'queued')")
    stoppable_database.server.crash()
    as_superuser_of(standby, "select pg_promote()")
    assert len(promoted.claim()) == 1
    assert promoted.value("select count(*) from wa.lives") == 1
    beat(promoted)
    assert paused_because(promoted) is None


def test_a_standby_that_lagged_behind_on_purpose_is_a_restore(
    living: Queue, standby: LocalPostgres, stoppable_database: Database, open_queue: OpenQueue
) -> None:
    living.execute("update wa.server_presence set seen_at = now() - interval '1 hour'")
    living.queue()
    promoted = open_queue(standby, stoppable_database.name)
    wait_until(promoted, "exists (select from public.notifications where status = 'queued')")
    as_superuser_of(standby, "select pg_promote()")
    assert promoted.claim() == []
    assert "a standby was promoted late" in paused_because(promoted)


def as_superuser_of(server: LocalPostgres, statement: str) -> None:
    with psycopg.connect(server.url("supabase_admin"), autocommit=True) as superuser:
        superuser.execute(statement.encode())
