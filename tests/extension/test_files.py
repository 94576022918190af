"""What `wa-webhook extension` writes, and which versions it refuses to write."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

import pglast
import pytest
from typer.testing import CliRunner

from tests.extension.conftest import NEXT, OLD, build
from tests.roads.versions import Version, make_later, write_earlier
from wa_webhook.cli import app
from wa_webhook.extension import read_versions, record_version
from wa_webhook.migrate import HistoryError, SourceError
from wa_webhook.migrate.manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Version:
    """A copy of db/ in which OLD is out and everything has changed since."""
    version = write_earlier(tmp_path / "db")
    record_version(version.folder, version.source(), OLD)
    make_later(version)
    return version


def test_the_newest_version_has_a_script_and_an_update_from_each_that_is_out(
    tree: Version, tmp_path: Path
) -> None:
    written = {file.name for file in build(tree, NEXT, tmp_path).extension.iterdir()}
    assert written == {
        "wa_webhook.control",
        f"wa_webhook--{OLD}--{NEXT}.sql",
        f"wa_webhook--{NEXT}.sql",
    }


def test_versions_are_in_the_order_of_their_numbers(tree: Version) -> None:
    for name in ("0.10.0", "0.9.0"):
        record_version(tree.folder, tree.source(), name)
    assert list(read_versions(tree.folder, tree.source(), "1.0.0")) == [OLD, "0.9.0", "0.10.0"]


def test_what_an_earlier_run_wrote_is_gone(tree: Version, tmp_path: Path) -> None:
    outdated = build(tree, "0.0.3", tmp_path).extension / "wa_webhook--0.0.3.sql"
    assert outdated.exists()
    build(tree, NEXT, tmp_path)
    assert not outdated.exists()


def test_a_manifest_says_what_its_version_holds(tree: Version) -> None:
    path = record_version(tree.folder, tree.source(), NEXT)
    assert read_manifest(path.read_text()) == tree.source().manifest()


def test_an_update_holds_what_changed_and_nothing_else(tree: Version, tmp_path: Path) -> None:
    update = build(tree, NEXT, tmp_path).extension / f"wa_webhook--{OLD}--{NEXT}.sql"
    text = update.read_text()
    assert "create table wa.version_orders" not in text
    assert "alter table wa.version_orders add column title" in text
    assert "-- functions/base/version_says.sql" in text
    assert "-- functions/base/version_stays.sql" not in text
    assert "drop routine if exists wa.version_gone;" in text


@pytest.mark.parametrize(
    "path", ["functions/base/version_says.sql", "migrations/20980201000000_version_titles.sql"]
)
def test_a_version_that_is_out_takes_no_more_changes(tree: Version, path: str) -> None:
    record_version(tree.folder, tree.source(), NEXT)
    file = tree.folder / path
    file.write_text(f"{file.read_text()}\n")
    with pytest.raises(SourceError, match=f"{NEXT} is out and these files are not"):
        read_versions(tree.folder, tree.source(), NEXT)


def test_a_migration_of_a_version_that_is_out_stays_as_it_was(
    tree: Version, tmp_path: Path
) -> None:
    file = tree.folder / "migrations/20980101000000_version_orders.sql"
    file.write_text(f"{file.read_text()}\n")
    with pytest.raises(HistoryError, match="20980101000000_version_orders"):
        build(tree, NEXT, tmp_path)


def test_the_scripts_for_pg_tle_hold_the_same_and_parse(tree: Version, tmp_path: Path) -> None:
    built = build(tree, NEXT, tmp_path)
    for name, own in (
        (f"install_{NEXT}", f"wa_webhook--{NEXT}"),
        (f"update_{OLD}_{NEXT}", f"wa_webhook--{OLD}--{NEXT}"),
    ):
        call: Any = pglast.parse_sql((built.pg_tle / f"{name}.sql").read_text())[0].stmt
        given = call.targetList[0].val.args[3].val.sval
        head, _, script = (built.extension / f"{own}.sql").read_text().partition("\n")
        assert head.startswith("\\echo")
        assert given.strip() == script.strip()
        assert pglast.parse_sql(script)


def test_the_command_writes_the_version_of_the_package_and_says_how_to_install_it(
    tree: Version, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # wa_webhook.cli.commands.extension is the command; the module of that name is behind it.
    monkeypatch.setattr(
        import_module("wa_webhook.cli.commands.extension"), "find_db_folder", lambda: tree.folder
    )
    result = CliRunner().invoke(app, ["extension", "--to", str(tmp_path), "--record"])
    assert result.exit_code == 0, result.output
    current = version_of("wa-webhook")
    assert f"version {current}" in result.output
    assert "create extension wa_webhook cascade;" in result.output
    control = (tmp_path / "extension" / "wa_webhook.control").read_text()
    assert f"default_version = '{current}'" in control
    assert (tree.folder / "versions" / f"{current}.txt").exists()
