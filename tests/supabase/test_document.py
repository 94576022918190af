"""The shell blocks of docs/install/supabase.md, in a project that has migrations of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.code_blocks import find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.fixtures.documents import as_run
from tests.fixtures.names import about_default_names
from tests.supabase.conftest import CLI, needs_the_cli
from tests.supabase.project import BEFORE, Project

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli

pytestmark = [
    needs_the_cli,
    about_default_names("the document has the default names"),
    pytest.mark.any_server,
]

BLOCKS = find_code_blocks("docs/install/supabase.md", "sh")


def test_the_commands_print_what_is_shown(
    supabase: SupabaseCli,
    bare_database: Database,
    record_property: Callable[[str, object], None],
) -> None:
    project = Project(supabase, bare_database)
    project.write("20250101000000_shops.sql", BEFORE)
    for block in BLOCKS:
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.code],
            cwd=supabase.project,
            env={
                "PATH": os.pathsep.join(
                    (str(Path(sys.executable).parent), str(CLI.parent), os.environ["PATH"])
                ),
                "HOME": str(supabase.home),
                "COLUMNS": "100",
                "SUPABASE_TELEMETRY_DISABLED": "1",
                "ADMIN_DATABASE_URL": f"{bare_database.url()}?sslmode=disable",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, f"{block}: {finished.stdout}"
        assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
        record_property(*as_run(block))
