from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from tests.migrations.conftest import Tree, run, value

if TYPE_CHECKING:
    from psycopg import Connection


def test_a_migration_is_recorded_with_the_checksum_of_the_files_bytes(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_migration("20270101000000_line_ends", "select 1;\r\nselect 'é';\n")
    run(target, tree)
    row = target.execute(
        "select component, checksum from wa.applied_migrations where version = '20270101000000'"
    ).fetchone()
    assert row == ("wa_webhook", hashlib.sha256(path.read_bytes()).hexdigest()[:16])


def test_a_routine_is_recorded_with_what_replacing_cannot_change(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_routine(
        "concern/number",
        "create or replace function wa.number(p_a int, p_b text default 'b', out p_c bigint)"
        " language sql as 'select 1::bigint';",
    )
    run(target, tree)
    row = target.execute(
        "select component, checksum, shape from wa.applied_files"
        " where path = 'functions/concern/number.sql'"
    ).fetchone()
    assert row == (
        "wa_webhook",
        hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        "function wa.number(p_a integer, p_b text default, out p_c bigint)",
    )


def test_the_history_of_the_supabase_cli_is_neither_made_nor_written(
    target: Connection[Any], tree: Tree
) -> None:
    run(target, tree)
    assert value(target, "select to_regnamespace('supabase_migrations')") is None


def test_what_the_supabase_cli_says_is_not_read(target: Connection[Any], tree: Tree) -> None:
    target.execute("create schema supabase_migrations")
    target.execute(
        "create table supabase_migrations.schema_migrations (version text not null primary key)"
    )
    target.execute("insert into supabase_migrations.schema_migrations values ('20300101000000')")
    (first,) = tree.source().migrations
    target.execute(
        "insert into supabase_migrations.schema_migrations values (%s)", (first.version,)
    )
    outcome = run(target, tree)
    assert outcome.migrations == [first.path]
    assert outcome.remote_only == ()


def test_versions_that_only_the_database_has_are_reported(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_migration("20270101000000_elsewhere", "select 1;")
    run(target, tree)
    path.unlink()
    assert run(target, tree).remote_only == ("20270101000000",)


def test_another_components_history_is_left_alone(target: Connection[Any], tree: Tree) -> None:
    run(target, tree)
    target.execute(
        "insert into wa.applied_migrations values ('flow', '20300101000000', repeat('a', 16))"
    )
    target.execute("insert into wa.applied_files values ('flow', 'a.sql', repeat('a', 16), '')")
    tree.write_migration("20270101000000_next", "select 1;")
    outcome = run(target, tree)
    assert (outcome.remote_only, outcome.removed_routines) == ((), ())
    kept = "select checksum from wa.applied_files where component = 'flow'"
    assert value(target, kept) == "a" * 16
