from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.names import with_default_names
from tests.migrations.conftest import FIRST_VERSION, Tree, run, value
from wa_webhook.migrate import SourceError, StatementFailedError

if TYPE_CHECKING:
    from psycopg import Connection


def newest_version(target: Connection[Any]) -> Any:
    return value(target, "select max(version) from wa.applied_migrations")


def test_a_failing_statement_is_named_by_file_line_and_text(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration(
        "20270101000000_broken",
        "create table wa.kept_out (id int);\n\n-- é\nselect id,\n  missing\nfrom wa.kept_out;\n",
    )
    with pytest.raises(StatementFailedError) as failure:
        run(target, tree)
    message = with_default_names(str(failure.value))
    assert message.startswith("migrations/20270101000000_broken.sql, line 5: ")
    assert "SQLSTATE: 42703" in message
    assert "    select id,\n      missing\n    from wa.kept_out" in message


def test_detail_hint_and_context_of_the_server_are_passed_on(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration(
        "20270101000000_refusing",
        "do $$ begin raise exception using errcode = 'WA099', message = 'no', "
        "detail = 'the reason', hint = 'the way out'; end $$;",
    )
    with pytest.raises(StatementFailedError) as failure:
        run(target, tree)
    for part in ("SQLSTATE: WA099", "detail: the reason", "hint: the way out", "context: PL/pgSQL"):
        assert part in str(failure.value)


def test_a_failing_migration_leaves_nothing_and_earlier_ones_stay(
    target: Connection[Any], tree: Tree
) -> None:
    run(target, tree)
    tree.write_migration("20270101000000_good", "create table wa.good (id int);")
    tree.write_migration("20270102000000_bad", "create table wa.bad (id int); select 1 / 0;")
    tree.write_migration("20270103000000_after", "create table wa.after (id int);")
    with pytest.raises(StatementFailedError, match="20270102000000_bad"):
        run(target, tree)
    tables = target.execute(
        "select to_regclass('wa.good')::text, to_regclass('wa.bad'), to_regclass('wa.after')"
    ).fetchone()
    assert tables == ("wa.good", None, None)
    assert newest_version(target) == "20270101000000"


def test_a_first_run_that_fails_leaves_nothing(target: Connection[Any], tree: Tree) -> None:
    tree.write_migration("20270101000000_bad", "select 1 / 0;")
    with pytest.raises(StatementFailedError, match="20270101000000_bad"):
        run(target, tree)
    assert value(target, "select to_regnamespace('wa')") is None


def test_a_file_that_postgres_cannot_parse_is_refused_before_any_of_it_runs(
    target: Connection[Any], tree: Tree
) -> None:
    run(target, tree)
    typo = tree.write_routine("typo", "create function wa.typo() returns int\nlanguag sql;\n")
    with pytest.raises(SourceError, match=r"functions/typo\.sql, line 2: syntax error"):
        run(target, tree)
    typo.unlink()
    tree.write_migration("20270101000000_typo", "create table wa.typo (id int);\nselec 1;\n")
    with pytest.raises(SourceError, match=r"20270101000000_typo\.sql, line 2: syntax error"):
        run(target, tree)
    assert newest_version(target) == FIRST_VERSION


def test_a_failing_routine_leaves_every_routine_as_it_was(
    target: Connection[Any], tree: Tree
) -> None:
    first = tree.write_routine("a", "create or replace function wa.a() returns int return 1;")
    run(target, tree)
    first.write_text("create or replace function wa.a() returns int return 2;")
    tree.write_routine("b", "create or replace function wa.b() returns missing_type return 1;")
    with pytest.raises(StatementFailedError, match=r"functions/b\.sql, line 1"):
        run(target, tree)
    assert value(target, "select wa.a()") == 1


def test_what_failed_runs_once_it_is_repaired(target: Connection[Any], tree: Tree) -> None:
    run(target, tree)
    path = tree.write_migration("20270101000000_broken", "select 1 / 0;")
    with pytest.raises(StatementFailedError):
        run(target, tree)
    path.write_text("select 1 / 1;")
    assert run(target, tree).migrations == ["migrations/20270101000000_broken.sql"]


def test_a_setting_of_one_file_does_not_reach_the_next(target: Connection[Any], tree: Tree) -> None:
    tree.write_migration("20270101000000_sets", "set search_path = wa;")
    tree.write_migration("20270102000000_creates", "create table placed (id int);")
    run(target, tree)
    assert value(target, "select to_regclass('public.placed')::text") == "placed"
