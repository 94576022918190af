"""`supabase db push` and `wa-webhook migrate` make the same database and see each other's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures.names import about_default_names
from tests.supabase.conftest import needs_the_cli
from tests.supabase.contents import routines_of, rows_of, schema_of
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli

pytestmark = needs_the_cli

SOURCE = read_source(find_db_folder())
VERSIONS = [migration.version for migration in SOURCE.migrations]


@pytest.fixture
def pushed(supabase: SupabaseCli, bare_database: Database) -> Database:
    """A new project's database after a push."""
    supabase.push(bare_database)
    return bare_database


def test_a_push_applies_every_migration(supabase: SupabaseCli, bare_database: Database) -> None:
    names = [migration.path.removeprefix("migrations/") for migration in SOURCE.migrations]
    assert supabase.push(bare_database) == names


@about_default_names("the Supabase CLI knows the default names only")
def test_a_pushed_database_has_the_same_routines(pushed: Database, database: Database) -> None:
    assert routines_of(pushed) == routines_of(database), "if a release is due: make release"


@about_default_names("the Supabase CLI knows the default names only")
def test_a_pushed_database_has_the_same_schema(pushed: Database, database: Database) -> None:
    assert schema_of(pushed) == schema_of(database), "if a release is due: make release"


@about_default_names("the Supabase CLI knows the default names only")
def test_a_pushed_database_has_the_same_rows(pushed: Database, database: Database) -> None:
    assert rows_of(pushed) == rows_of(database), "if a release is due: make release"


def test_after_a_push_both_histories_are_equal(supabase: SupabaseCli, pushed: Database) -> None:
    assert supabase.list_migrations(pushed) == [(version, version) for version in VERSIONS]


def test_after_the_apply_script_both_histories_are_equal(
    supabase: SupabaseCli, database: Database
) -> None:
    assert supabase.list_migrations(database) == [(version, version) for version in VERSIONS]


def test_after_the_apply_script_a_push_has_nothing_to_do(
    supabase: SupabaseCli, database: Database
) -> None:
    assert supabase.run(database, "db", "push")["upToDate"]


@about_default_names("the Supabase CLI knows the default names only")
def test_after_a_push_the_apply_script_has_nothing_to_do(pushed: Database) -> None:
    with psycopg.connect(pushed.url(), autocommit=True) as connection:
        migrator = Migrator(connection, SOURCE)
        assert not migrator.plan().routines_are_stale
        outcome = migrator.run()
        assert (outcome.migrations, outcome.routines) == ([], 0)
        assert migrator.plan().adopted == ()


@about_default_names("the Supabase CLI knows the default names only")
def test_a_push_goes_on_where_the_apply_script_stopped(
    supabase: SupabaseCli, bare_database: Database, database: Database
) -> None:
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        half = type(SOURCE)(SOURCE.migrations[: len(SOURCE.migrations) // 2], ())
        Migrator(connection, half).run()
    supabase.push(bare_database)
    assert schema_of(bare_database) == schema_of(database)
