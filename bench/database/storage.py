"""The disk that messages take: table by table, index by index, and in the write-ahead log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.comparison import Ratio, Spread
from bench.database.flat_data import UNLIMITED_PACE
from bench.database.pgbench import Load
from bench.people import add_people, writing_variables
from bench.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from bench.run import Run

DATABASE = "bench_storage"
USERS = 100_000
BATCH = 32
CLAIMED = 100
MILLION = 1_000_000

# What a million messages add to a table or index that grows by less is not worth a row.
_LEAST_MB = 1

_HELD_BACK_BY = (
    "the reply's request, which a row holds as it was queued and the log three times, once a"
    " version of the row (queued, claimed, settled): without it rows take half, by a trial. Then"
    " the identifiers that rows and their indexes repeat, and in the log full pages."
)

_SIZES = """
select
  coalesce(owner.relname || ': its long values', owning.relname || ': ' || relation.relname,
    relation.relname),
  pg_relation_size(relation.oid)
from pg_class as relation
inner join pg_namespace as namespace on namespace.oid = relation.relnamespace
left join pg_class as owner on owner.reltoastrelid = relation.oid
left join pg_index as index on index.indexrelid = relation.oid
left join pg_class as owning on owning.oid = index.indrelid and owning.relkind = 'r'
where namespace.nspname in ('public', 'wa', 'pg_toast') and relation.relkind in ('r', 'i', 't')
"""


_LOG = """
select sum(record_size + fpi_size)::bigint, sum(fpi_size)::bigint
from pg_get_wal_stats(%s::pg_lsn, %s::pg_lsn)
"""


def measure(run: Run) -> Section:
    """Dispatch messages, send and settle their replies, and see what has grown."""
    pgbench = run.require_pgbench()
    messages = run.choose(16_000, 80_000)
    with run.server.database(DATABASE), run.server.connect(DATABASE) as connection:
        connection.execute("create extension pg_walinspect")
        add_people(connection, USERS)
        connection.execute(UNLIMITED_PACE)
        connection.execute("vacuum (analyze)")
        run.server.checkpoint()
        run.say(f"{messages:,} messages, three times, there and back")

        def exchange() -> tuple[str, str, str]:
            begun = _log_position(connection)
            pgbench.run(
                Load(
                    "dispatch_batch.sql",
                    run.server.url(DATABASE, "wa_edge_role"),
                    clients=4,
                    transactions=messages // BATCH // 4,
                    variables=writing_variables(USERS) | {"batch": BATCH},
                )
            )
            arrived = _log_position(connection)
            pgbench.run(
                Load(
                    "queue_outbox_apart.sql",
                    run.server.url(DATABASE, "wa_notifier_role"),
                    clients=1,
                    transactions=_count_queued(connection) // CLAIMED,
                    variables={"batch": CLAIMED},
                )
            )
            settled = _log_position(connection)
            connection.execute("vacuum")
            return begun, arrived, settled

        # Then it uses the room again that vacuum has freed, as in the long run: that of rows after
        # one vacuum, the pages of indexes after a second.
        exchange()
        exchange()
        run.server.checkpoint()
        before = _sizes(connection)
        begun, arrived, settled = exchange()
        log = {
            "their arrival": _log_between(connection, begun, arrived),
            "their replies' claims and results": _log_between(connection, arrived, settled),
        }
        grown = {name: size - before.get(name, 0) for name, size in _sizes(connection).items()}
    return _report(messages, grown, log)


def _sizes(connection: psycopg.Connection) -> dict[str, int]:
    return {str(name): int(size) for name, size in connection.execute(_SIZES).fetchall()}


def _log_position(connection: psycopg.Connection) -> str:
    row = connection.execute("select pg_current_wal_flush_lsn()").fetchone()
    return str(row[0]) if row else ""


def _log_between(connection: psycopg.Connection, start: str, end: str) -> tuple[int, int]:
    """Return the bytes of the log between two positions, and those of full pages among them."""
    row = connection.execute(_LOG, (start, end)).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _count_queued(connection: psycopg.Connection) -> int:
    statement = "select count(*) from public.notifications where status = 'queued'"
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _report(messages: int, grown: Mapping[str, int], log: Mapping[str, tuple[int, int]]) -> Section:
    table = Table(("for a million messages", "MB"))
    sizes = {name: size / messages * MILLION / 1024**2 for name, size in grown.items()}
    for name, megabytes in sorted(sizes.items(), key=lambda one: -one[1]):
        if megabytes >= _LEAST_MB:
            table.add(name, f"{megabytes:,.0f}")
    table.add("all tables and indexes", f"{sum(sizes.values()):,.0f}")
    for name, (size, pages) in log.items():
        table.add(f"write-ahead log of {name}", f"{size / messages * MILLION / 1024**2:,.0f}")
        table.add(
            "of it full pages after the checkpoint", f"{pages / messages * MILLION / 1024**2:,.0f}"
        )
    return Section(
        name="storage",
        title="Disk for a million messages",
        method=(
            f"{messages:,} new texts of {USERS:,} users who have written before, in calls of"
            f" {BATCH}; each is answered with the home menu, and all replies are claimed and"
            " settled as accepted, then vacuum runs. All this three times; the growth of every"
            " table and index in the third, scaled up to a million. The log holds each page that is"
            " changed for the first time after a checkpoint whole: the fewer messages there are"
            " between two checkpoints, the more of that falls upon each."
        ),
        tables=[table],
        ratios=[
            _weigh("rows and index entries", sum(grown.values()) / messages, 1.7),
            _weigh("write-ahead log", sum(size for size, _ in log.values()) / messages, 2.8),
        ],
    )


def _weigh(what: str, size: float, at_most: float) -> Ratio:
    return Ratio(
        f"{what} of a message with its reply, kB",
        Spread.of([size / 1000]),
        at_most=at_most,
        number=13,
        held_back_by=_HELD_BACK_BY,
    )
