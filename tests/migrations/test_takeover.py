"""A database of the version that kept its history elsewhere is taken over without a question."""

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
from tests.fixtures.postgres import Database, freeze_database
from tests.migrations.conftest import value
from tests.operations.command import answer, run
from tests.roads.contents import assert_same
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER
from wa_webhook.migrate import HistoryError, Migrator, find_db_folder, read_source
from wa_webhook.migrate.files import Migration
from wa_webhook.migrate.takeover import read_any_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = about_default_names("compares with a database of the default names")

COMMIT = "6ce8b7c"
PROJECT = Path(__file__).resolve().parents[2]
SOURCE = read_source(find_db_folder())
EVA = "34600111555"
CLI_HISTORY = "supabase_migrations.schema_migrations"


@pytest.fixture(scope="session")
def older_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of that version, from git: `git archive` of a checkout with its history."""
    archive = subprocess.run(
        ["git", "-C", PROJECT, "archive", COMMIT, "db", "handler"],
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


def migrate(project: Path, database: Database) -> None:
    """Migrate with that version's own command."""
    subprocess.run(
        [sys.executable, "-P", "-m", "handler", "migrate", "--database-url", database.url()],
        check=True,
        capture_output=True,
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(project)},
    )


def push(project: Path, database: Database) -> None:
    """Apply that version's migrations as the Supabase CLI does, and write its history."""
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute("create schema supabase_migrations")
        connection.execute(f"create table {CLI_HISTORY} (version text primary key, name text)")
        for path in sorted((project / "db" / "migrations").iterdir()):
            version, _, name = path.stem.partition("_")
            with connection.transaction():
                connection.execute(path.read_text().encode())
                connection.execute(f"insert into {CLI_HISTORY} values (%s, %s)", (version, name))


@pytest.fixture(scope="session", params=[migrate, push], ids=lambda road: road.__name__)
def older_template(
    request: pytest.FixtureRequest, older_project: Path, postgres_server: LocalPostgres
) -> str:
    """A database of that version to copy, by either of the roads that it had."""
    name = f"template_older_{request.param.__name__}"
    with psycopg.connect(postgres_server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {BARE_TEMPLATE} owner {MIGRATING_ROLE}".encode()
        )
    request.param(older_project, Database(postgres_server, name))
    return name


@pytest.fixture
def older(older_template: str, new_database: Callable[[str], Database]) -> Database:
    """A database of that version."""
    return new_database(older_template)


@pytest.fixture(scope="module")
def taken_over(older_template: str, shared_database: Callable[[str], Database]) -> Database:
    """The same after one run of today's apply script."""
    database = shared_database(older_template)
    run_today(database)
    freeze_database(database)
    return database


@pytest.fixture(scope="module")
def used(older_template: str, shared_database: Callable[[str], Database]) -> Database:
    """One of that version that users wrote to, by two numbers, after the same run."""
    database = shared_database(older_template)
    assert receive(database, "hello", EVA)["processed"] == 1
    url = database.url("wa_edge_role")
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as edge:
        for sender, number in (("34600111222", "2"), ("34600111333", "1"), ("34600111222", "1")):
            message = payloads.text_message("language", sender=sender)
            dispatch(edge, payloads.envelope([message], phone_number_id=number))
        message = payloads.text_message("language", sender="34600111444")
        dispatch(edge, payloads.envelope([message], phone_number_id="2"))
    with psycopg.connect(database.url(), autocommit=True) as connection:
        # Retention has left nothing of this one, and of all the newest is what the last one wrote.
        connection.execute(
            "delete from public.wa_events using public.profiles"
            " where profiles.user_id = wa_events.user_id and whatsapp_e164 = '+34600111333'"
        )
    run_today(database)
    freeze_database(database)
    return database


def run_today(database: Database) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, SOURCE).run()


