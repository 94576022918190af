"""`wa-webhook export`: what it writes, where it goes on, and what it refuses."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

import pglast
import psycopg
import pytest
from psycopg import errors
from typer.testing import CliRunner

from tests.fixtures.names import about_default_names
from tests.operations.command import run
from tests.roads.versions import Version, make_later, write_earlier
from wa_webhook.cli import app
from wa_webhook.export import ExportError, plan_export
from wa_webhook.export.written import find_exports, read_exports
from wa_webhook.migrate import HistoryError, Migrator, find_db_folder, read_source
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    from tests.fixtures.postgres import Database

pytestmark = about_default_names("names are chosen by the tests themselves")

NOW = datetime(2026, 12, 24, 18, 0, 0, tzinfo=UTC)
OTHER = Names(schema="shop", edge_role="shop_handler")


@pytest.fixture
def version(tmp_path: Path) -> Version:
    """A version of db/ that a test may change into a later one."""
    return write_earlier(tmp_path / "db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder of migrations."""
    path = tmp_path / "migrations"
    path.mkdir()
    return path


def write(version: Version, folder: Path, names: Names | None = None) -> Path:
    """Write the export that is due."""
    due = plan_export(version.source(), names or Names(), folder, NOW)
    assert due
    path = folder / due.file_name
    path.write_text(due.text(), newline="")
    return path


def apply(database: Database, *exports: Path) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        for export in exports:
            connection.execute(export.read_text().encode())


def test_the_first_holds_everything_as_the_files_have_it(version: Version, folder: Path) -> None:
    text = write(version, folder).read_text()
    for file in (*version.source().migrations, *version.source().routines):
        assert f"-- {file.path}\n{file.text}" in text


def test_the_next_holds_what_changed_and_nothing_else(version: Version, folder: Path) -> None:
    write(version, folder)
    make_later(version)
    text = write(version, folder).read_text()
    headings = [line[3:] for line in text.splitlines() if line.startswith("-- functions/")]
    assert headings == [
        "functions/base/version_new.sql",
        "functions/base/version_owned.sql",
        "functions/base/version_returns.sql",
        "functions/base/version_says.sql",
        "functions/base/version_takes.sql",
        "functions/chats/version_moves.sql",
    ]
    dropped = [line for line in text.splitlines() if line.startswith("drop routine")]
    assert dropped == [
        f"drop routine if exists wa.version_{name};"
        for name in ("gone", "returns", "takes", "warns")
    ]


def test_a_file_with_other_ends_of_lines_and_none_of_its_last_statement_is_exported_whole(
    version: Version, folder: Path
) -> None:
    says = version.folder / "functions/base/version_says.sql"
    text = says.read_text().rstrip().removesuffix(";")
    says.write_text(f"{text} -- as it is".replace("\n", "\r\n"), newline="")
    assert pglast.parse_sql(write(version, folder).read_text())
    assert not plan_export(version.source(), Names(), folder, NOW)


def test_the_exports_say_what_a_database_holds_after_them(version: Version, folder: Path) -> None:
    write(version, folder)
    make_later(version)
    write(version, folder)
    assert read_exports(find_exports(folder), Names()) == version.source().manifest()


def test_after_an_export_nothing_is_due(version: Version, folder: Path) -> None:
    write(version, folder)
    assert not plan_export(version.source(), Names(), folder, NOW)


def test_the_same_files_make_the_same_export(version: Version) -> None:
    texts = {plan_export(version.source(), Names(), None, NOW).text() for _ in range(2)}
    assert len(texts) == 1


def test_an_export_is_later_than_every_file_of_the_project(version: Version, folder: Path) -> None:
    assert write(version, folder).name == "20261224180000_wa_webhook.sql"
    (folder / "20990101000000_theirs.sql").write_text("select 1;")
    make_later(version)
    assert write(version, folder).name == "20990101000001_wa_webhook.sql"


def test_an_export_from_before_the_baseline_is_refused(version: Version, folder: Path) -> None:
    path = write(version, folder)
    version.write("takeover.txt", "migration 20980101000000 0123456789abcdef\n")
    with pytest.raises(ExportError, match=f"{path.name} was written by a version before 1.0.0"):
        plan_export(version.source(), Names(), folder, NOW)


