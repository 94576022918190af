"""A database belongs to the extension or to the migrations, and each command knows which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.extension.conftest import NEW, OLD, execute
from tests.fixtures.names import about_default_names
from tests.operations.command import answer, run
from wa_webhook.adoption import adopt
from wa_webhook.migrate import HistoryError, Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database

pytestmark = about_default_names("the extension has the default names")

HELD = f"the extension wa_webhook {NEW}"


@pytest.mark.parametrize("way", [Migrator.run, Migrator.plan, adopt])
def test_the_apply_script_refuses_what_the_extension_holds(
    extended: Database, way: Callable[[Migrator], object]
) -> None:
    with (
        psycopg.connect(extended.url(), autocommit=True) as connection,
        pytest.raises(HistoryError, match=f'{HELD}\n.*alter extension "wa_webhook" update'),
    ):
        way(Migrator(connection, read_source(find_db_folder())))


def test_the_command_says_so_and_changes_nothing(extended: Database) -> None:
    result = run("migrate", database=extended, role="postgres")
    assert result.exit_code == 1
    assert HELD in result.output
    names = "select to_regclass('wa.names')"
    assert execute(extended, names) == [(None,)]


def test_status_shows_the_extension(extended: Database) -> None:
    migrations = answer(run("status", "--json", database=extended))["migrations"]
    assert migrations["extension"] == f"wa_webhook {NEW}"
    assert migrations["pending"] == migrations["changed"] == migrations["removed"] == []
    assert f"(extension wa_webhook {NEW})" in " ".join(
        run("status", database=extended).output.split()
    )


def test_status_and_doctor_tell_to_update_an_old_version(plain_database: Database) -> None:
    execute(plain_database, f"create extension wa_webhook version '{OLD}' cascade")
    problems = answer(run("status", "--json", database=plain_database))["problems"]
    assert "alter extension update" in str(problems)
    checks = answer(run("doctor", "--json", "--as", "operator", database=plain_database))["checks"]
    (check,) = (check for check in checks if check["name"] == "migrations")
    assert check["outcome"] == "fail"
    assert "alter extension update" in check["mend"]


def test_doctor_finds_the_extension_in_order(extended: Database) -> None:
    checks = answer(run("doctor", "--json", "--as", "operator", database=extended))["checks"]
    (check,) = (check for check in checks if check["name"] == "migrations")
    assert check["outcome"] == "ok"
    assert f"(extension wa_webhook {NEW})" in check["message"]
