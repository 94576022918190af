from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.names import about_default_names
from tests.migrations.conftest import FIRST_VERSION, Tree, run, value
from wa_webhook.migrate import HistoryError, Migrator

if TYPE_CHECKING:
    from psycopg import Connection

HISTORY = "supabase_migrations.schema_migrations"


def test_a_migration_is_recorded_with_version_name_and_statements(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration(
        "20270101000000_greeting",
        "-- why\ncreate table public.greeting (id int);\n"
        "do $$ begin perform 1; perform 2; end $$;\n",
    )
    run(target, tree)
    row = target.execute(
        f"select name, statements from {HISTORY} where version = '20270101000000'"
    ).fetchone()
    assert row == (
        "greeting",
        ["create table public.greeting (id int)", "do $$ begin perform 1; perform 2; end $$"],
    )


def test_the_checksum_is_that_of_the_files_bytes(target: Connection[Any], tree: Tree) -> None:
    path = tree.write_migration("20270101000000_line_ends", "select 1;\r\nselect 'é';\n")
    run(target, tree)
    stored = value(
        target,
        "select sha256 from wa.migration_checksums where version = '20270101000000'",
    )
    content = path.read_bytes()
    assert stored == target.execute("select encode(sha256(%s), 'hex')", (content,)).fetchone()[0]  # type: ignore[index]


@pytest.mark.parametrize(
    "columns",
    [
        "version text not null primary key",
        "version text not null primary key, statements text[]",
        "version text not null primary key, statements text[], name text, created_by text,"
        " idempotency_key text unique, rollback text[]",
    ],
    ids=["first-form", "without-name", "hosted"],
)
def test_a_history_table_of_the_supabase_cli_is_taken_as_it_is(
    target: Connection[Any], tree: Tree, columns: str
) -> None:
    target.execute("create schema supabase_migrations")
    target.execute(f"create table {HISTORY} ({columns})".encode())
    run(target, tree)
    assert value(target, f"select name from {HISTORY}") == "schemas_and_roles"
    assert Migrator(target, tree.source()).run().migrations == []


def apply_as_the_supabase_cli(target: Connection[Any], tree: Tree) -> None:
    """Apply every file and write its history without checksum, statements with their comments."""
    target.execute("create schema supabase_migrations")
    target.execute(
        f"create table {HISTORY} (version text primary key, statements text[], name text)"
    )
    for migration in tree.source().migrations:
        target.execute(migration.text.encode())
        target.execute(
            f"insert into {HISTORY} values (%s, %s, %s)",
            (migration.version, [f"-- kept\n{migration.text}"], migration.name),
        )


@about_default_names("the Supabase CLI and psql know the default names only")
def test_what_the_supabase_cli_applied_is_adopted(target: Connection[Any], tree: Tree) -> None:
    tree.write_routine("one", "create or replace function wa.one() returns int return 1;")
    apply_as_the_supabase_cli(target, tree)
    outcome = run(target, tree)
    assert outcome.migrations == []
    assert outcome.routines == 1
    assert value(target, "select version from wa.migration_checksums") == FIRST_VERSION


@about_default_names("the Supabase CLI and psql know the default names only")
def test_what_the_supabase_cli_applied_and_was_then_edited_is_refused(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_migration("20270101000000_number", "select 1;")
    apply_as_the_supabase_cli(target, tree)
    path.write_text("select 2;")
    with pytest.raises(HistoryError, match="20270101000000_number"):
        run(target, tree)


def test_a_version_marked_applied_without_statements_is_adopted(
    target: Connection[Any], tree: Tree
) -> None:
    run(target, tree)
    target.execute(f"insert into {HISTORY} (version, name) values ('20270101000000', 'by_hand')")
    tree.write_migration("20270101000000_by_hand", "select 1 / 0;")
    assert run(target, tree).migrations == []
    assert run(target, tree).routines == 0


def test_versions_that_only_the_database_has_are_reported(
    target: Connection[Any], tree: Tree
) -> None:
    run(target, tree)
    target.execute(f"insert into {HISTORY} (version, name) values ('20250101000000', 'elsewhere')")
    assert run(target, tree).remote_only == ("20250101000000",)
