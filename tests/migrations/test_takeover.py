"""A database from before 1.0.0 is taken over without a question, and goes on with its rows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import payloads
from tests.dispatching import dispatch
from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.names import about_default_names
from tests.fixtures.offered import OFFERED, with_offered_flows
from tests.fixtures.offered import SHIPPED as SOURCE
from tests.fixtures.postgres import Database, freeze_database
from tests.migrations.conftest import value
from tests.operations.command import answer, run
from tests.roads.contents import relations_of, routines_of, rows_of
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER
from wa_webhook.migrate import HistoryError, Migrator, find_db_folder, read_source
from wa_webhook.migrate.files import Migration
from wa_webhook.migrate.history import read_history
from wa_webhook.migrate.takeover import BASELINE, COMMIT
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = about_default_names("compares with a database of the default names")

PROJECT = Path(__file__).resolve().parents[2]
WITH_OFFERED = read_source(find_db_folder(), asked_for=OFFERED)
OTHER = Names(schema="shop", edge_role="shop_handler")
EVA = "34600111555"


@pytest.fixture(scope="session")
def older_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of that version, from git: `git archive` of a checkout with its history."""
    archive = subprocess.run(
        ["git", "-C", PROJECT, "archive", COMMIT, "db", "handler", "wa_webhook"],
        check=False,
        capture_output=True,
    )
    assert archive.returncode == 0, (
        f"these tests install the database of commit {COMMIT}, and this folder cannot give it:"
        f" {archive.stderr.decode()}Run them in a clone with its whole history."
    )
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def migrate_then(project: Path, database: Database, *options: str) -> None:
    """Migrate with that version's own command."""
    subprocess.run(
        [
            *(sys.executable, "-P", "-m", "wa_webhook", "migrate"),
            *(f"--database-url={database.url()}", *options),
        ],
        check=True,
        capture_output=True,
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(project)},
    )


def migrate_now(database: Database, names: Names | None = None) -> list[str]:
    """Migrate with today's, and return what it reports."""
    report: list[str] = []
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, SOURCE, names=names, report=report.append).run()
        assert not Migrator(connection, SOURCE, names=names).plan()
    return report


@pytest.fixture(scope="session")
def older_template(older_project: Path, postgres_server: LocalPostgres) -> str:
    """A database of that version with every flow that ships, to copy."""
    name = "template_older"
    with psycopg.connect(postgres_server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {BARE_TEMPLATE} owner {MIGRATING_ROLE}".encode()
        )
    with_flows = [f"--with={flow}" for flow in OFFERED]
    migrate_then(older_project, Database(postgres_server, name), *with_flows)
    return name


@pytest.fixture
def older(older_template: str, new_database: Callable[[str], Database]) -> Database:
    """A database of that version."""
    return new_database(older_template)


@pytest.fixture(scope="module")
def taken_over(older_template: str, shared_database: Callable[[str], Database]) -> Database:
    """The same after one run of today's apply script."""
    database = shared_database(older_template)
    assert migrate_now(database)[0] == "took over the history of a version before 1.0.0"
    freeze_database(database)
    return database


def receive(database: Database, text: str) -> dict[str, Any]:
    url = database.url("wa_edge_role")
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as edge:
        return dispatch(edge, payloads.envelope([payloads.text_message(text, sender=EVA)]))


def relations(database: Database) -> dict[str, Any]:
    """Return what tables are made of, whose columns and options were added in any order."""
    found = {}
    for name, (kind, owner, options, about, rights, columns, *rest) in relations_of(
        database
    ).items():
        in_order = columns if kind.startswith("c") else sorted(columns)
        found[name] = (kind, owner, sorted(options or ()), about, rights, in_order, rest)
    return found


@with_offered_flows
def test_it_becomes_what_a_new_database_is(taken_over: Database, database: Database) -> None:
    for read in (routines_of, relations, rows_of):
        here, there = read(taken_over), read(database)
        assert sorted(here) == sorted(there)
        for name, contents in there.items():
            assert here[name] == contents, name


