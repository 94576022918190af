"""The release step: what changed under db/functions since the last release, as a migration."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from tests.fixtures.names import about_default_names
from tests.migrations.conftest import Tree, run, value
from wa_webhook.cli import app
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.migrate.release import name_release, plan_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

ONE = "create or replace function wa.one() returns integer language sql as 'select 1';\n"
TWO = ONE.replace("1'", "2'")
# Without revoke_api_access no release applies.
REVOKE = "create or replace procedure wa.revoke_api_access() language sql as 'select 1';\n"
LOCKED = "create table public.wa_events (); create table public.notifications ();"


def write_release(tree: Tree, version: int) -> str:
    """Write the release that is due and return its text."""
    text = plan_release(tree.source()).text()
    tree.write_migration(f"20270101{version:06}_routines", text)
    return text


def released_tree(tree: Tree) -> Tree:
    tree.write_migration("20261231000000_locked", LOCKED)
    tree.write_routine("concern/revoke_api_access", REVOKE)
    tree.write_routine("concern/one", ONE)
    write_release(tree, 1)
    return tree


def test_every_routine_of_the_project_is_released() -> None:
    due = plan_release(read_source(find_db_folder()))
    named = [*(file.path for file in due.changed), *due.gone_paths, *map(str, due.dropped)]
    assert not due, f"supabase db push would not bring these, run `make release`: {named}"


def test_the_first_release_holds_every_routine(tree: Tree) -> None:
    released_tree(tree)
    (release,) = (migration for migration in tree.source().migrations if migration.is_release)
    assert ONE in release.text
    assert REVOKE in release.text


def test_after_a_release_nothing_is_due(tree: Tree) -> None:
    assert not plan_release(released_tree(tree).source())


def test_the_next_release_holds_only_what_changed(tree: Tree) -> None:
    released_tree(tree).write_routine("concern/one", TWO)
    text = write_release(tree, 2)
    assert TWO in text
    assert REVOKE not in text
    assert not plan_release(tree.source())


def test_the_same_files_make_the_same_release(tree: Tree) -> None:
    tree.write_routine("concern/one", ONE)
    assert plan_release(tree.source()).text() == plan_release(tree.source()).text()


def test_a_routine_whose_file_is_gone_is_dropped(target: Connection[Any], tree: Tree) -> None:
    released_tree(tree)
    run(target, tree)
    (tree.folder / "functions/concern/one.sql").unlink()
    assert "drop function if exists wa.one();" in write_release(tree, 2)
    assert not plan_release(tree.source())
    run(target, tree)
    assert value(target, "select to_regprocedure('wa.one()') is null")


def test_a_routine_with_other_parameters_replaces_the_one_before(
    target: Connection[Any], tree: Tree
) -> None:
    released_tree(tree)
    tree.write_routine(
        "concern/one", ONE.replace("one()", "one(p_many integer[], out p_sum integer)")
    )
    text = write_release(tree, 2)
    assert "drop function if exists wa.one();" in text
    tree.write_routine("concern/one", ONE)
    assert "drop function if exists wa.one(integer[]);" in write_release(tree, 3)
    run(target, tree)
    assert value(target, "select count(*) from pg_proc where proname = 'one'") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one() returns integer", "one(out one integer)"),
        ("one() returns integer", "one() returns bigint"),
        ("one(p_a integer) returns integer", "one(p_b integer) returns integer"),
        ("one(p_a integer default 1) returns integer", "one(p_a integer) returns integer"),
    ],
)
def test_a_routine_that_cannot_be_replaced_is_dropped_before_it_is_made(
    target: Connection[Any], tree: Tree, before: str, after: str
) -> None:
    path = tree.write_routine("concern/one", ONE.replace("one() returns integer", before))
    tree.write_migration("20261231000000_locked", LOCKED)
    tree.write_routine("concern/revoke_api_access", REVOKE)
    write_release(tree, 1)
    run(target, tree)
    path.write_text(ONE.replace("one() returns integer", after))
    write_release(tree, 2)
    run(target, tree)
    assert not plan_release(tree.source())


def test_a_routine_that_can_be_replaced_is_not_dropped(tree: Tree) -> None:
    path = tree.write_routine("concern/one", ONE.replace("one()", "one(p_a integer)"))
    write_release(tree, 1)
    path.write_text(TWO.replace("one()", "one(p_a integer default 1)"))
    assert "drop function" not in write_release(tree, 2)


def test_a_file_that_moved_drops_nothing(tree: Tree) -> None:
    released_tree(tree).write_routine("elsewhere/one", ONE)
    (tree.folder / "functions/concern/one.sql").unlink()
    due = plan_release(tree.source())
    assert (due.gone_paths, due.dropped) == (("functions/concern/one.sql",), ())


def test_a_release_may_call_what_comes_later_in_it(target: Connection[Any], tree: Tree) -> None:
    tree.write_migration("20261231000000_locked", LOCKED)
    run(target, tree)
    tree.write_routine("a/first", ONE.replace("one()", "first()").replace("1'", "wa.one()'"))
    released_tree(tree)
    with target.transaction():
        target.execute(tree.source().migrations[-1].text.encode())
    assert value(target, "select wa.first()") == 1


@about_default_names("the Supabase CLI and psql know the default names only")
def test_routines_that_a_release_brought_need_no_second_run(
    target: Connection[Any], tree: Tree
) -> None:
    source = released_tree(tree).source()
    # As another tool leaves it: applied and in the history, and no checksum of ours.
    run(target, tree)
    target.execute("delete from wa.migration_checksums")
    migrator = Migrator(target, source)
    assert not migrator.plan().routines_are_stale
    assert migrator.run().routines == 0
    assert migrator.plan().adopted == ()


@about_default_names("the Supabase CLI and psql know the default names only")
def test_a_migration_that_another_tool_applied_after_the_release_does_need_one(
    target: Connection[Any], tree: Tree
) -> None:
    released_tree(tree)
    tree.write_migration("20270102000000_drops", "drop function wa.one();")
    run(target, tree)
    target.execute("drop function wa.one()")
    target.execute("delete from wa.migration_checksums")
    assert run(target, tree).routines == 2
    assert value(target, "select wa.one()") == 1


def test_a_release_is_later_than_every_migration(tree: Tree) -> None:
    tree.write_migration("20270101000000_ahead", "select 1;")
    now = datetime(2026, 12, 24, 18, 0, 0, tzinfo=UTC)
    assert name_release(tree.source(), now) == "20270101000001_routines.sql"
    later = datetime(2027, 12, 24, 18, 0, 0, tzinfo=UTC)
    assert name_release(tree.source(), later) == "20271224180000_routines.sql"


@pytest.fixture
def release(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`wa-webhook release` in a checkout of the test's own."""
    module = import_module("wa_webhook.cli.release")  # its name in wa_webhook.cli is the command's
    monkeypatch.setattr(module, "find_db_folder", lambda: tree.folder)
    return lambda *options: CliRunner().invoke(app, ["release", *options])


def test_the_command_writes_the_release_and_then_has_nothing_to_do(
    tree: Tree, release: Callable[..., Result]
) -> None:
    tree.write_routine("concern/one", ONE)
    said = release().output.splitlines()
    assert said[0] == "changed  functions/concern/one.sql"
    (written,) = (migration for migration in tree.source().migrations if migration.is_release)
    assert said[1:] == [f"wrote {written.path}"]
    assert release().output == "every routine is released\n"


def test_the_check_names_what_is_due_and_fails(tree: Tree, release: Callable[..., Result]) -> None:
    released_tree(tree).write_routine("concern/one", TWO)
    checked = release("--check")
    assert checked.exit_code == 1
    assert "changed  functions/concern/one.sql\n" in checked.output
    assert "make release" in checked.output
    assert plan_release(tree.source())
