from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from tests.migrations.conftest import FIRST_VERSION
from wa_webhook.cli import app
from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database


def migrate(*options: str, url: str | None = None) -> Result:
    environment = {"WA_DATABASE_URL": url} if url else {}
    return CliRunner().invoke(app, ["migrate", *options], env=environment)


def test_a_run_prints_the_target_first_and_every_file(bare_database: Database) -> None:
    result = migrate(url=bare_database.url())
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith(f"database {bare_database.name} on 127.0.0.1:")
    assert lines[0].split(" (")[0].endswith(" as postgres")
    assert lines[1].startswith(f"applied migrations/{FIRST_VERSION}_")


def test_a_run_with_nothing_to_do_says_so(database: Database) -> None:
    assert migrate("--database-url", database.url()).output.endswith("up to date\n")


def test_the_option_wins_over_the_environment(database: Database) -> None:
    result = migrate("--database-url", database.url(), url="postgresql://nobody@127.0.0.1:1/none")
    assert result.exit_code == 0


def test_status_lists_files_and_changes_nothing(bare_database: Database) -> None:
    for _ in range(2):
        result = migrate("--status", url=bare_database.url())
        assert result.exit_code == 0
        assert f"pending  migrations/{FIRST_VERSION}_" in result.output


def test_status_of_a_migrated_database_shows_what_is_applied(database: Database) -> None:
    result = migrate("--status", url=database.url())
    assert f"applied  migrations/{FIRST_VERSION}_" in result.output
    assert result.output.endswith("up to date\n")


def test_before_the_first_run_the_routines_are_counted_and_not_listed(
    bare_database: Database,
) -> None:
    number = len(read_source(find_db_folder()).routines)
    result = migrate("--dry-run", url=bare_database.url())
    assert result.output.endswith(f"pending  {number} routine files\n")


def test_a_routine_that_changed_is_named(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(
        "update wa.applied_files set checksum = repeat('0', 16) where path like '%/wa_health.sql'"
    )
    result = migrate("--dry-run", url=database.url())
    assert result.output.splitlines()[1:] == ["changed  functions/operators/status/wa_health.sql"]


def test_rights_that_a_run_would_give_back_are_told_of(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute("grant select on public.profiles to wa_notifier_role")
    result = migrate("--dry-run", url=database.url())
    assert result.output.splitlines()[1:] == [
        "changed  rights, by hand: wa-webhook status names them"
    ]


@pytest.mark.parametrize("option", ["--status", "--dry-run", None])
def test_a_role_that_may_not_migrate_is_told_which_may(
    database: Database, option: str | None
) -> None:
    result = migrate(*filter(None, [option]), url=database.url("wa_edge_role"))
    assert result.exit_code == 1
    assert "permission denied for schema" in result.output
    assert "Migrate as the role that owns the tables" in result.output


def test_a_role_that_may_make_nothing_is_told_which_may(bare_database: Database) -> None:
    result = migrate(url=bare_database.url("anon"))
    assert result.exit_code == 1
    assert "permission denied for database" in result.output
    assert "Migrate as the role that owns the tables" in result.output


def test_a_dry_run_changes_nothing(bare_database: Database) -> None:
    for _ in range(2):
        result = migrate("--dry-run", url=bare_database.url())
        assert f"pending  migrations/{FIRST_VERSION}_" in result.output


def test_a_password_is_never_printed() -> None:
    result = migrate(url="postgresql://postgres:s3cret@127.0.0.1:1/none")
    assert result.exit_code == 1
    assert "127.0.0.1" in result.output
    assert "s3cret" not in result.output


@pytest.mark.parametrize("url", ["not a url", "postgresql://[broken"])
def test_an_unreadable_url_is_an_error_without_a_traceback(url: str) -> None:
    result = migrate("--database-url", url)
    assert result.exit_code == 2
    assert result.output.startswith("--database-url: must be a connection string or URL")
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_the_bot_number_of_the_environment_becomes_a_setting(
    database: Database, connection: Connection[DictRow]
) -> None:
    environment = {"WA_DATABASE_URL": database.url(), "WA_BOT_NUMBER_E164": "+15550001111"}
    for expected in ("bot_number_e164 is now +15550001111\n", "up to date\n"):
        result = CliRunner().invoke(app, ["migrate"], env=environment)
        assert result.output.endswith(expected)
    setting = connection.execute(
        "select value from wa.settings where key = 'bot_number_e164'"
    ).fetchone()
    assert setting == {"value": "+15550001111"}
