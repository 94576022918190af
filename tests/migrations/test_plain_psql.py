"""The files are plain SQL: psql alone brings a database to the same schema as the runner."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.fixtures.names import about_default_names
from tests.migrations.conftest import OPENING, RIGHTS
from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

COMMENTS_AND_GRANTS_TOO = ("--schema-only", "--schema=public", "--schema=wa")


def psql(database: Database, *arguments: str) -> None:
    subprocess.run(
        [
            database.server.binaries / "psql",
            database.url(),
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
            *arguments,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PGOPTIONS": "-c check_function_bodies=off"},
    )


def dump(database: Database) -> str:
    text = subprocess.run(
        [database.server.binaries / "pg_dump", *COMMENTS_AND_GRANTS_TOO, database.url()],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "\n".join(line for line in text.splitlines() if "restrict" not in line)


@pytest.fixture
def psql_database(bare_database: Database) -> Database:
    """A database made by psql from every file, one transaction a migration."""
    folder = find_db_folder()
    source = read_source(folder)
    for migration in source.migrations:
        psql(bare_database, f"--file={folder / migration.path}")
    opening = [f"--file={folder / RIGHTS / one}" for one in OPENING]
    psql(
        bare_database,
        *opening,
        "--command=call wa.open_routines()",
        *(f"--file={folder / file.path}" for file in source.routines),
        "--command=call wa.close_routines()",
    )
    return bare_database


@about_default_names("psql knows the default names only")
def test_psql_and_the_runner_make_the_same_schema(
    psql_database: Database, database: Database
) -> None:
    assert dump(psql_database) == dump(database)
