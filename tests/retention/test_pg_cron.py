"""The runbook's pg_cron statement: accepted, and the job purges when pg_cron runs it.

pg_cron 1.4 has no schedule finer than a minute. `@reboot` is its one schedule that needs no
waiting: the job that the statement made is run by pg_cron itself when the server starts again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.docs.code_blocks import CodeBlock, find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.fixtures import supabase_shape
from tests.fixtures.citus import about_one_server
from tests.fixtures.documents import as_run
from tests.fixtures.machine import requires
from tests.fixtures.names import current_names
from tests.fixtures.postgres import Database
from tests.operations import command
from tests.retention.conftest import Past
from wa_webhook.dev.postgres import (
    DATABASE,
    MIGRATING_ROLE,
    SUPERUSER,
    THROWAWAY_SETTINGS,
    LocalPostgres,
)
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

BINARIES = Path("/usr/lib/postgresql/15/bin")

pytestmark = requires("/usr/lib/postgresql/15/lib/pg_cron.so")

SCHEDULE, LOOK = (
    block for block in find_code_blocks("docs/runbook.md", "sh") if "cron." in block.code
)
FINISHED = "status in ('succeeded', 'failed')"
TELL = f"""
    create function cron.tell() returns trigger language plpgsql as
    $$ begin notify finished; return null; end $$;
    create trigger tell after update on cron.job_run_details
    for each row when (new.{FINISHED}) execute function cron.tell()
"""


@pytest.fixture(params=["off", "on"], ids=["as_a_client", "as_a_background_worker"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalPostgres]:
    """A migrated server with pg_cron, which runs jobs in the one or the other of its two ways."""
    settings = {
        **THROWAWAY_SETTINGS,
        "shared_preload_libraries": "pg_cron",
        "cron.database_name": DATABASE,
        "cron.host": "127.0.0.1",
        "cron.use_background_workers": request.param,
    }
    with LocalPostgres(binaries=BINARIES, settings=settings) as started:
        with psycopg.connect(started.url(SUPERUSER), autocommit=True) as superuser:
            superuser.execute(supabase_shape.ROLES)
            # A new project has a schema public whatever the names of this run.
            psycopg.Cursor(superuser).execute(supabase_shape.DATABASE)
            superuser.execute("create extension pg_cron")
            superuser.execute(f"grant usage on schema cron to {MIGRATING_ROLE}")
        with psycopg.connect(started.url(), autocommit=True) as migrating:
            Migrator(migrating, read_source(find_db_folder())).run()
        yield started


def connect(server: LocalPostgres, role: str = MIGRATING_ROLE) -> Connection[DictRow]:
    return psycopg.connect(server.url(role), autocommit=True, row_factory=dict_row)


@about_one_server("starts a server of its own, with pg_cron")
def test_the_job_of_the_runbook_purges_when_pg_cron_runs_it_and_goes_with_the_rest(
    server: LocalPostgres, record_property: Callable[[str, object], None]
) -> None:

    def run(block: CodeBlock) -> None:
        finished = run_shell(Database(server, DATABASE), block.code)
        assert finished.returncode == 0, finished.stdout
        assert is_as_shown(finished.stdout, block.output), finished.stdout
        record_property(*as_run(block))

    with connect(server) as migrating:
        Past(migrating).add_events(3, "31 days")
        run(SCHEDULE)
    with connect(server, SUPERUSER) as superuser:
        job = superuser.execute("select schedule, username from cron.job").fetchone()
        assert job == {"schedule": "17 3 * * *", "username": MIGRATING_ROLE}
        superuser.execute(TELL)
        superuser.execute("update cron.job set schedule = '@reboot'")
    server.restart()
    with connect(server) as migrating:
        assert finished_runs(migrating) == [{"status": "succeeded"}]
        assert Past(migrating).count("public.wa_events") == 0
    run(LOOK)
    another = f"call my_{current_names().schema}.wa_retention_purge()"
    with connect(server) as migrating:
        migrating.execute("select cron.schedule('another', '@daily', %s)", [another])
        database = Database(server, DATABASE)
        removal = command.run("remove", database=database, role=MIGRATING_ROLE)
        migrating.execute(removal.stdout.encode())
        left = migrating.execute("select command from cron.job").fetchall()
    assert left == [{"command": another}]


def finished_runs(migrating: Connection[DictRow]) -> list[DictRow]:
    """Return the job's runs once there is one."""
    query = f"select status from cron.job_run_details where {FINISHED}".encode()
    migrating.execute("listen finished")
    if not (runs := migrating.execute(query).fetchall()):
        next(migrating.notifies(timeout=20, stop_after=1), None)
        runs = migrating.execute(query).fetchall()
    return runs
