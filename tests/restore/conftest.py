"""Databases that are restored and copied with PostgreSQL's own tools, each with a queue in use."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, Protocol

import psycopg
import pytest
from psycopg.rows import dict_row
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from tests.fixtures.clusters import fast_folder
from tests.fixtures.postgres import Database
from tests.queue.conftest import Queue
from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.server_account import ServerAccount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection
    from psycopg.rows import DictRow


def beat(queue: Queue) -> None:
    """Let ten seconds pass and claim again, as a notifier does all the time."""
    queue.execute("update wa.server_presence set seen_at = seen_at - interval '11 seconds'")
    queue.claim()


def wait_until(queue: Queue, condition: LiteralString) -> None:
    """Return when a condition in SQL holds; gives up after half a minute."""
    Retrying(
        retry=retry_if_result(lambda holds: not holds),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(30),
    )(queue.value, f"select {condition}")


class OpenQueue(Protocol):
    """Opens the outbox of a server's database; the connections are closed after the test."""

    def __call__(self, server: LocalPostgres, database: str) -> Queue: ...


@dataclass
class Places:
    """Folders for further clusters, each of whose servers is stopped after the test."""

    folder: Path
    servers: list[LocalPostgres] = field(default_factory=list)

    def server_on(
        self, name: str, binaries: Path, settings: Mapping[str, str] | None = None
    ) -> LocalPostgres:
        """Return a server for the cluster in the folder `name`, run by `binaries`."""
        server = LocalPostgres(
            self.folder / name / "data",
            binaries=binaries,
            settings={**THROWAWAY_SETTINGS, **(settings or {})},
        )
        self.servers.append(server)
        return server


@pytest.fixture
def places() -> Iterator[Places]:
    """Room for clusters that this test makes."""
    folder = Path(tempfile.mkdtemp(prefix="wa-test-", dir=fast_folder()))
    folder.chmod(0o711)
    made = Places(folder)
    yield made
    for server in made.servers:
        server.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def open_queue() -> Iterator[OpenQueue]:
    """`open_queue(server, database)`: its outbox."""
    with ExitStack() as cleanup:

        def connect(url: str) -> Connection[DictRow]:
            opened = psycopg.connect(url, autocommit=True, row_factory=dict_row)
            cleanup.callback(opened.close)
            return opened

        yield lambda server, database: Queue(
            connect(Database(server, database).url()),
            connect(Database(server, database).url("wa_notifier_role")),
        )


def run(
    server: LocalPostgres, program: str, *arguments: str | Path, as_server: bool = False
) -> str:
    """Run one of the server's programs, also under its account, and return what it printed."""
    done = subprocess.run(
        [server.binaries / program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        **(ServerAccount.for_this_process().subprocess_options() if as_server else {}),
    )
    assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
    return done.stdout


def base_backup(original: LocalPostgres, copy: LocalPostgres, *options: str) -> None:
    """Copy a running cluster to the folder of another."""
    copy.data.parent.mkdir(mode=0o711, parents=True)
    ServerAccount.for_this_process().own(copy.data.parent)
    run(
        original,
        "pg_basebackup",
        f"--dbname={original.url('supabase_admin')}",
        f"--pgdata={copy.data}",
        "--checkpoint=fast",
        *options,
        as_server=True,
    )


def paused_because(queue: Queue) -> Any:
    """Return why the queue is paused, None when it is not."""
    return queue.value(
        "select paused_reason from wa.queue_state where paused_until > clock_timestamp()"
    )


@pytest.fixture
def queue(database: Database, open_queue: OpenQueue) -> Queue:
    """The outbox of the test's own database."""
    return open_queue(database.server, database.name)


@pytest.fixture
def living(stoppable_database: Database, open_queue: OpenQueue) -> Queue:
    """The outbox of a server of the test's own, in use."""
    queue = open_queue(stoppable_database.server, stoppable_database.name)
    queue.add_user()
    queue.send()
    return queue