def test_baskets_that_an_export_left_out_stay_out_until_they_are_asked_for(
    version: Version, folder: Path
) -> None:
    first = plan_export(read_source(version.folder, without=["baskets"]), Names(), folder, NOW)
    (folder / first.file_name).write_text(first.text(), newline="")
    assert not plan_export(version.source(), Names(), folder, NOW)
    asked_for = read_source(version.folder, asked_for=["baskets"])
    again = plan_export(asked_for, Names(), folder, NOW).plan.list_files()
    assert ("new", "flows/baskets/flow.sql") in again


def test_after_what_removed_it_an_export_begins_anew(version: Version, folder: Path) -> None:
    write(version, folder)
    (folder / "20270101000000_wa_webhook_removed.sql").write_text("-- All is gone.\n")
    assert write(version, folder).name == "20270101000001_wa_webhook.sql"


def test_an_edited_export_is_refused(version: Version, folder: Path) -> None:
    path = write(version, folder)
    path.write_text(path.read_text() + "\n")
    with pytest.raises(ExportError, match=f"{path.name} was edited"):
        plan_export(version.source(), Names(), folder, NOW)


def test_a_file_of_that_name_that_is_no_export_is_refused(version: Version, folder: Path) -> None:
    (folder / "20250101000000_wa_webhook.sql").write_text("select 1;")
    with pytest.raises(ExportError, match="is not what wa-webhook export wrote"):
        plan_export(version.source(), Names(), folder, NOW)


def test_other_names_than_before_are_refused(version: Version, folder: Path) -> None:
    write(version, folder, OTHER)
    with pytest.raises(ExportError, match=r"edge_role shop_handler, .*schema shop"):
        plan_export(version.source(), Names(), folder, NOW)


def test_an_export_of_a_newer_version_is_refused(version: Version, folder: Path) -> None:
    write(version, folder)
    (version.folder / "migrations/20980101000000_version_orders.sql").unlink()
    with pytest.raises(ExportError, match=r"20980101000000.*a newer wa-webhook wrote it"):
        plan_export(version.source(), Names(), folder, NOW)


def test_a_migration_that_was_exported_stays_as_it_was(version: Version, folder: Path) -> None:
    write(version, folder)
    version.write("migrations/20980101000000_version_orders.sql", "select 1;")
    with pytest.raises(HistoryError, match="20980101000000_version_orders"):
        plan_export(version.source(), Names(), folder, NOW)


def test_an_export_with_other_names_makes_what_the_apply_script_knows(
    bare_database: Database, version: Version, folder: Path
) -> None:
    first = write(version, folder, OTHER)
    make_later(version)
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        connection.execute("create table public.profiles (id uuid)")
        apply(bare_database, first, write(version, folder, OTHER))
        assert not Migrator(connection, version.source(), names=OTHER).plan()
        with pytest.raises(HistoryError, match="--schema shop"):
            Migrator(connection, version.source()).plan()


def test_an_export_without_the_one_before_it_says_where_it_begins(
    bare_database: Database, version: Version, folder: Path
) -> None:
    first = write(version, folder)
    version.write("migrations/20980102000000_between.sql", "select 1;")
    write(version, folder)
    make_later(version)
    last = write(version, folder)
    with (
        psycopg.connect(bare_database.url(), autocommit=True) as connection,
        pytest.raises(errors.ObjectNotInPrerequisiteState, match="is not in this database"),
    ):
        connection.execute(last.read_text().encode())
    apply(bare_database, first)
    with pytest.raises(
        errors.ObjectNotInPrerequisiteState, match=r"20980101000000 here.* from 20980102000000"
    ) as raised:
        apply(bare_database, last)
    assert last.name.partition("_")[0] in str(raised.value.diag.message_hint)


def test_a_first_export_names_the_tables_that_are_in_its_way(bare_database: Database) -> None:
    export = plan_export(read_source(find_db_folder()), Names(), None, NOW).text()
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        connection.execute("create table public.profiles (id uuid primary key)")
        with pytest.raises(errors.DuplicateTable, match=r"already: public\.profiles\n") as raised:
            connection.execute(export.encode())
    assert "--schema NAME" in str(raised.value.diag.message_hint)