def receive(database: Database, text: str, sender: str) -> dict[str, Any]:
    url = database.url("wa_edge_role")
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as edge:
        return dispatch(edge, payloads.envelope([payloads.text_message(text, sender=sender)]))


def test_it_becomes_what_a_new_database_is(taken_over: Database, database: Database) -> None:
    assert_same(taken_over, database)


def test_everything_is_known_to_be_applied(taken_over: Database) -> None:
    with psycopg.connect(taken_over.url(), autocommit=True) as connection:
        assert read_any_history(connection, "wa", SOURCE) == SOURCE.manifest()
    migrations = answer(run("status", "--json", database=taken_over))["migrations"]
    assert migrations["applied"] == len(SOURCE.migrations)
    assert migrations["pending"] == migrations["changed"] == migrations["removed"] == []


def test_the_history_of_the_supabase_cli_stays_as_it_is(
    older: Database, taken_over: Database
) -> None:
    query = f"select array_agg(version order by version) from {CLI_HISTORY}"
    with (
        psycopg.connect(older.url()) as before,
        psycopg.connect(taken_over.url()) as after,
    ):
        assert value(after, query) == value(before, query)


def test_what_users_did_stays_and_goes_on(
    used: Database, new_database: Callable[[str], Database]
) -> None:
    copy = new_database(used.name)
    assert receive(copy, "help", EVA)["processed"] == 1
    events = "select count(*) from public.wa_events join public.profiles using (user_id)"
    with psycopg.connect(copy.url(), autocommit=True) as connection:
        assert value(connection, f"{events} where whatsapp_e164 = '+{EVA}'") == 2
        assert value(connection, "select count(*) from public.profiles") == 4


def test_each_chat_goes_on_with_the_number_that_its_user_last_wrote_to(used: Database) -> None:
    placed = f"""
        select whatsapp_e164, chat.phone_number_id, chat.state, service.last_inbound_at is not null
        from public.profiles
        left join public.chat_state as chat using (user_id)
        left join wa.service_windows as service
          on service.user_id = profiles.user_id and service.phone_number_id = chat.phone_number_id
        where whatsapp_e164 <> '+{EVA}'
        order by whatsapp_e164
        """
    with psycopg.connect(used.url()) as connection:
        assert connection.execute(placed).fetchall() == [
            ("+34600111222", "1", "language", True),
            ("+34600111333", "2", "language", True),
            ("+34600111444", "2", "language", True),
        ]


def test_before_the_run_status_names_what_it_will_do(older: Database) -> None:
    migrations = answer(run("status", "--json", database=older, role="postgres"))["migrations"]
    assert migrations["refused"] is None
    assert "functions/base/get_setting.sql" in migrations["changed"]


@pytest.mark.parametrize(
    "behind",
    [
        "delete from wa.function_sources where path like '%/wa_dispatch.sql'",
        "update wa.function_sources set sha256 = repeat('0', 64)",
        "insert into wa.migration_checksums values ('20270101000000', repeat('a', 64))",
    ],
)
def test_a_database_that_is_not_at_the_last_state_is_refused_with_a_way_out(
    older: Database, behind: str
) -> None:
    with psycopg.connect(older.url(), autocommit=True) as connection:
        connection.execute(behind.encode())
        with pytest.raises(HistoryError, match=COMMIT):
            Migrator(connection, SOURCE).run()
        assert value(connection, "select to_regclass('wa.applied_files')") is None


def test_nothing_is_taken_over_when_the_run_fails(older: Database) -> None:
    known = [one for one in SOURCE.migrations if one.version in SOURCE.predecessor.migrations]
    broken = Migration("migrations/broken.sql", "select 1 / 0;", "20990101000000", "broken")
    source = replace(SOURCE, migrations=(*known, broken))
    with psycopg.connect(older.url(), autocommit=True) as connection:
        with pytest.raises(Exception, match="division by zero"):
            Migrator(connection, source).run()
        assert value(connection, "select count(*) from wa.function_sources") > 0
