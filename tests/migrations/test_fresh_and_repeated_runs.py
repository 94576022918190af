from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from tests.migrations.conftest import value
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from wa_webhook.dev.postgres import LocalPostgres


def test_a_fresh_plain_server_is_migrated_by_a_role_that_is_no_superuser(
    empty_server: LocalPostgres,
) -> None:
    source = read_source(find_db_folder())
    with psycopg.connect(empty_server.url(), autocommit=True) as target:
        assert value(target, "select current_setting('is_superuser')") == "off"
        outcome = Migrator(target, source).run()
        assert outcome.migrations == [file.path for file in source.migrations]
        assert outcome.routines == len(source.routines)
        assert value(target, "select count(*) from pg_roles where rolname = 'anon'") == 0


def test_a_second_database_of_the_same_server_is_migrated_too(
    empty_server: LocalPostgres,
) -> None:
    source = read_source(find_db_folder())
    with psycopg.connect(empty_server.url(), autocommit=True) as first:
        first.execute("create database second")
        Migrator(first, source).run()
    with psycopg.connect(empty_server.url(database="second"), autocommit=True) as second:
        assert Migrator(second, source).run().routines == len(source.routines)


def test_a_second_run_finds_nothing_to_do_and_postgrest_is_told_of_the_first_alone(
    empty_server: LocalPostgres,
) -> None:
    source = read_source(find_db_folder())
    with psycopg.connect(empty_server.url(), autocommit=True) as listener:
        listener.execute("listen pgrst")
        with psycopg.connect(empty_server.url(), autocommit=True) as target:
            Migrator(target, source).run()
            again = Migrator(target, source).run()
        assert (again.migrations, again.routines) == ([], 0)
        listener.execute("select")
        assert [sent.payload for sent in listener.notifies(timeout=0)] == ["reload schema"]
