"""The migration that takes away types which routines in use stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from wa_webhook.migrate import Migrator, StatementFailedError, find_db_folder, read_source
from wa_webhook.migrate.files import SqlFile

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from wa_webhook.migrate.source import Source

VERSION = "20261128130000"
GONE = ("received_message", "inbound_message", "chat_outcome")
OLD_STEP = """
create or replace function wa.step_help(p_message wa.inbound_message, p_all wa.received_message[])
returns wa.step_result
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$ select null::wa.step_result $$;

comment on function wa.step_help is 'As steps were.';
"""


def before() -> Source:
    """Return the project as it was, as far as the types that go have to do with it."""
    source = read_source(find_db_folder())
    around = [file for file in source.routines if file.path.endswith("_routines.sql")]
    return replace(
        source,
        migrations=tuple(one for one in source.migrations if one.version < VERSION),
        routines=(*around, SqlFile("functions/flow_home/step_help.sql", OLD_STEP)),
        declarations=(),
    )


def migrate(database: Database, source: Source) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, source).run()


def test_private_routines_of_the_old_types_go_with_them_and_todays_come(
    bare_database: Database,
) -> None:
    migrate(bare_database, before())
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        # The apply script knows the routines that have or had files; other roads leave all to this.
        connection.execute(
            "create function wa.helper(p_all wa.chat_outcome[]) returns integer return 1"
        )
    migrate(bare_database, read_source(find_db_folder()))
    with psycopg.connect(bare_database.url()) as connection:
        found = connection.execute(
            "select oid::regprocedure::text from pg_proc where proname in ('step_help', 'helper')"
        ).fetchall()
        types = connection.execute(
            "select typname from pg_type where typname = any(%s)", [list(GONE)]
        ).fetchall()
    assert (found, types) == ([("wa.step_help(wa.chat)",)], [])


def test_what_somebody_else_made_of_the_old_types_stops_it(bare_database: Database) -> None:
    migrate(bare_database, before())
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        connection.execute("create table public.mine (message wa.inbound_message)")
    with pytest.raises(StatementFailedError, match=r"public\.mine|depend"):
        migrate(bare_database, read_source(find_db_folder()))
    with psycopg.connect(bare_database.url()) as connection:
        found = connection.execute(
            "select oid::regprocedure::text from pg_proc where proname = 'step_help'"
        ).fetchall()
    assert found == [("wa.step_help(wa.inbound_message,wa.received_message[])",)]
