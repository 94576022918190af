"""The shell blocks of docs/install/extension.md run from first to last and print what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.code_blocks import find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.extension.conftest import execute
from tests.fixtures.documents import as_run
from tests.fixtures.names import about_default_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = about_default_names("the extension has the default names")

BLOCKS = find_code_blocks("docs/install/extension.md", "sh")


def test_the_blocks_print_what_is_shown(
    plain_database: Database,
    new_database: Callable[[str], Database],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    restored = new_database("template1")
    for block in BLOCKS:
        finished = run_shell(
            plain_database,
            block.code,
            NEW_DATABASE_URL=restored.url(),
            BACKUP=str(tmp_path / "backup"),
        )
        assert finished.returncode == 0, f"{block}: {finished.stdout}"
        assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
        record_property(*as_run(block))
        if "create extension" in block.code:
            execute(plain_database, "call public.wa_retention_purge()")
    assert execute(restored, "select public.wa_health() ->> 'ok'") == [("true",)]
