from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handler.migrate import StatementFailedError
from tests.migrations.conftest import Tree, run, value

if TYPE_CHECKING:
    from psycopg import Connection


def function(name: str, result: int) -> str:
    return f"create or replace function wa.{name}() returns int return {result};"


def test_a_changed_file_is_applied_again(target: Connection[Any], tree: Tree) -> None:
    path = tree.write_routine("concern/number", function("number", 1))
    run(target, tree)
    path.write_text(function("number", 2))
    run(target, tree)
    assert value(target, "select wa.number()") == 2


def test_a_changed_file_brings_back_a_routine_that_someone_dropped(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("dropped", function("dropped", 1))
    path = tree.write_routine("number", function("number", 1))
    run(target, tree)
    target.execute("drop function wa.dropped()")
    path.write_text(function("number", 2))
    run(target, tree)
    assert value(target, "select wa.dropped()") == 1


def test_every_routine_is_applied_again_after_a_migration(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_drops", "drop function wa.number();")
    run(target, tree)
    assert value(target, "select wa.number()") == 1


def test_routines_are_applied_after_a_run_that_stopped_between_migrations_and_routines(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_drops", "drop function wa.number();")
    broken = tree.write_migration("20270102000000_breaks", "select 1 / 0;")
    with pytest.raises(StatementFailedError):
        run(target, tree)
    broken.unlink()
    run(target, tree)
    assert value(target, "select wa.number()") == 1


def test_a_routine_may_call_one_that_comes_later(target: Connection[Any], tree: Tree) -> None:
    tree.write_routine(
        "a",
        "create or replace function wa.a() returns int language sql as 'select wa.b()';",
    )
    tree.write_routine("b", function("b", 7))
    run(target, tree)
    assert value(target, "select wa.a()") == 7


def test_a_removed_file_is_reported_and_forgotten(target: Connection[Any], tree: Tree) -> None:
    path = tree.write_routine("number", function("number", 1))
    run(target, tree)
    path.unlink()
    assert run(target, tree).removed_routines == ("functions/number.sql",)
    assert run(target, tree).removed_routines == ()


def test_rights_that_default_privileges_gave_are_taken_in_the_same_transaction(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration("20270101000000_trace", "create table wa.trace (xid xid8);")
    tree.write_routine(
        "revoke_api_access",
        "create or replace procedure wa.revoke_api_access() language sql as "
        "'insert into wa.trace values (pg_current_xact_id())';",
    )
    run(target, tree)
    assert value(
        target, "select trace.xid::xid = source.xmin from wa.trace, wa.function_sources as source"
    )
