"""`alter extension wa_webhook update`. That it ends where a new one begins: tests/roads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.extension.conftest import NEXT, OLD, execute, make_template
from tests.fixtures.names import about_default_names
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = about_default_names("the extension has the default names")


@pytest.fixture(scope="module")
def old_template(postgres_server: LocalPostgres) -> str:
    """A database with the older version, to copy."""
    create = f"create extension wa_webhook version '{OLD}' cascade"
    return make_template(postgres_server, "template1", create)


@pytest.fixture(scope="module")
def updated_template(postgres_server: LocalPostgres, old_template: str) -> str:
    """The same after the update to the newer one."""
    update = f"alter extension wa_webhook update to '{NEXT}'"
    return make_template(postgres_server, old_template, update)


@pytest.fixture
def old(old_template: str, new_database: Callable[[str], Database]) -> Database:
    """A database with the older version."""
    return new_database(old_template)


@pytest.fixture
def updated(updated_template: str, new_database: Callable[[str], Database]) -> Database:
    """A database that was updated to the newer one."""
    return new_database(updated_template)


@pytest.fixture
def newer(plain_database: Database) -> Database:
    """A database that had the newer version from the start."""
    execute(plain_database, f"create extension wa_webhook version '{NEXT}' cascade")
    return plain_database


def test_it_becomes_the_newer_version(updated: Database) -> None:
    version = "select extversion from pg_extension where extname = 'wa_webhook'"
    assert execute(updated, version) == [(NEXT,)]


def test_the_same_rows_are_marked_for_pg_dump(updated: Database, newer: Database) -> None:
    marked = """
        select array(select unnest(extconfig)::regclass::text order by 1), extcondition
        from pg_extension where extname = 'wa_webhook'
    """
    assert execute(updated, marked) == execute(newer, marked)


def test_what_users_did_stays(old: Database) -> None:
    execute(old, "update wa.settings set value = '99' where key = 'events_ttl_days'")
    with (
        psycopg.connect(old.url(), autocommit=True, row_factory=dict_row) as admin,
        Chat.open(old.url) as chat,
    ):
        ana = chat.person("Ana", phone="34600111222")
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
