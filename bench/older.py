"""An earlier commit of this project and a database of it: what is measured now and was before."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.machine import PROJECT
from bench.processes import Checkout
from bench.run import MissingPeerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.run import Run

COMMIT = "6ce8b7c"
"""The last commit before numbers of several businesses, handovers, silences and tasks."""
_COMMAND_LINE = "from handler.cli import app; app()"


@contextlib.contextmanager
def older_checkout() -> Iterator[Checkout]:
    """Unpack the earlier commit. Raises MissingPeerError where the clone has no such history."""
    archive = subprocess.run(  # noqa: S603
        ["git", "-C", PROJECT, "archive", COMMIT, "db", "handler"],  # noqa: S607
        check=False,
        capture_output=True,
    )
    if archive.returncode != 0:
        raise MissingPeerError(f"commit {COMMIT} is absent: take a clone with its whole history")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        # It has no word yet for being without metrics.
        yield Checkout(Path(folder), _COMMAND_LINE, {"WA_METRICS_PORT": ""})


@contextlib.contextmanager
def older_database(run: Run, checkout: Checkout, name: str) -> Iterator[None]:
    """Keep a database of the earlier commit until the context is left."""
    with run.server.connect("template1") as maintenance:
        maintenance.execute(f"create database {name} owner postgres")
    try:
        subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-c", checkout.command_line, "migrate"],
            check=True,
            capture_output=True,
            cwd=checkout.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(checkout.folder),
                "WA_DATABASE_URL": run.server.url(name),
            },
        )
        yield
    finally:
        with run.server.connect("template1") as maintenance:
            maintenance.execute(f"drop database {name} with (force)")
