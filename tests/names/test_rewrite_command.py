"""`wa-webhook rewrite` where the files are those of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operations.command import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.any_server


def test_sql_that_ships_is_printed_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert r"\getenv" in run("rewrite", "db/roles/give_login.sql").stdout
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "own.sql").write_text("select 1;\n")
    assert run("rewrite", "db/own.sql").stdout == "select 1;\n"
    refused = run("rewrite", "db/nothing.sql")
    assert (refused.exit_code, "nothing.sql: No such file" in refused.stderr) == (2, True)
