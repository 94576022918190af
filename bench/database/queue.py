"""The outbox's claim and settle beside pgmq's read and archive, and a plain skip-locked table."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison import compare, take_turns
from bench.database.flat_data import UNLIMITED_PACE
from bench.database.pgbench import SCRIPTS, Load
from bench.database.sampling import Sample, costs, rates, table_of, take_sample
from bench.people import add_people
from bench.report import Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.run import Run

CONNECTIONS = 4

# A common size of a worker's batch, and the most that one notifier claims unless told otherwise.
BATCHES = (10, 32)
LEAST_OF_PGMQ = {10: 0.65, 32: 0.5}
DATABASE = "bench_queue"
HELD_BACK_BY = (
    "the server's CPU, spread thin: pgmq keeps no user's order, no window, no pace and no result,"
    " so its two statements are simple, and take a quarter of our instructions (by callgrind, in a"
    " warm session and batches of 10). Half of ours go into the two updates of a message: a fifth"
    " of all into its checks, generated columns and triggers, most of it since PostgreSQL reads"
    " their text anew in each statement, a tenth into the five index entries of a settled row and"
    " what makes room for them, a twentieth into the row itself. An eighth goes into setting up"
    " the statements of a call, a tenth into the JSON of requests, events and results."
)

# More than is taken, so that the last claims of a sample are full too.
_SPARE = 500


@dataclass(frozen=True)
class Queue:
    """The script that takes a batch and settles it, the one that fills, and the table it fills."""

    script: str
    fill: str
    table: str
    role: str = "supabase_admin"


OUTBOX = "outbox: settle and claim in one call"
APART = "outbox: claim, settle"
PLAIN = "plain table: skip locked and update"
PGMQ = "pgmq: read and archive"


def _queue_of(script: str) -> Queue:
    return Queue(script, "queue_outbox_fill.sql", "public.notifications", "wa_notifier_role")


def measure(run: Run) -> Section:
    """Compare full batches from several connections, size by size."""
    pgbench = run.require_pgbench()
    messages = run.choose(10_000, 40_000)
    rounds = run.choose(3, 5)
    queues = {
        OUTBOX: _queue_of("queue_outbox.sql"),
        APART: _queue_of("queue_outbox_apart.sql"),
        PLAIN: Queue("queue_plain.sql", "queue_plain_fill.sql", "plain.jobs"),
    }
    if run.pgmq is not None:
        queues[PGMQ] = Queue("queue_pgmq.sql", "queue_pgmq_fill.sql", "pgmq.q_bench")

    with run.server.database(DATABASE):
        run.say(f"filling {messages:,} users")
        with run.server.connect(DATABASE) as connection:
            add_people(connection, messages + _SPARE)
            connection.execute(UNLIMITED_PACE)
            connection.execute((SCRIPTS / "queue_plain_table.sql").read_bytes())
            if run.pgmq is not None:
                connection.execute(run.pgmq.read_bytes())
                connection.execute("select pgmq.create('bench')")
            connection.execute("vacuum (analyze)")
        run.server.checkpoint()

        def sample(queue: Queue, batch: int) -> Sample:
            with run.server.connect(DATABASE) as connection:
                connection.execute((SCRIPTS / queue.fill).read_bytes())
                connection.execute(f"vacuum (analyze) {queue.table}".encode())
            load = Load(
                queue.script,
                run.server.url(DATABASE, queue.role),
                clients=CONNECTIONS,
                transactions=messages // CONNECTIONS // batch,
                variables={"batch": batch, "results": "[]"},
            )
            return take_sample(run.server, pgbench, load, batch)

        section = _describe(messages, rounds)
        for batch in BATCHES:
            run.say(f"batches of {batch}")
            cases = {
                name: functools.partial(sample, queue, batch) for name, queue in queues.items()
            }
            _add_samples(section, batch, take_turns(cases, rounds))
    if run.pgmq is None:
        section.notes.append(
            "pgmq is absent: name its SQL file with `--pgmq` (`make bench PGMQ=`)."
        )
    return section


def _describe(messages: int, rounds: int) -> Section:
    return Section(
        name="queue",
        title="The outbox beside other queues",
        method=(
            f"{CONNECTIONS} connections of pgbench take batches and settle each in a second"
            " transaction, or, as the notifier does, in the call that takes the next;"
            f" {messages:,} messages a sample, {rounds} rounds after one to warm up;"
            " sessions are new in each sample, so that it holds what they compile and plan first."
            " The payload is the same 250 bytes for all. The outbox has one message for"
            " each of as many users and no limit of pace; beyond what the others do it keeps each"
            " user's order, checks the 24-hour window, opt-outs and blocks, builds the request,"
            " and returns an event a message."
        ),
        tables=[table_of({})],
    )


def _add_samples(section: Section, batch: int, samples: Mapping[str, Sequence[Sample]]) -> None:
    size = f"batches of {batch}"
    section.tables[0].rows += table_of(
        {f"{name}, {size}": repeats for name, repeats in samples.items()}
    ).rows
    if PGMQ in samples:
        section.ratios += [
            compare(
                f"settle and claim / pgmq's read and archive, {size}",
                rates(samples[OUTBOX]),
                rates(samples[PGMQ]),
                at_least=LEAST_OF_PGMQ[batch],
                number=3,
                held_back_by=HELD_BACK_BY,
            ),
            compare(f"CPU: outbox / pgmq, {size}", costs(samples[OUTBOX]), costs(samples[PGMQ])),
            compare(f"pgmq / plain table, {size}", rates(samples[PGMQ]), rates(samples[PLAIN])),
        ]
    section.ratios += [
        compare(f"in one call / in two, {size}", rates(samples[OUTBOX]), rates(samples[APART])),
        compare(
            f"settle and claim / plain skip-locked table, {size}",
            rates(samples[OUTBOX]),
            rates(samples[PLAIN]),
        ),
        compare(
            f"CPU: outbox / plain table, {size}", costs(samples[OUTBOX]), costs(samples[PLAIN])
        ),
    ]
