"""`alter extension wa_webhook update` ends where a new installation begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.extension.conftest import NEXT, OLD, execute, let_go
from tests.fixtures.chat import Chat
from tests.fixtures.names import about_default_names
from tests.roads.contents import routines_of, rows_of, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database

pytestmark = about_default_names("the extension has the default names")


@pytest.fixture
def old(new_database: Callable[[str], Database]) -> Database:
    """A database with the older version."""
    database = new_database("template1")
    execute(database, f"create extension wa_webhook version '{OLD}' cascade")
    return database


@pytest.fixture
def updated(old: Database) -> Database:
    """The same after the update to the newer one."""
    execute(old, f"alter extension wa_webhook update to '{NEXT}'")
    return old


@pytest.fixture
def newer(plain_database: Database) -> Database:
    """A database that had the newer version from the start."""
    execute(plain_database, f"create extension wa_webhook version '{NEXT}' cascade")
    return plain_database


def test_it_becomes_the_newer_version(updated: Database) -> None:
    version = "select extversion from pg_extension where extname = 'wa_webhook'"
    assert execute(updated, version) == [(NEXT,)]


def test_the_routines_are_those_of_a_new_installation(updated: Database, newer: Database) -> None:
    assert routines_of(updated) == routines_of(newer)


def test_the_schema_is_that_of_a_new_installation(updated: Database, newer: Database) -> None:
    for database in (updated, newer):
        let_go(database)
    assert schema_of(updated) == schema_of(newer)


def test_the_rows_and_the_history_are_those_of_a_new_installation(
    updated: Database, newer: Database
) -> None:
    assert rows_of(updated) == rows_of(newer)
    assert rows_of(newer)["wa.applied_files"]


def test_the_same_rows_are_marked_for_pg_dump(updated: Database, newer: Database) -> None:
    marked = """
        select array(select unnest(extconfig)::regclass::text order by 1), extcondition
        from pg_extension where extname = 'wa_webhook'
    """
    assert execute(updated, marked) == execute(newer, marked)


def test_the_old_version_is_another_database(old: Database, newer: Database) -> None:
    assert routines_of(old) != routines_of(newer)


def test_what_users_did_stays(old: Database) -> None:
    execute(old, "update wa.settings set value = '99' where key = 'events_ttl_days'")
    with (
        psycopg.connect(old.url(), autocommit=True, row_factory=dict_row) as admin,
        psycopg.connect(old.url("wa_edge_role"), autocommit=True, row_factory=dict_row) as edge,
    ):
        ana = Chat(edge, admin).person("Ana", phone="34600111222")
        ana.says("hello")
        # Even in a session that is set up as for pg_restore.
        admin.execute("set row_security = off")
        admin.execute(f"alter extension wa_webhook update to '{NEXT}'".encode())
        assert ana.says("help")
        events = admin.execute("select count(*) from public.wa_events").fetchone()
        kept = admin.execute(
            "select value from wa.settings where key = 'events_ttl_days'"
        ).fetchone()
    assert (events, kept) == ({"count": 2}, {"value": 99})


def test_a_table_of_a_later_version_is_a_member_and_goes_with_it(updated: Database) -> None:
    execute(updated, "drop extension wa_webhook")
    assert execute(updated, "select to_regtype('wa.version_triple')") == [(None,)]
