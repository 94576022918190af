"""The real Supabase CLI, run in a team's own project against a database of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.machine import requires

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fixtures.postgres import Database

CLI = Path(sys.prefix) / "supabase-cli" / "node_modules" / ".bin" / "supabase"
"""Where `make supabase-cli` installs it."""

needs_the_cli = requires(str(CLI), "node")

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SupabaseCli:
    """Runs commands in `project`; `home` keeps what the CLI remembers away from the user's."""

    project: Path
    home: Path

    def run(self, database: Database, *command: str, expect: int = 0) -> Any:
        """Run a command on a database as its migrating role and return its answer (JSON)."""
        result = subprocess.run(
            [
                CLI,
                *command,
                f"--remote={database.url()}?sslmode=disable",
                "--output-format=json",
                "--agent=no",
                "--yes",
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.project,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "SUPABASE_TELEMETRY_DISABLED": "1",
            },
        )
        assert result.returncode == expect, result.stdout + result.stderr
        return json.loads(result.stdout)

    def push(self, database: Database) -> list[str]:
        """Push and return the migrations that it applied."""
        answer = self.run(database, "db", "push")
        names: Sequence[str] = [] if answer["upToDate"] else answer["migrations"]
        return list(names)

    def list_migrations(self, database: Database) -> list[tuple[str, str]]:
        """Return the version of each migration, here and in the database; empty where missing."""
        rows = self.run(database, "migration", "list")["migrations"]
        return [(row["local"], row["remote"]) for row in rows]


def documented(command: str) -> list[str]:
    """Return a command of the CLI, such as `db lint`, as docs/install/supabase.md has it."""
    lines = (_PROJECT / "docs" / "install" / "supabase.md").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"supabase {command} "))
    return line.split()[1:]


@pytest.fixture
def supabase(tmp_path: Path) -> SupabaseCli:
    """The CLI in a project that has no migration yet."""
    project, home = tmp_path / "project", tmp_path / "home"
    (project / "supabase" / "migrations").mkdir(parents=True)
    (project / "supabase" / "config.toml").write_text('project_id = "a-teams-own"\n')
    home.mkdir()
    return SupabaseCli(project, home)
