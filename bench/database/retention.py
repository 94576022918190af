"""A purge of millions of rows, and what people who write meanwhile notice of it."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.comparison import compare
from bench.database.flat_data import execute_script
from bench.database.pgbench import Load
from bench.people import add_people, writing_variables
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from bench.database.pgbench import Pgbench
    from bench.run import Run

DATABASE = "bench_retention"
USERS = 100_000
MESSAGES_PER_SECOND = 50
CONNECTIONS = 4
LOG_DAYS = 10
_WARM_UP_SECONDS = 3

_PARTITION = """
do $$
declare
  v_day date;
begin
  for v_day in
    select (now() at time zone 'UTC')::date - days from generate_series(15, 27) as days
  loop
    execute format(
      'create table wa.%I partition of public.webhook_logs for values from (%L) to (%L)',
      'webhook_logs_' || to_char(v_day, 'YYYYMMDD'),
      v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC'
    );
    execute format(
      'alter table wa.%I owner to wa_maintenance', 'webhook_logs_' || to_char(v_day, 'YYYYMMDD')
    );
  end loop;
end
$$
"""


def measure(run: Run) -> Section:
    """Dispatch at a steady rate, before and while retention purges."""
    pgbench = run.require_pgbench()
    rows = run.choose(200_000, 2_000_000)
    seconds = run.choose(10, 30)
    with run.server.database(DATABASE):
        with run.server.connect(DATABASE) as connection:
            run.say(f"filling {rows:,} events and {rows:,} log rows past their time")
            _fill(connection, rows)
        run.server.checkpoint()
        before, during, purge_seconds = _observe(run, pgbench, seconds)
        with run.server.connect(DATABASE) as connection:
            left = _count_expired(connection)
    return _report(rows, left, purge_seconds, before, during)


def _fill(connection: psycopg.Connection[Any], rows: int) -> None:
    connection.execute("set session_replication_role = replica")
    connection.execute(_PARTITION)
    add_people(connection, USERS)
    execute_script(
        connection, "retention_past.sql", {"events": rows, "logs": rows, "days": LOG_DAYS}
    )
    connection.execute("vacuum (analyze)")


def _observe(run: Run, pgbench: Pgbench, seconds: int) -> tuple[list[float], list[float], float]:
    """Return latencies in milliseconds before and during the purge, and how long it took."""
    load = Load(
        "dispatch.sql",
        run.server.url(DATABASE, "wa_edge_role"),
        clients=CONNECTIONS,
        seconds=24 * 3600,
        variables=writing_variables(USERS),
        rate_per_second=MESSAGES_PER_SECOND,
    )
    with tempfile.TemporaryDirectory() as folder:
        dispatching = pgbench.start_logging(load, Path(folder))
        try:
            time.sleep(_WARM_UP_SECONDS)
            begun = time.time()
            time.sleep(seconds)
            purge_begun = time.time()
            run.say("purging")
            with run.server.connect(DATABASE, "wa_edge_role") as connection:
                connection.execute("call public.wa_retention_purge()")
            purge_ended = time.time()
            # The program writes its log in blocks: the end of this one has to come out.
            time.sleep(_WARM_UP_SECONDS + 4096 / 20 / MESSAGES_PER_SECOND)
        finally:
            dispatching.terminate()
            dispatching.wait()
        transactions = _read_log(Path(folder))
    return (
        [latency for ended, latency in transactions if begun <= ended < purge_begun],
        [latency for ended, latency in transactions if purge_begun <= ended < purge_ended],
        purge_ended - purge_begun,
    )


def _read_log(folder: Path) -> list[tuple[float, float]]:
    """Return of each transaction when it ended and how long it took, counted from its turn."""
    transactions = []
    for log in folder.glob("latency.*"):
        for line in log.read_text(encoding="ascii").splitlines():
            fields = line.split()
            if len(fields) >= 6:  # noqa: PLR2004, RUF100
                ended = int(fields[4]) + int(fields[5]) / 1_000_000
                transactions.append((ended, int(fields[2]) / 1000))
    return transactions


def _count_expired(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        """
        select
          (select count(*) from public.wa_events where received_at < now() - interval '30 days')
          + (
            select count(*) from public.webhook_logs
            where received_at < now() - interval '15 days'
          )
        """
    ).fetchone()
    return int(row[0]) if row else 0


def _report(
    rows: int,
    left: int,
    purge_seconds: float,
    before: Sequence[float],
    during: Sequence[float],
) -> Section:
    table = Table(("dispatch", "messages", "median, ms", "p99, ms", "longest, ms"))
    for name, latencies in (("before", before), ("during the purge", during)):
        table.add(name, len(latencies), *(f"{value:.2f}" for value in _summary(latencies)))
    purge = Table(("purge", ""))
    purge.add("events and log rows", 2 * rows)
    purge.add("left behind", left)
    purge.add("seconds", f"{purge_seconds:.1f}")
    purge.add("rows a second", int(2 * rows / purge_seconds))
    (median, p99, _), (median_during, p99_during, _) = _summary(before), _summary(during)
    return Section(
        name="retention",
        title="Retention while people write",
        method=(
            f"`call wa_retention_purge()` meets {rows:,} events past their time, which it deletes"
            f" in batches, and as many log rows in {LOG_DAYS} daily partitions, which it drops,"
            f" while {CONNECTIONS} connections dispatch {MESSAGES_PER_SECOND} messages a second."
            " Latency is counted from when a message was due to be sent, so waiting for its turn"
            " is in it."
        ),
        tables=[purge, table],
        ratios=[
            compare("median of dispatch: during / before", [median_during], [median]),
            compare("p99 of dispatch: during / before", [p99_during], [p99]),
        ],
    )


def _summary(latencies: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the longest."""
    ordered = sorted(latencies)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1]