def test_a_first_export_takes_no_routine_from_the_app_that_made_it(bare_database: Database) -> None:
    export = plan_export(read_source(find_db_folder()), Names(), None, NOW).text()
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        connection.execute(
            "create function public.wa_health() returns jsonb return null::jsonb;"
            "create function public.get_setting() returns text return null::text"
        )
        with pytest.raises(errors.DuplicateFunction, match=r"already: public\.wa_health\n"):
            connection.execute(export.encode())


def test_an_export_of_which_each_statement_would_be_a_transaction_applies_nothing(
    bare_database: Database, folder: Path, version: Version
) -> None:
    export = write(version, folder)
    psql = [
        str(bare_database.server.binaries / "psql"),
        *("--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", bare_database.url()),
        *("--file", str(export)),
    ]
    refused = subprocess.run(psql, check=False, capture_output=True, text=True)
    assert "psql --single-transaction" in refused.stderr
    with psycopg.connect(bare_database.url()) as connection:
        assert connection.execute("select to_regnamespace('wa')").fetchone() == (None,)
    subprocess.run([*psql, "--single-transaction"], check=True, capture_output=True)


def test_everything_but_the_new_is_as_it_was_when_an_export_fails(
    bare_database: Database, version: Version, folder: Path
) -> None:
    apply(bare_database, write(version, folder))
    make_later(version)
    export = write(version, folder)
    export.write_text(export.read_text() + "select 1 / 0;\n")
    with pytest.raises(errors.DivisionByZero):
        apply(bare_database, export)
    with psycopg.connect(bare_database.url()) as connection:
        assert connection.execute("select wa.version_says()").fetchone() == (1,)


@pytest.fixture
def command(version: Version, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`wa-webhook export` of the test's own version."""
    module = import_module("wa_webhook.cli.source")
    monkeypatch.setattr(module, "find_db_folder", lambda: version.folder)
    return lambda *options: CliRunner().invoke(app, ["export", *options])


def test_the_command_writes_what_is_due_and_says_what_it_is(
    command: Callable[..., Result], version: Version, folder: Path
) -> None:
    said = command("--to", str(folder)).output.splitlines()
    (first,) = folder.iterdir()
    assert said[-1] == f"wrote {first}"
    make_later(version)
    said = command("--to", str(folder)).output.splitlines()
    assert said[0] == "new      migrations/20980201000000_version_titles.sql"
    assert "changed  functions/base/version_says.sql" in said
    assert "new      functions/base/version_new.sql" in said
    gone = [line.split()[1] for line in said if line.startswith("gone")]
    assert gone == ["functions/base/version_gone.sql", "functions/base/version_warns.sql"]
    (second,) = set(folder.iterdir()) - {first}
    assert said[-1] == f"wrote {second}"
    again = command("--to", str(folder))
    assert (again.exit_code, again.output) == (0, f"nothing to export: {second} has it all\n")


def test_what_cannot_be_written_is_named_and_leaves_nothing(
    command: Callable[..., Result], folder: Path
) -> None:
    (folder / "20990101000000_theirs.sql").write_text("select 1;")
    (folder / ".20990101000001_wa_webhook.sql.new").mkdir()
    refused = command("--to", str(folder))
    assert refused.exit_code == 1
    assert refused.stderr == f"{folder}/20990101000001_wa_webhook.sql: Is a directory\n"
    assert len(list(folder.iterdir())) == 2


def test_the_check_writes_nothing_and_fails_while_an_export_is_due(
    command: Callable[..., Result], folder: Path
) -> None:
    checked = command("--check", "--to", str(folder))
    assert checked.exit_code == 1
    assert f"wa-webhook export --to {folder}" in checked.output
    assert list(folder.iterdir()) == []
    command("--to", str(folder))
    assert command("--check", "--to", str(folder)).exit_code == 0


def test_without_a_folder_everything_is_printed(
    command: Callable[..., Result], version: Version, folder: Path
) -> None:
    printed = command().output
    written = write(version, folder).read_text()
    # Only the version that is marked as applied is another.
    assert printed.split("$$;")[2:] == written.split("$$;")[2:]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = run("export", "--to", str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    # The path is broken where the frame around it ends.
    assert "does not exist" in " ".join(result.output.replace("│", " ").split())


def test_an_error_is_one_line_and_not_a_traceback(
    command: Callable[..., Result], folder: Path
) -> None:
    (folder / "20250101000000_wa_webhook.sql").write_text("select 1;")
    result = command("--to", str(folder))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "is not what wa-webhook export wrote" in result.output
