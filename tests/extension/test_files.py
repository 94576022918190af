"""What `wa-webhook extension` writes, and which versions it refuses to write."""

from __future__ import annotations

import shutil
from importlib import import_module
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

import pglast
import pytest
from typer.testing import CliRunner

from tests.extension.conftest import NEW, OLD
from wa_webhook.cli import app
from wa_webhook.migrate import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.extension.conftest import Tree

LATE = "20990101000000_late.sql"


def add_late_migration(tree: Tree) -> None:
    (tree.folder / "migrations" / LATE).write_text("create table wa.late (id bigint);\n")


def test_every_version_has_a_script_and_an_update_to_the_next(tree: Tree, tmp_path: Path) -> None:
    written = {file.name for file in tree.build(tmp_path).extension.iterdir()}
    assert written == {
        "wa_webhook.control",
        f"wa_webhook--{OLD}.sql",
        f"wa_webhook--{OLD}--{NEW}.sql",
        f"wa_webhook--{NEW}.sql",
    }


def test_what_an_earlier_run_wrote_is_gone(tree: Tree, tmp_path: Path) -> None:
    outdated = tree.build(tmp_path, "0.0.2").extension / "wa_webhook--0.0.2.sql"
    assert outdated.exists()
    tree.build(tmp_path)
    assert not outdated.exists()


def test_an_update_applies_what_came_after_the_earlier_version(tree: Tree) -> None:
    old, new = tree.versions()
    assert (*old.migrations, *new.added_since(old)) == new.migrations
    assert new.added_since(old)


def test_a_version_that_is_out_keeps_its_script(tree: Tree, tmp_path: Path) -> None:
    tree.record(NEW)
    before = tree.build(tmp_path).extension / f"wa_webhook--{NEW}.sql"
    text = before.read_text()
    add_late_migration(tree)
    tree.build(tmp_path, "0.2.0")
    assert before.read_text() == text


def test_a_version_that_is_out_takes_no_more_migrations(tree: Tree) -> None:
    tree.record(NEW)
    add_late_migration(tree)
    with pytest.raises(SourceError, match=f"{NEW} is out and there are newer migrations"):
        tree.versions()


@pytest.mark.parametrize("change", ["edited", "added", "removed"])
def test_a_version_that_is_out_stands_for_its_migrations(tree: Tree, change: str) -> None:
    migrations = tree.folder / "migrations"
    first = min(migrations.iterdir())
    match change:
        case "edited":
            first.write_text(f"{first.read_text()}\n")
        case "added":
            shutil.copy(first, migrations / "20261123000101_between.sql")
        case "removed":
            first.unlink()
    with pytest.raises(SourceError, match=f"{OLD} is out, and its migrations .* no longer"):
        tree.versions()


def test_recording_a_version_twice_changes_nothing(tree: Tree) -> None:
    tree.record(NEW)
    written = (tree.folder / "extension" / "versions.txt").read_text()
    tree.record(NEW)
    assert (tree.folder / "extension" / "versions.txt").read_text() == written


def test_routines_have_to_be_released_first(tree: Tree) -> None:
    routine = tree.folder / "functions" / "queue" / "wa_notify.sql"
    routine.write_text(f"{routine.read_text()}\n")
    with pytest.raises(SourceError, match="make release"):
        tree.versions()


def test_the_scripts_for_pg_tle_hold_the_same_and_parse(tree: Tree, tmp_path: Path) -> None:
    built = tree.build(tmp_path)
    for name, own in (
        (f"install_{NEW}", f"wa_webhook--{NEW}"),
        (f"update_{OLD}_{NEW}", f"wa_webhook--{OLD}--{NEW}"),
    ):
        call: Any = pglast.parse_sql((built.pg_tle / f"{name}.sql").read_text())[0].stmt
        given = call.targetList[0].val.args[3].val.sval
        head, _, script = (built.extension / f"{own}.sql").read_text().partition("\n")
        assert head.startswith("\\echo")
        assert given.strip() == script.strip()
        assert pglast.parse_sql(script)


def test_the_command_writes_the_version_of_the_package_and_says_how_to_install_it(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # wa_webhook.cli.extension is the command; the module of that name is behind it.
    monkeypatch.setattr(
        import_module("wa_webhook.cli.extension"), "find_db_folder", lambda: tree.folder
    )
    result = CliRunner().invoke(app, ["extension", "--to", str(tmp_path), "--record"])
    assert result.exit_code == 0, result.output
    current = version_of("wa-webhook")
    assert f"version {current}" in result.output
    assert "create extension wa_webhook cascade;" in result.output
    control = (tmp_path / "extension" / "wa_webhook.control").read_text()
    assert f"default_version = '{current}'" in control
    assert f"\n{current} " in (tree.folder / "extension" / "versions.txt").read_text()
