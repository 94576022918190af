"""The one PostgreSQL server that everything is measured on: durable, as in production."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import psutil
import psycopg
from psycopg import sql

from wa_webhook.dev.postgres import DATABASE, MIGRATING_ROLE, SUPERUSER, LocalPostgres
from wa_webhook.dev.stack import prepare_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

_MOST_SHARED_BUFFERS_MB = 4096

# Names that PostgreSQL gives its own long-lived processes; everything else serves a client.
_BACKGROUND = (
    "archiver",
    "autovacuum launcher",
    "background writer",
    "checkpointer",
    "io worker",
    "logical replication",
    "startup",
    "walwriter",
)


def durable_settings() -> dict[str, str]:
    """Return the settings of a server that loses nothing, sized for this machine."""
    quarter_mb = psutil.virtual_memory().total // 4 // 1024**2
    return {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "shared_buffers": f"{min(quarter_mb, _MOST_SHARED_BUFFERS_MB)}MB",
        "max_wal_size": "8GB",
        "checkpoint_timeout": "15min",
        "max_connections": "100",
    }


class BenchServer:
    """A fresh cluster with a migrated database that sections take copies of."""

    def __init__(self, binaries: Path | None = None) -> None:
        self.settings = durable_settings()
        self._postgres = LocalPostgres(binaries=binaries, settings=self.settings)

    def __enter__(self) -> Self:
        self._postgres.start()
        prepare_database(self._postgres)
        return self

    def __exit__(self, *_: object) -> None:
        self._postgres.close()

    def url(self, database: str, role: str = MIGRATING_ROLE) -> str:
        """Return the connection URL of `role`."""
        return self._postgres.url(role, database)

    def connect(self, database: str, role: str = SUPERUSER) -> psycopg.Connection:
        """Connect in autocommit; as the superuser by default, for filling and watching."""
        return psycopg.connect(self.url(database, role), autocommit=True)

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Make a migrated database that holds nothing yet, and drop it in the end."""
        statement = sql.SQL("create database {} template {} owner {}").format(
            sql.Identifier(name), sql.Identifier(DATABASE), sql.Identifier(MIGRATING_ROLE)
        )
        with self.connect("template1") as maintenance:
            maintenance.execute(statement)
        try:
            yield name
        finally:
            with self.connect("template1") as maintenance:
                maintenance.execute(
                    sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
                )

    def version(self) -> str:
        """Return the server's full version."""
        with self.connect(DATABASE) as connection:
            row = connection.execute("show server_version").fetchone()
        return str(row[0]) if row else "unknown"

    def checkpoint(self) -> None:
        """Write everything out, so that no measurement pays for what came before it."""
        with self.connect(DATABASE) as connection:
            connection.execute("checkpoint")

    def client_cpu_seconds(self) -> float:
        """Return the CPU time that processes serving clients have used since the server started.

        Living ones by /proc/<pid>/stat, ended ones by what the postmaster has inherited of them,
        which includes autovacuum workers.
        """
        while True:
            ended = self._ended_seconds()
            living = sum(
                seconds
                for title, seconds in self._living()
                if not any(name in title for name in _BACKGROUND)
            )
            # Else one was counted nowhere, or twice.
            if self._ended_seconds() == ended:
                return ended + living

    def session_cpu_seconds(self, role: str) -> float:
        """Return the CPU time that the sessions of a role have used, which none leaves now."""
        return sum(seconds for title, seconds in self._living() if f" {role} " in title)

    def _ended_seconds(self) -> float:
        times = psutil.Process(self._postmaster_pid()).cpu_times()
        return float(times.children_user + times.children_system)

    def _living(self) -> list[tuple[str, float]]:
        """Return what each child of the postmaster is called, and its CPU time."""
        while True:
            # A dead one has no name until the postmaster has inherited its time.
            with contextlib.suppress(psutil.NoSuchProcess):
                children = psutil.Process(self._postmaster_pid()).children()
                times = [child.cpu_times() for child in children]
                titles = [" ".join(child.cmdline()) for child in children]
                return [
                    (title, used.user + used.system)
                    for title, used in zip(titles, times, strict=True)
                ]
            time.sleep(0.001)

    def _postmaster_pid(self) -> int:
        return int((self._postgres.data / "postmaster.pid").read_text().split()[0])
