"""The cluster of `wa-webhook dev` and of the tests, on each version's server programs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
import pytest

from tests.fixtures.clusters import fast_folder, find_binaries
from wa_webhook.dev.postgres import SUPERUSER, THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.server_programs import PostgresFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.any_server


@pytest.fixture
def data() -> Iterator[Path]:
    """A place for a cluster, outside pytest's folder: that one is for this account only."""
    with tempfile.TemporaryDirectory(prefix="wa-test-", dir=fast_folder()) as folder:
        yield Path(folder) / "data"


@pytest.fixture
def make_server(postgres_version: int, data: Path) -> Iterator[Callable[..., LocalPostgres]]:
    """Makes servers on one data folder, stopped after the test."""
    made: list[LocalPostgres] = []

    def make(**options: Any) -> LocalPostgres:
        server = LocalPostgres(
            data,
            binaries=find_binaries()[postgres_version],
            settings=THROWAWAY_SETTINGS,
            **options,
        )
        made.append(server)
        return server

    yield make
    for server in made:
        server.close()


def query(server: LocalPostgres, sql: str, role: str = "postgres") -> Any:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def test_the_migrating_role_owns_the_database_and_is_no_superuser(
    make_server: Callable[..., LocalPostgres],
) -> None:
    server = make_server().start()
    assert query(server, "select rolsuper from pg_roles where rolname = current_user") is False
    assert (
        query(
            server,
            "select pg_get_userbyid(datdba) from pg_database where datname = current_database()",
        )
        == "postgres"
    )
    assert query(server, "select current_setting('is_superuser')", SUPERUSER) == "on"


def test_the_server_listens_on_the_loopback_address_alone(
    make_server: Callable[..., LocalPostgres],
) -> None:
    server = make_server().start()
    assert query(server, "select current_setting('listen_addresses')") == "127.0.0.1"
    assert query(server, "select current_setting('unix_socket_directories')", SUPERUSER) == ""


def test_a_second_start_finds_the_data_of_the_first(
    make_server: Callable[..., LocalPostgres],
) -> None:
    with make_server() as first:
        query(first, "create table kept as select 42 as answer")
    with make_server() as second:
        assert query(second, "select answer from kept") == 42


def test_a_restart_keeps_the_port(make_server: Callable[..., LocalPostgres]) -> None:
    server = make_server().start()
    url = server.url()
    server.restart()
    assert server.url() == url
    assert query(server, "select 1") == 1


def test_a_server_that_was_killed_with_its_pid_file_left_starts_again(
    make_server: Callable[..., LocalPostgres], data: Path
) -> None:
    server = make_server().start()
    pid_file = (data / "postmaster.pid").read_text()
    server.stop()
    # The number belongs to another program by now: this one.
    (data / "postmaster.pid").write_text(pid_file.replace(pid_file.split()[0], str(os.getpid()), 1))
    assert not server.is_running
    assert query(server.start(), "select 1") == 1


def test_a_server_left_behind_by_a_killed_process_is_replaced(
    make_server: Callable[..., LocalPostgres], data: Path, postgres_version: int
) -> None:
    program = (
        "import os, signal; from pathlib import Path\n"
        "from wa_webhook.dev.postgres import LocalPostgres\n"
        f"LocalPostgres(Path({str(data)!r}),"
        f" binaries=Path({str(find_binaries()[postgres_version])!r})).start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == -signal.SIGKILL
    left_behind = int((data / "postmaster.pid").read_text().split()[0])
    assert psutil.pid_exists(left_behind)
    assert query(make_server().start(), "select 1") == 1
    assert int((data / "postmaster.pid").read_text().split()[0]) != left_behind


def test_a_cluster_in_use_is_refused(make_server: Callable[..., LocalPostgres]) -> None:
    make_server().start()
    with pytest.raises(PostgresFailedError, match="another process uses the cluster"):
        make_server().start()


def test_nothing_runs_after_the_process_has_ended(data: Path, postgres_version: int) -> None:
    program = (
        "from pathlib import Path\n"
        "from wa_webhook.dev.postgres import LocalPostgres\n"
        f"LocalPostgres(Path({str(data)!r}),"
        f" binaries=Path({str(find_binaries()[postgres_version])!r})).start()\n"
        "raise SystemExit(3)"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == 3
    assert not (data / "postmaster.pid").exists()


def test_a_taken_port_that_was_asked_for_is_an_error_with_the_servers_words(
    make_server: Callable[..., LocalPostgres],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = make_server(port=listener.getsockname()[1])
        with pytest.raises(PostgresFailedError, match="could not bind"):
            server.start()


def test_a_cluster_half_made_is_made_again(
    make_server: Callable[..., LocalPostgres], data: Path
) -> None:
    (data.with_name("data.new") / "base").mkdir(parents=True)
    assert query(make_server().start(), "select 1") == 1


def test_a_temporary_cluster_is_removed(
    postgres_version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", fast_folder())
    binaries = find_binaries()[postgres_version]
    with LocalPostgres(binaries=binaries, settings=THROWAWAY_SETTINGS) as server:
        assert query(server, "select 1") == 1
    assert not server.data.exists()


def test_a_folder_with_spaces_and_quotes_will_do(postgres_version: int) -> None:
    with tempfile.TemporaryDirectory(prefix="it's a 'wa' test ", dir=fast_folder()) as folder:
        binaries = find_binaries()[postgres_version]
        data = Path(folder) / "d a t a"
        with LocalPostgres(data, binaries=binaries, settings=THROWAWAY_SETTINGS) as server:
            assert query(server, "select 1") == 1