def test_everything_is_known_to_be_applied(taken_over: Database) -> None:
    with psycopg.connect(taken_over.url(), autocommit=True) as connection:
        assert read_history(connection, "wa") == WITH_OFFERED.manifest()
    migrations = answer(run("status", "--json", database=taken_over))["migrations"]
    assert migrations["applied"] == len(WITH_OFFERED.migrations)
    assert migrations["pending"] == migrations["changed"] == migrations["removed"] == []


def test_what_users_did_stays_and_goes_on(older: Database) -> None:
    assert receive(older, "language")["processed"] == 1
    before = rows_of(older)
    migrate_now(older)
    after = rows_of(older)
    for table in ("profiles", "chat_state", "wa_events", "notifications", "wa.service_windows"):
        assert before[table] == after[table] != []
    assert receive(older, "1")["processed"] == 1
    chats = "select count(*) from public.wa_events join public.chat_state using (user_id)"
    with psycopg.connect(older.url()) as connection:
        assert value(connection, chats) == 2


@pytest.mark.any_server
def test_before_the_run_nothing_of_the_baseline_is_pending_or_refused(older: Database) -> None:
    migrations = answer(run("status", "--json", database=older, role="postgres"))["migrations"]
    assert migrations["refused"] is None
    assert not [path for path in migrations["pending"] if f"/{BASELINE}" in path]


@pytest.mark.any_server
def test_a_database_with_other_names_is_taken_over(
    older_project: Path, bare_database: Database
) -> None:
    options = [
        f"--{option.replace('_', '-')}={name}" for option, name in OTHER.as_options().items()
    ]
    migrate_then(older_project, bare_database, *options)
    assert "took over the history of a version before 1.0.0" in migrate_now(bare_database, OTHER)


@pytest.mark.any_server
@pytest.mark.parametrize(
    "behind",
    [
        "delete from wa.applied_migrations where version = '20261204130100'",
        "delete from wa.applied_migrations where version = '20261203020100'",
        "update wa.applied_migrations set checksum = repeat('0', 16)",
        "create table wa.function_sources ()",
    ],
)
def test_a_database_that_is_not_at_the_last_state_is_refused_with_a_way_out(
    older: Database, behind: str
) -> None:
    with psycopg.connect(older.url(), autocommit=True) as connection:
        connection.execute(behind.encode())
        with pytest.raises(HistoryError, match=COMMIT):
            Migrator(connection, SOURCE).run()


def test_a_database_that_was_changed_by_hand_is_refused_with_what_it_lacks(older: Database) -> None:
    with psycopg.connect(older.url(), autocommit=True) as connection:
        for change in (
            "drop index public.wa_events_failed_idx",
            "alter table wa.lives drop constraint lives_end_for_a_reason",
            "alter table wa.numbers rename column waba_id to account",
            "alter table public.insurance_fields alter column note type varchar(20)",
        ):
            connection.execute(change.encode())
        with pytest.raises(HistoryError) as refusal:
            Migrator(connection, SOURCE).run()
        assert [line for line in str(refusal.value).splitlines() if line.startswith("  ")] == [
            "  column waba_id of wa.numbers",
            "  index wa_events_failed_idx of public.wa_events",
            "  constraint lives_end_for_a_reason of wa.lives",
            "  column note of public.insurance_fields",
        ]


@pytest.mark.any_server
def test_nothing_is_taken_over_when_the_run_fails(older: Database) -> None:
    broken = Migration("migrations/broken.sql", "select 1 / 0;", "20990101000000", "broken")
    source = replace(SOURCE, migrations=(*SOURCE.migrations, broken))
    history = "select array_agg(version order by version) from wa.applied_migrations"
    with psycopg.connect(older.url(), autocommit=True) as connection:
        before = value(connection, history)
        with pytest.raises(Exception, match="division by zero"):
            Migrator(connection, source).run()
        assert value(connection, history) == before
