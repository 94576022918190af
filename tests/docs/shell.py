"""Runs shell code of the documents as a person would: with psql and the URLs that they name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from handler.process.environment import ENV_FILES
from tests.docs.code_blocks import PROJECT
from tests.fixtures.names import (
    current_names,
    environment_of,
    with_current_names,
    with_default_names,
)
from tests.operations.command import OURS

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database


_RUNS_A_STATEMENT = re.compile(r'(psql [^|"]*"[^"]*" -c\s+(?:\\\n\s*)?")([^"]*)')
_RUNS_A_SCRIPT = re.compile(r"((?:\w+=\S+ )*psql .*)-f (db/roles/\w+\.sql)")


def run_shell(database: Database, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in bash; `stdout` holds what a terminal would show, errors and notices as well.

    Where the names are others, code and output are as docs/install/names.md tells to have them.
    """
    programs = (database.server.binaries, Path(sys.executable).parent, os.environ["PATH"])
    with tempfile.TemporaryDirectory() as folder:
        link_project(Path(folder))
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _with_current_names(code)],
            cwd=folder,
            env={
                **{name: given for name, given in os.environ.items() if not name.startswith(OURS)},
                **environment_of(current_names()),
                "PATH": os.pathsep.join(map(str, programs)),
                "PGTZ": "UTC",
                "PSQLRC": os.devnull,
                "COLUMNS": "100",
                "ADMIN_DATABASE_URL": database.url(),
                "OPERATOR_DATABASE_URL": database.url("wa_operator_role"),
                "EDGE_DATABASE_URL": database.url("wa_edge_role"),
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    finished.stdout = with_default_names(finished.stdout)
    return finished


def link_project(folder: Path) -> None:
    """Put the project's files into `folder`, but for the settings of whoever works on it."""
    for entry in PROJECT.iterdir():
        if entry.name not in ENV_FILES:
            (folder / entry.name).symlink_to(entry)


def run_psql(database: Database, sql: str) -> subprocess.CompletedProcess[str]:
    """Run statements as a person pastes them into psql, up to the first that fails."""
    return run_shell(
        database,
        'psql --set ON_ERROR_STOP=1 "$OPERATOR_DATABASE_URL" <<<"$SQL"',
        SQL=with_current_names(sql),
    )


def _with_current_names(code: str) -> str:
    names = current_names()
    if names.are_default:
        return code
    for role, chosen in names.roles.items():
        code = re.sub(rf"\b{role}\b", chosen, code)
    code = _RUNS_A_STATEMENT.sub(lambda found: found[1] + with_current_names(found[2]), code)
    return _RUNS_A_SCRIPT.sub(r"wa-webhook rewrite \2 | \1-f -", code)
