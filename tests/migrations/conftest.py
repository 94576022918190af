"""Source trees of a test's own, and runs of them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.fixtures.clusters import empty_cluster, find_binaries
from wa_webhook.migrate import Migrator, Outcome, find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from psycopg import Connection

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.migrate import Source

FIRST_VERSION = "20261206000100"
RIGHTS = "functions/rights"
OPENING = ("open_routines.sql", "close_routines.sql", "list_routines.sql")


@dataclass(frozen=True)
class Tree:
    """A db/ folder with the project's first migration, and what opens and closes routines."""

    folder: Path

    def write_migration(self, name: str, sql: str) -> Path:
        """Write db/migrations/`name`.sql."""
        path = self.folder / "migrations" / f"{name}.sql"
        path.write_text(sql)
        return path

    def write_routine(self, name: str, sql: str) -> Path:
        """Write db/functions/`name`.sql."""
        path = self.folder / "functions" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql)
        return path

    def source(self) -> Source:
        """Read the folder as it is now."""
        return read_source(self.folder)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A db/ folder to write files into."""
    migrations = tmp_path / "db" / "migrations"
    migrations.mkdir(parents=True)
    (first,) = (find_db_folder() / "migrations").glob(f"{FIRST_VERSION}_*.sql")
    shutil.copy(first, migrations)
    shutil.copytree(find_db_folder() / RIGHTS, tmp_path / "db" / RIGHTS, ignore=_all_but_opening)
    return Tree(tmp_path / "db")


def _all_but_opening(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name not in OPENING]


@pytest.fixture
def target(bare_database: Database) -> Iterator[Connection[Any]]:
    """A connection of the migrating role to a database that was never migrated."""
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def empty_server(postgres_version: int) -> Iterator[LocalPostgres]:
    """A server where no role but the superuser and the migrating one exists."""
    with empty_cluster(find_binaries()[postgres_version]) as server:
        yield server


def run(target: Connection[Any], tree: Tree, *, include_all: bool = False) -> Outcome:
    """Apply `tree` to the target."""
    return Migrator(target, tree.source(), include_all=include_all).run()


def value(target: Connection[Any], query: str) -> Any:
    """Return the one value of a query."""
    row = target.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]
