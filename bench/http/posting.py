"""One sample over HTTP: what the traffic saw, what it cost, and who waited for locks meanwhile."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bench.http.traffic import Observation, Traffic
from bench.machine import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.processes import WebhookServer
    from bench.server import BenchServer

_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 900
_WAITING = """
select count(*) from pg_stat_activity
where wait_event_type = 'Lock' and datname = current_database()
"""


@dataclass(frozen=True)
class HttpSample:
    """What was seen from outside, and the CPU time of server and database for a request, in µs."""

    seen: Observation
    server_cpu_microseconds: float
    database_cpu_microseconds: float
    most_waiting_for_locks: int

    @property
    def tail(self) -> float:
        """The 99th percentile in medians."""
        return self.seen.p99_ms / self.seen.median_ms


def take_http_sample(
    database_server: BenchServer, database: str, server: WebhookServer, traffic: Traffic
) -> HttpSample:
    """Let a process of its own post the traffic. Raises RuntimeError when it fails."""
    server_before = server.cpu_seconds
    database_before = database_server.client_cpu_seconds()
    with _watched_locks(database_server, database) as waiting:
        answer = subprocess.run(
            [sys.executable, "-m", "bench.http.traffic"],
            input=json.dumps(asdict(traffic)),
            check=False,
            capture_output=True,
            text=True,
            cwd=PROJECT,
            timeout=_PATIENCE_SECONDS,
        )
    if answer.returncode != 0:
        raise RuntimeError(f"the traffic failed: {answer.stderr[-2000:]}")
    return HttpSample(
        seen=Observation(**json.loads(answer.stdout)),
        server_cpu_microseconds=(server.cpu_seconds - server_before) / traffic.requests * 1e6,
        database_cpu_microseconds=(database_server.client_cpu_seconds() - database_before)
        / traffic.requests
        * 1e6,
        most_waiting_for_locks=max(waiting, default=0),
    )


@contextlib.contextmanager
def _watched_locks(database_server: BenchServer, database: str) -> Iterator[list[int]]:
    """Look again and again how many sessions wait for a lock."""
    counts: list[int] = []
    is_over = threading.Event()

    def watch() -> None:
        with database_server.connect(database) as connection:
            while not is_over.wait(_LOOK_SECONDS):
                row = connection.execute(_WAITING).fetchone()
                counts.append(int(row[0]) if row else 0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield counts
    finally:
        is_over.set()
        watcher.join()
