from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.fixtures.names import current_names
from tests.migrations.conftest import Tree, run, value
from wa_webhook.migrate import DatabaseBusyError, Migrator
from wa_webhook.migrate.serving import wait_for_callers

if TYPE_CHECKING:
    from psycopg import Connection

    from tests.fixtures.postgres import Database

RUNNERS = 8


def test_runners_that_start_together_apply_each_file_once(
    bare_database: Database, tree: Tree
) -> None:
    for day in range(1, 6):
        tree.write_migration(f"2027010{day}000000_day", f"create table wa.day_{day} (id int);")
    tree.write_routine("number", "create or replace function wa.number() returns int return 1;")
    source = tree.source()
    together = threading.Barrier(RUNNERS)

    def run_one(_number: int) -> tuple[list[str], int]:
        with psycopg.connect(bare_database.url(), autocommit=True) as connection:
            together.wait()
            outcome = Migrator(connection, source).run()
            return outcome.migrations, outcome.routines

    with ThreadPoolExecutor(RUNNERS) as pool:
        outcomes = list(pool.map(run_one, range(RUNNERS)))
    applied = [path for migrations, _ in outcomes for path in migrations]
    assert sorted(applied) == [file.path for file in source.migrations]
    assert sum(routines for _, routines in outcomes) == len(source.routines)


def test_two_processes_at_once_both_succeed(bare_database: Database) -> None:
    command = [sys.executable, "-m", "wa_webhook", "migrate", "--database-url", bare_database.url()]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        assert value(
            connection,
            "select count(*) = count(distinct version) from wa.applied_migrations",
        )


def test_a_table_lock_that_is_not_given_back_ends_with_who_holds_it(
    bare_database: Database, target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration("20270101000000_held", "create table wa.held (id int);")
    run(target, tree)
    tree.write_migration("20270102000000_alters", "alter table wa.held add column name text;")
    with psycopg.connect(bare_database.url()) as holder:
        holder.execute("lock table wa.held in access share mode")
        session = value(holder, "select pg_backend_pid()")
        says = rf"session {session} of \S+, in a .* holds AccessShareLock on \w+\.held\n"
        with pytest.raises(DatabaseBusyError, match=says):
            Migrator(target, tree.source(), lock_timeout="10ms").run()
    assert (
        value(
            target,
            "select count(*) from pg_attribute where attname = 'name'"
            " and attrelid = 'wa.held'::regclass",
        )
        == 0
    )


def test_a_table_lock_that_is_given_back_in_time_only_delays(
    bare_database: Database, target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration("20270101000000_held", "create table wa.held (id int);")
    run(target, tree)
    tree.write_migration("20270102000000_alters", "alter table wa.held add column name text;")
    with psycopg.connect(bare_database.url()) as holder:
        holder.execute("lock table wa.held in access share mode")
        outcome = Migrator(
            target, tree.source(), lock_timeout="10ms", report=lambda _line: holder.rollback()
        ).run()
    assert outcome.migrations == ["migrations/20270102000000_alters.sql"]


def test_an_upgrade_holds_nothing_that_a_caller_needs_next_who_has_locked_a_profile(
    database: Database,
) -> None:
    with psycopg.connect(database.url()) as caller, psycopg.connect(database.url()) as upgrade:
        caller.execute("select from public.profiles for no key update")
        upgrade.execute("set lock_timeout = '10ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            wait_for_callers(upgrade, current_names())
