"""A PostgreSQL cluster of our own, run from a folder of server binaries.

Shaped like a Supabase project: the bootstrap superuser is `supabase_admin`, and the role that owns
the database and migrates it, `postgres`, is not a superuser.

The server listens on 127.0.0.1 only, has no Unix socket (so that no path can be too long for one)
and trusts every login: whoever can reach it can already read its data folder's owner, the data is
made up, and a password in the tree would only look like protection.
"""

from __future__ import annotations

import atexit
import fcntl
import itertools
import random
import shlex
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import psutil
import psycopg

from wa_webhook.dev.server_account import ServerAccount, let_account_run
from wa_webhook.dev.server_programs import (
    PostgresFailedError,
    embedded_binaries,
    run_program,
    server_version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

HOST = "127.0.0.1"
SUPERUSER = "supabase_admin"
MIGRATING_ROLE = "postgres"
DATABASE = "postgres"

# No process is given one twice in a row, and hardly ever one that another process was given.
_PORTS = itertools.cycle(random.SystemRandom().sample(range(20_000, 32_000), 12_000))

THROWAWAY_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "150",
}
"""For data that nobody misses: a crash of the machine may ruin the cluster."""


class LocalPostgres:
    """One cluster: made on the first start, found again on the next, stopped at exit.

    `data` is the folder of the cluster; without one it is temporary and removed by `close`.
    `port` defaults to a free one, which later starts of the same object keep.
    `settings` are server settings (`postgresql.conf` names) for this run.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        binaries: Path | None = None,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.binaries = binaries or embedded_binaries()
        self.version = server_version(self.binaries)
        self.settings = dict(settings or {})
        self._temporary = None
        if data is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="wa-postgres-"))
            self._temporary.chmod(0o711)
        self.data = (data or Path(self._temporary or "") / "data").absolute()
        self.log = self.data.with_name(f"{self.data.name}.log")
        self._port = port
        self._port_is_fixed = port is not None
        self._account = ServerAccount.for_this_process()
        self._lock: TextIO | None = None

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1."""
        if self._port is None:
            self._port = free_port()
        return self._port

    @property
    def is_running(self) -> bool:
        """Whether a postmaster runs on the data folder."""
        return self._postmaster() is not None

    def url(self, role: str = MIGRATING_ROLE, database: str = DATABASE) -> str:
        """Return the connection URL of `role` (no password: the server trusts it)."""
        return f"postgresql://{role}@{HOST}:{self.port}/{database}"

    def claim(self) -> None:
        """Take the cluster for this process, stopping a server that a killed one left behind.

        Raises PostgresFailedError when a process that is alive uses it.
        """
        self._take_lock()
        self._stop_postmaster()

    def start(self) -> Self:
        """Start the server, making the cluster first when there is none.

        Raises PostgresFailedError when a program fails or another process uses the cluster.
        """
        self.claim()
        let_account_run(self._account, self.binaries, self.data.parent)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        self._start_postmaster()
        self._create_migrating_role()
        return self

    def stop(self) -> None:
        """Stop the server if it runs: sessions are ended, data is written."""
        if self._lock is not None:
            self._stop_postmaster()

    def crash(self) -> None:
        """End the server at once, as a crash of it would: the next start recovers."""
        if self._lock is not None and self.is_running:
            self._end_postmaster("immediate")

    def restart(self) -> Self:
        """Stop and start on the same port."""
        self.stop()
        return self.start()

    def close(self) -> None:
        """Stop, leave the cluster to others, and remove it if it was a temporary one."""
        self.stop()
        atexit.unregister(self.stop)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def clone_data(self, stopped: Path) -> None:
        """Begin with a copy of another cluster's data folder; that cluster must not be running."""
        shutil.copytree(stopped, self.data)
        for path in (self.data, *self.data.rglob("*")):
            self._account.own(path)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        self.data.parent.mkdir(parents=True, exist_ok=True)
        lock = self.data.with_name(f"{self.data.name}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise PostgresFailedError(
                f"another process uses the cluster in {self.data}; stop it first"
            ) from None
        self._lock = lock
        atexit.register(self.stop)

    def _initialize(self) -> None:
        """Make the cluster beside its place and move it there, so that half a one is never used."""
        staging = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        self._account.own(staging)
        # Builtin is the same on every machine; before 17 only the C library knows UTF-8 case rules.
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self.version >= 17  # noqa: PLR2004, RUF100
            else ["--locale=C.UTF-8"]
        )
        durability = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        self._run(
            "initdb",
            f"--pgdata={staging}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            *locale,
            *durability,
        )
        if self.data.exists():
            self.data.rmdir()
        staging.rename(self.data)

    def _start_postmaster(self) -> None:
        settings = {
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "cluster_name": "wa-webhook",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.log.touch()
        self._account.own(self.log)
        for _ in range(5):
            try:
                self._run(
                    "pg_ctl",
                    "start",
                    "--wait",
                    "--silent",
                    f"--pgdata={self.data}",
                    f"--log={self.log}",
                    f"--options={shlex.join(['-p', str(self.port), *options])}",
                )
            except PostgresFailedError as failure:
                said = self.log.read_text(errors="replace")[-2000:]
                if "could not bind" in said and not self._port_is_fixed:
                    self.log.write_text("")
                    self._port = None
                    continue
                raise PostgresFailedError(f"{failure}\n{said}") from None
            return
        raise PostgresFailedError("no free port found in five attempts")

    def _stop_postmaster(self) -> None:
        if not self.is_running:
            return
        try:
            self._end_postmaster("fast")
        except PostgresFailedError:  # a minute is over; the next start recovers
            self._end_postmaster("immediate")

    def _end_postmaster(self, mode: str) -> None:
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}", f"--pgdata={self.data}")

    def _postmaster(self) -> psutil.Process | None:
        """Return the process of postmaster.pid, unless that number is another program's by now."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            process = psutil.Process(pid)
            is_ours = (
                process.name().startswith("postgres")
                and process.status() != psutil.STATUS_ZOMBIE
                and Path(process.cwd()).samefile(self.data)
            )
        except (OSError, IndexError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def _create_migrating_role(self) -> None:
        with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
            connection.execute(f"""
                do $$ begin
                    if not exists (select from pg_roles where rolname = '{MIGRATING_ROLE}') then
                        create role {MIGRATING_ROLE}
                            login createrole createdb bypassrls replication;
                        alter database {DATABASE} owner to {MIGRATING_ROLE};
                    end if;
                end $$""")

    def _run(self, program: str, *arguments: str) -> None:
        run_program(self.binaries / program, *arguments, **self._account.subprocess_options())


def free_port() -> int:
    """Return a port that nobody has, and that no connection takes while nobody listens on it.

    Systems give connections ports from 32768 upwards.
    """
    for port in _PORTS:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener, suppress(OSError):
            listener.bind((HOST, port))
            return port
    raise AssertionError("ports without end came to an end")
