"""A dump that is restored into another project, by a role that is no superuser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.dispatching import values
from tests.fixtures.names import about_default_names
from tests.fixtures.postgres import Database
from tests.restore.conftest import paused_because
from tests.restore.dumps import dump, make_project, restore, run_block
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.doctor.check import Check, Outcome
from wa_webhook.doctor.database import examine_database
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.naming.names import Names
from wa_webhook.settings import DatabaseSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.queue.conftest import Queue
    from tests.restore.conftest import OpenQueue, Places

pytestmark = about_default_names("psql runs the role scripts as they are")

EXECUTABLE_BY_ANON = """
    select proname from pg_proc
    where pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
      and proname ~ '^(wa|basket)_'
      and has_function_privilege('anon', oid, 'execute')
"""
RIGHTS = "select object || ': ' || held from wa.list_rights() order by 1"


@pytest.fixture
def target(stoppable_database: Database, places: Places) -> Database:
    """A new project on a server of its own."""
    return make_project(places.server_on("target", stoppable_database.server.binaries).start())


def open_database(database: Database, role: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(database.url(role), autocommit=True, row_factory=dict_row)


def migrate(database: Database) -> int:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        return Migrator(connection, read_source(find_db_folder())).run().routines


def examine(database: Database) -> list[Check]:
    settings = DatabaseSettings.model_validate({"wa_database_url": database.url()})
    return examine_database(settings, Names(), None)[1]


def findings_of_doctor(database: Database) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in examine(database)}


def test_a_dump_in_three_files_comes_back_with_every_right(
    living: Queue,
    stoppable_database: Database,
    target: Database,
    tmp_path: Path,
    open_queue: OpenQueue,
) -> None:
    restore(dump(stoppable_database, tmp_path), target)
    migrate(target)
    with open_database(target) as restored:
        assert values(restored, EXECUTABLE_BY_ANON) == []
        assert values(restored, RIGHTS) == values(living.owner, RIGHTS)
    pauses_until_somebody_says_so(open_queue, target)


def test_a_dump_of_a_superuser_comes_back_with_every_right(
    living: Queue,
    stoppable_database: Database,
    places: Places,
    tmp_path: Path,
    open_queue: OpenQueue,
) -> None:
    server = places.server_on("target", stoppable_database.server.binaries).start()
    target = Database(server, "restored")
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute("create database restored owner postgres")
    old_url, new_url = (one.url(SUPERUSER) for one in (stoppable_database, target))
    run_block(1, tmp_path, stoppable_database, OLD_DATABASE_URL=old_url)
    run_block(2, tmp_path, target, NEW_DATABASE_URL=new_url)
    migrate(target)
    with open_database(target) as restored:
        assert values(restored, RIGHTS) == values(living.owner, RIGHTS)
    pauses_until_somebody_says_so(open_queue, target)


def pauses_until_somebody_says_so(open_queue: OpenQueue, target: Database) -> None:
    queue = open_queue(target.server, target.name)
    # Before any notifier looks: nobody else has this one.
    since = queue.queue()
    assert queue.claim() == []
    assert paused_because(queue).startswith("the database is in another cluster than before")
    queue.execute("select public.wa_queue_resume('cancel')")
    assert queue.claimed_ids() == [since]


def test_a_restore_that_went_wrong_is_found_and_mended(
    living: Queue, stoppable_database: Database, target: Database, tmp_path: Path
) -> None:
    restore(dump(stoppable_database, tmp_path, "--no-owner", "--no-privileges"), target)
    with open_database(target) as restored:
        assert "wa_dispatch" in values(restored, EXECUTABLE_BY_ANON)
        assert findings_of_doctor(target)["rights"] is Outcome.FAIL
        problems = "select jsonb_path_query(public.wa_status(), '$.problems[*].code') #>> '{}'"
        assert "rights_differ" in values(restored, problems)
        assert migrate(target) > 0
        assert values(restored, EXECUTABLE_BY_ANON) == []
        assert values(restored, RIGHTS) == values(living.owner, RIGHTS)
    assert findings_of_doctor(target)["rights"] is Outcome.OK
