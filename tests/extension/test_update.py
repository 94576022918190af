"""`alter extension wa_webhook update` ends where a new installation begins."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.extension.conftest import NEW, OLD, execute, let_go, open_folder
from tests.extension.installation import let_everybody_read
from tests.fixtures.chat import Chat
from tests.fixtures.names import about_default_names
from tests.supabase.contents import routines_of, rows_of, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.extension.conftest import Tree
    from tests.extension.installation import Installation
    from tests.fixtures.postgres import Database

pytestmark = about_default_names("the extension has the default names")

LATER = "9.9"
LATE_MIGRATION = """
create table wa.late_orders (
  id bigint generated always as identity,
  title text not null,
  constraint late_orders_pkey primary key (id)
);
insert into wa.late_orders (title) values ('the first');
insert into wa.settings (key, value, description) values ('late_orders_days', '3', 'For how long.');
"""


@pytest.fixture
def updated(new_database: Callable[[str], Database]) -> Database:
    """A database that had the old version and has today's."""
    database = new_database("template1")
    execute(
        database,
        f"create extension wa_webhook version '{OLD}' cascade",
        "alter extension wa_webhook update",
    )
    return database


@pytest.fixture
def with_later_version(installation: Installation, tree: Tree) -> Iterator[None]:
    """Give the server one more version, which adds a table."""
    tree.record(NEW)
    (tree.folder / "migrations" / "20990101000000_late_orders.sql").write_text(LATE_MIGRATION)
    with open_folder() as folder:
        built = tree.build(folder, LATER)
        added = installation.extensions / f"wa_webhook--{NEW}--{LATER}.sql"
        let_everybody_read(built.extension)
        shutil.copy2(built.extension / added.name, added)
    yield
    added.unlink()


def test_it_becomes_the_newest_version(updated: Database) -> None:
    version = "select extversion from pg_extension where extname = 'wa_webhook'"
    assert execute(updated, version) == [(NEW,)]


def test_the_routines_are_those_of_a_new_installation(
    updated: Database, extended: Database
) -> None:
    assert routines_of(updated) == routines_of(extended)


def test_the_schema_is_that_of_a_new_installation(updated: Database, extended: Database) -> None:
    for database in (updated, extended):
        let_go(database)
    assert schema_of(updated) == schema_of(extended)


def test_the_rows_are_those_of_a_new_installation(updated: Database, extended: Database) -> None:
    assert rows_of(updated) == rows_of(extended)
    remembered = "select version, sha256 from wa.migration_checksums order by version"
    assert execute(updated, remembered) == execute(extended, remembered)


def test_the_same_rows_are_marked_for_pg_dump(updated: Database, extended: Database) -> None:
    marked = """
        select array(select unnest(extconfig)::regclass::text order by 1), extcondition
        from pg_extension where extname = 'wa_webhook'
    """
    assert execute(updated, marked) == execute(extended, marked)


def test_the_old_version_is_another_database(
    new_database: Callable[[str], Database], extended: Database
) -> None:
    old = new_database("template1")
    execute(old, f"create extension wa_webhook version '{OLD}' cascade")
    assert routines_of(old) != routines_of(extended)


def test_what_users_did_stays(plain_database: Database) -> None:
    execute(
        plain_database,
        f"create extension wa_webhook version '{OLD}' cascade",
        "update wa.settings set value = '99' where key = 'events_ttl_days'",
    )
    with (
        psycopg.connect(plain_database.url(), autocommit=True, row_factory=dict_row) as admin,
        psycopg.connect(
            plain_database.url("wa_edge_role"), autocommit=True, row_factory=dict_row
        ) as edge,
    ):
        ana = Chat(edge, admin).person("Ana", phone="34600111222")
        ana.says("hello")
        # Even in a session that is set up as for pg_restore.
        admin.execute("set row_security = off")
        admin.execute("alter extension wa_webhook update")
        assert ana.says("help")
        events = admin.execute("select count(*) from public.wa_events").fetchone()
        kept = admin.execute(
            "select value from wa.settings where key = 'events_ttl_days'"
        ).fetchone()
    assert (events, kept) == ({"count": 2}, {"value": 99})


@pytest.mark.usefixtures("with_later_version")
def test_a_table_of_a_later_version_is_a_member_and_marked_for_pg_dump(extended: Database) -> None:
    execute(extended, f"alter extension wa_webhook update to '{LATER}'")
    marked = """
        select relation::regclass::text
        from pg_extension cross join unnest(extconfig) as relation
        where extname = 'wa_webhook' and relation::regclass::text ~ 'late_orders'
        order by 1
    """
    assert execute(extended, marked) == [("wa.late_orders",), ("wa.late_orders_id_seq",)]
    execute(extended, "drop extension wa_webhook")
    assert execute(extended, "select to_regclass('wa.late_orders')") == [(None,)]
