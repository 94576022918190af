from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.migrations.conftest import Tree, run, value
from wa_webhook.migrate import HistoryError, SourceError

if TYPE_CHECKING:
    from psycopg import Connection


def test_an_edited_migration_is_refused_by_name_with_a_way_out(
    target: Connection[Any], tree: Tree
) -> None:
    path = tree.write_migration("20270101000000_number", "create table wa.number (id int);")
    run(target, tree)
    path.write_text("create table wa.number (id bigint);")
    tree.write_migration("20270102000000_later", "create table wa.later (id int);")
    with pytest.raises(HistoryError) as refusal:
        run(target, tree)
    assert "migrations/20270101000000_number.sql" in str(refusal.value)
    assert "new migration" in str(refusal.value)
    assert value(target, "select to_regclass('wa.later')") is None


def test_a_file_older_than_the_newest_applied_one_is_refused(
    target: Connection[Any], tree: Tree
) -> None:
    tree.write_migration("20270102000000_second", "select 2;")
    run(target, tree)
    tree.write_migration("20270101000000_first", "create table wa.late (id int);")
    with pytest.raises(HistoryError, match=r"20270101000000_first(.|\n)*--include-all"):
        run(target, tree)
    assert value(target, "select to_regclass('wa.late')") is None


def test_include_all_applies_an_older_file(target: Connection[Any], tree: Tree) -> None:
    tree.write_migration("20270102000000_second", "select 2;")
    run(target, tree)
    tree.write_migration("20270101000000_first", "create table wa.late (id int);")
    outcome = run(target, tree, include_all=True)
    assert outcome.migrations == ["migrations/20270101000000_first.sql"]


@pytest.mark.parametrize("name", ["2027_short", "20270101000000", "20270101000000_Upper-case"])
def test_a_file_name_without_a_place_in_the_order_is_refused(tree: Tree, name: str) -> None:
    tree.write_migration(name, "select 1;")
    with pytest.raises(SourceError, match=name):
        tree.source()


def test_a_version_used_twice_is_refused(tree: Tree) -> None:
    tree.write_migration("20270101000000_one", "select 1;")
    tree.write_migration("20270101000000_two", "select 2;")
    with pytest.raises(SourceError, match="20270101000000_two"):
        tree.source()
