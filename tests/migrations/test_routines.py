from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.names import with_default_names
from tests.migrations.conftest import Tree, run, value
from wa_webhook.migrate import SourceError, StatementFailedError

if TYPE_CHECKING:
    from psycopg import Connection


USED = "create table wa.used (name text); create type wa.pair as (a int, b int);"
ADDS = "create table wa.added_{table} (id int);"

DEFERRED = """
create table wa.checked (
  id int primary key,
  parent int references wa.checked (id) deferrable initially deferred
);
insert into wa.checked values (1, 2);
insert into wa.checked values (2, 1);
"""


def function(name: str, result: int) -> str:
    return f"create or replace function wa.{name}() returns int return {result};"


def transactions(target: Connection[Any]) -> list[int]:
    """Return how many of the steps since the first run each transaction holds, in order."""
    rows = target.execute(
        "select count(*) from ("
        "  select xmin, version from wa.applied_migrations"
        "  where version > '20261231000000'"
        "  union all"
        "  select distinct xmin, '9' from wa.applied_files"
        ") as step group by xmin order by min(version)"
    )
    return [number for (number,) in rows.fetchall()]


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


def test_the_routine_of_a_removed_file_is_dropped_and_reported_once(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_routine("number", function("number", 1))
    run(target, tree)
    path.unlink()
    outcome = run(target, tree)
    assert outcome.removed_routines == ("functions/number.sql",)
    assert [with_default_names(routine) for routine in outcome.dropped] == ["wa.number()"]
    assert value(target, "select to_regprocedure('wa.number()') is null")
    assert run(target, tree).removed_routines == ()


def test_the_routine_of_a_moved_file_stays_and_is_not_told_as_removed(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_routine("concern/number", function("number", 1))
    run(target, tree)
    path.unlink()
    tree.write_routine("other/number", function("number", 1))
    before = value(target, "select 'wa.number()'::regprocedure::oid")
    outcome = run(target, tree)
    assert (outcome.removed_routines, outcome.dropped) == ((), ())
    assert value(target, "select 'wa.number()'::regprocedure::oid") == before
    assert run(target, tree).routines == 0


def test_a_routine_is_dropped_with_its_file_when_a_migration_comes_first(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_routine("number", function("number", 1))
    run(target, tree)
    path.unlink()
    tree.write_migration("20270101000000_creates", "create table wa.created ();")
    (dropped,) = run(target, tree).dropped
    assert with_default_names(dropped) == "wa.number()"


def test_a_version_that_comes_back_leaves_the_routines_of_a_later_one(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    routine = tree.write_routine("later", function("later", 2))
    migration = tree.write_migration("20270101000000_later", "create table wa.later (value int);")
    run(target, tree)
    target.execute("alter table wa.later alter column value set default wa.later()")
    for path in (routine, migration):
        path.unlink()
    tree.write_routine("number", function("number", 0))
    outcome = run(target, tree)
    assert (outcome.remote_only, outcome.removed_routines) == (("20270101000000",), ())
    assert (value(target, "select wa.number()"), value(target, "select wa.later()")) == (0, 2)


def test_a_routine_with_other_parameters_replaces_the_one_before(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_routine("number", function("number", 1))
    run(target, tree)
    path.write_text(function("number", 2).replace("()", "(p_values wa.numbers[])"))
    tree.write_migration("20270101000000_type", "create type wa.numbers as (name text);")
    run(target, tree)
    assert value(target, "select count(*) from pg_proc where proname = 'number'") == 1
    assert value(target, "select wa.number(null)") == 2


@pytest.mark.parametrize("schema", ["public", "extensions"])
def test_a_routine_of_the_same_name_that_is_not_ours_stays(
    target: Connection[Any], tree: Tree, schema: str
) -> None:
    tree.write_routine("number", function("number", 1))
    target.execute(f"create schema if not exists {schema}".encode())
    target.execute(f"create function {schema}.number(text) returns int return 3;".encode())
    run(target, tree)
    assert value(target, f"select {schema}.number('')") == 3


def test_a_routine_with_another_result_replaces_the_one_before(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_routine("number", function("number", 1))
    run(target, tree)
    path.write_text(function("number", 2).replace("returns int", "returns bigint"))
    run(target, tree)
    assert value(target, "select pg_typeof(wa.number())::text") == "bigint"


@pytest.mark.parametrize(
    "taking",
    [
        "do $$ begin execute 'drop function wa.number()'; end $$;",
        "drop table wa.used;",
        "alter table wa.used drop column name;",
        "alter table wa.used rename column name to title;",
        "alter table wa.used add column title text;",
        "alter type wa.pair add attribute c int;",
    ],
)
def test_what_takes_away_what_routines_stand_on_shares_their_transaction(
    target: Connection[Any], tree: Tree, taking: str
) -> None:
    tree.write_migration("20261231000000_used", USED)
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_adds", ADDS.format(table="before"))
    tree.write_migration("20270102000000_takes", taking)
    tree.write_migration("20270103000000_adds", ADDS.format(table="after"))
    run(target, tree)
    assert transactions(target) == [1, 3]


def test_what_only_adds_has_a_transaction_of_its_own(target: Connection[Any], tree: Tree) -> None:
    tree.write_migration("20261231000000_used", USED)
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_adds", ADDS.format(table="before"))
    tree.write_migration("20270102000000_adds", ADDS.format(table="after"))
    run(target, tree)
    assert transactions(target) == [1, 1, 1]


def test_a_fresh_database_is_migrated_in_one_step(target: Connection[Any], tree: Tree) -> None:
    tree.write_migration("20261231000000_used", USED)
    tree.write_migration("20270101000000_takes", "drop table wa.used;")
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    assert transactions(target) == [2]


def test_a_migration_in_a_shared_transaction_finds_the_one_before_checked(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_takes", "drop function wa.number();")
    tree.write_migration("20270102000000_fills", DEFERRED)
    tree.write_migration("20270103000000_alters", "create index on wa.checked (parent);")
    tree.write_migration(
        "20270104000000_fills",
        "insert into wa.checked values (3, 4); insert into wa.checked values (4, 3);",
    )
    assert len(run(target, tree).migrations) == 4


def test_an_extension_that_goes_takes_nothing_from_the_routines(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_brings", "create extension cube schema wa;")
    tree.write_migration("20270102000000_goes", "drop extension cube;")
    run(target, tree)
    assert transactions(target) == [1, 1, 1]


def test_nothing_of_a_shared_transaction_stays_when_part_of_it_fails(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    tree.write_migration("20270101000000_takes", "drop function wa.number();")
    tree.write_migration("20270102000000_breaks", "select 1 / 0;")
    with pytest.raises(StatementFailedError, match="20270102000000_breaks"):
        run(target, tree)
    assert value(target, "select wa.number()") == 1


def test_rights_that_default_privileges_gave_are_taken(target: Connection[Any], tree: Tree) -> None:
    tree.write_routine("number", function("number", 1))
    run(target, tree)
    assert value(target, "select not has_function_privilege('anon', 'wa.number()', 'execute')")


def test_a_migration_may_drop_a_type_that_a_routine_took_which_is_gone(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration("20261231000000_used", USED)
    path = tree.write_routine(
        "takes", "create or replace function wa.takes(p wa.pair) returns int return 1;"
    )
    run(target, tree)
    path.write_text("create or replace function wa.takes(p wa.used) returns int return 1;")
    tree.write_migration("20270101000000_drops", "drop type wa.pair;")
    outcome = run(target, tree)
    assert [with_default_names(one) for one in outcome.dropped] == ["wa.takes(wa.pair)"]
    assert value(target, "select wa.takes(null)") == 1


def test_a_migration_may_drop_the_trigger_of_a_function_that_is_gone(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration("20261231000000_used", USED)
    path = tree.write_routine(
        "warn",
        "create or replace function wa.warn() returns trigger language plpgsql as"
        " 'begin return new; end';"
        "create or replace trigger warn before insert on wa.used for each row"
        " execute function wa.warn();",
    )
    run(target, tree)
    path.unlink()
    tree.write_migration("20270101000000_drops", "drop trigger warn on wa.used;")
    run(target, tree)
    assert value(target, "select to_regprocedure('wa.warn()')") is None


def test_a_file_makes_one_routine(target: Connection[Any], tree: Tree) -> None:
    tree.write_routine("two", function("one", 1) + function("two", 2))
    with pytest.raises(SourceError, match="functions/two"):
        run(target, tree)
