"""What a migration keeps to, so that every road can take it."""

from __future__ import annotations

import functools
from typing import Any

import pglast
from pglast import ast
from pglast.enums import DropBehavior, ObjectType

from wa_webhook.migrate import find_db_folder, read_source

ROUTINES = {
    ObjectType.OBJECT_FUNCTION,
    ObjectType.OBJECT_PROCEDURE,
    ObjectType.OBJECT_ROUTINE,
}


@functools.cache
def statements() -> list[tuple[str, Any]]:
    """Return each statement with the name of its migration."""
    return [
        (one.name, raw.stmt)
        for one in read_source(find_db_folder()).migrations
        for raw in pglast.parse_sql(one.text)
    ]


def drops() -> list[tuple[str, Any]]:
    return [(name, one) for name, one in statements() if isinstance(one, ast.DropStmt)]


def test_a_migration_makes_and_drops_no_routine() -> None:
    assert [name for name, one in statements() if isinstance(one, ast.CreateFunctionStmt)] == []
    assert [name for name, one in drops() if one.removeType in ROUTINES] == []


def test_a_migration_drops_nothing_that_it_does_not_name() -> None:
    # A routine that goes with a type would be missing where only changed files are applied.
    assert [name for name, one in drops() if one.behavior == DropBehavior.DROP_CASCADE] == []


def test_a_trigger_may_be_missing_where_it_is_dropped() -> None:
    # Routine files make them, after all migrations.
    triggers = [(name, one) for name, one in drops() if one.removeType == ObjectType.OBJECT_TRIGGER]
    assert [name for name, one in triggers if not one.missing_ok] == []
