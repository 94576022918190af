"""What a migration keeps to, so that every road can take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pglast
import pytest
from pglast import ast
from pglast.enums import DropBehavior, ObjectType

from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from wa_webhook.migrate.files import Migration

MIGRATIONS = read_source(find_db_folder()).migrations
ROUTINES = {
    ObjectType.OBJECT_FUNCTION,
    ObjectType.OBJECT_PROCEDURE,
    ObjectType.OBJECT_ROUTINE,
}


def drops(migration: Migration) -> list[Any]:
    statements = [raw.stmt for raw in pglast.parse_sql(migration.text)]
    return [one for one in statements if isinstance(one, ast.DropStmt)]


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda one: one.name)
def test_a_migration_makes_and_drops_no_routine(migration: Migration) -> None:
    statements = [raw.stmt for raw in pglast.parse_sql(migration.text)]
    assert [one for one in statements if isinstance(one, ast.CreateFunctionStmt)] == []
    assert [one for one in drops(migration) if one.removeType in ROUTINES] == []


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda one: one.name)
def test_a_migration_drops_nothing_that_it_does_not_name(migration: Migration) -> None:
    # A routine that goes with a type would be missing where only changed files are applied.
    cascading = DropBehavior.DROP_CASCADE
    assert [one for one in drops(migration) if one.behavior == cascading] == []


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda one: one.name)
def test_a_trigger_may_be_missing_where_it_is_dropped(migration: Migration) -> None:
    # Routine files make them, after all migrations.
    triggers = [one for one in drops(migration) if one.removeType == ObjectType.OBJECT_TRIGGER]
    assert [one for one in triggers if not one.missing_ok] == []
