"""A database that an earlier function was used with, and taking it over."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

from tests.fixtures.offered import SHIPPED as SOURCE
from wa_webhook.adoption import adopt
from wa_webhook.cli import app
from wa_webhook.migrate import Migrator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow
    from typer.testing import Result

    from tests.fixtures.postgres import Database
    from wa_webhook.adoption import Conflict

OLDER_TABLES = Path(__file__).with_name("older_tables.sql").read_text()


@pytest.fixture
def older(bare_database: Database) -> Iterator[Connection[DictRow]]:
    """The migrating role's connection to a database that an earlier function was used with."""
    with connect(bare_database) as connection:
        fill(connection)
        yield connection


@pytest.fixture
def mended(bare_database: Database, older: Connection[DictRow]) -> Connection[DictRow]:
    """The same after every conflict's statement was run as it was printed."""
    mend(bare_database, older)
    return older


def connect(database: Database) -> closing[Connection[DictRow]]:
    url = database.url()
    return closing(psycopg.connect(url, autocommit=True, row_factory=dict_row))


def fill(connection: Connection[DictRow]) -> None:
    connection.execute("create schema if not exists public")
    connection.execute(OLDER_TABLES.encode())


def mend(database: Database, connection: Connection[DictRow]) -> None:
    # Which they are is the same whenever it is asked for.
    if not _MENDS:
        _MENDS.extend(conflict.mend for conflict in find_conflicts(database))
    for statement in _MENDS:
        connection.execute(statement.encode())


_MENDS: list[str] = []


def find_conflicts(database: Database) -> list[Conflict]:
    """Return what is in the way; nothing is changed."""
    with psycopg.connect(database.url(), autocommit=True) as migrating:
        return adopt(Migrator(migrating, SOURCE), dry_run=True).conflicts


def run_migrate(database: Database, *options: str) -> Result:
    return CliRunner().invoke(app, ["migrate", "--database-url", database.url(), *options])
