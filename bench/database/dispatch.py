"""wa_dispatch beside the writes that no design can avoid."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison import compare, take_turns
from bench.database.pgbench import SCRIPTS, Load
from bench.database.sampling import Sample, costs, rates, table_of, take_sample
from bench.people import add_people, occupy_notifier, writing_variables
from bench.report import Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.run import Run

USERS = 100_000
CONNECTIONS = 8
BATCH = 32
DATABASE = "bench_dispatch"
HELD_BACK_BY = (
    "the server's CPU, spread thin. Each statement, and each expression of a routine, is set up"
    " anew in every transaction, and what a table checks and generates is read anew in every"
    " statement that writes to it. The insertion of the notification takes most, on a table with"
    " checks, generated columns, a foreign key, a trigger and indexes that floor 3's has not; then"
    " come the event, the service window and what is looked up of the sender. All else is"
    " expressions, each a small part."
)
BATCH_HELD_BACK_BY = (
    "the server's CPU, spread thin. About half of it is statements: the events and the"
    " notifications, with foreign keys, checks and indexes that floor 3's tables have not, the"
    " locks, the windows and the chats, and what is looked up for each message. The other half is"
    " expressions that read a message's JSON, open its chat, run its step and hand it on, which"
    " floor 3 has nothing of."
)

_FILL_FLOOR = """
insert into floor.states (user_id, state, updated_at)
select lpad(number::text, 32, '0')::uuid, 'home', now()
from generate_series(0, %s - 1) as number
"""

# Every sample begins with the same tables: people with a conversation, and no message yet.
_EMPTY = """
truncate public.notifications, public.wa_events, floor.events, floor.notifications, floor.one_row
"""


@dataclass(frozen=True)
class Case:
    """A script, who runs it, and how many messages one run of it carries."""

    script: str
    role: str
    messages: int = 1
    protocol: str = "prepared"


CASES = {
    "floor 1: one row with a unique key": Case("floor_one.sql", "supabase_admin"),
    "floor 3: event, state and notification in one statement": Case(
        "floor_three.sql", "supabase_admin"
    ),
    f"floor 3 in batches of {BATCH}": Case("floor_batch.sql", "supabase_admin", BATCH),
    "wa_dispatch, one message": Case("dispatch.sql", "wa_edge_role"),
    f"wa_dispatch, {BATCH} messages a call": Case("dispatch_batch.sql", "wa_edge_role", BATCH),
    "floor 3, planned anew each time": Case(
        "floor_three.sql", "supabase_admin", protocol="extended"
    ),
    "wa_dispatch, one message, planned anew each time": Case(
        "dispatch.sql", "wa_edge_role", protocol="extended"
    ),
}
FLOOR_1, FLOOR_3, FLOOR_MANY, ONE, MANY, FLOOR_3_UNPREPARED, ONE_UNPREPARED = CASES


def measure(run: Run) -> Section:
    """Compare single messages and coalesced batches with the floors."""
    pgbench = run.require_pgbench()
    seconds = run.choose(3, 8)
    rounds = run.choose(3, 5)
    with run.server.database(DATABASE):
        _prepare(run)

        def sample(case: Case) -> Sample:
            with run.server.connect(DATABASE) as connection:
                connection.execute(_EMPTY)
            load = Load(
                case.script,
                run.server.url(DATABASE, case.role),
                clients=CONNECTIONS,
                seconds=seconds,
                protocol=case.protocol,
                variables=writing_variables(USERS) | {"batch": BATCH},
            )
            return take_sample(run.server, pgbench, load, case.messages)

        samples = take_turns(
            {name: functools.partial(sample, case) for name, case in CASES.items()}, rounds
        )
    return _report(samples, seconds, rounds)


def _prepare(run: Run) -> None:
    run.say(f"filling {USERS:,} users")
    with run.server.connect(DATABASE) as connection:
        add_people(connection, USERS)
        connection.execute((SCRIPTS / "floor_tables.sql").read_bytes())
        connection.execute(_FILL_FLOOR, [USERS])
        occupy_notifier(connection)
        # The floor writes the very reply that the conversation gives.
        connection.execute(
            "insert into floor.reply (payload) select payload from public.notifications"
        )
        connection.execute("vacuum (analyze)")
    run.server.checkpoint()


def _report(samples: Mapping[str, Sequence[Sample]], seconds: int, rounds: int) -> Section:
    return Section(
        name="dispatch",
        title="Dispatch beside the floor",
        method=(
            f"{CONNECTIONS} connections of pgbench, statements prepared unless it says otherwise,"
            f" {rounds} rounds of {seconds} s after one round, and one second of each, to warm up."
            f" Each message is a new text from"
            f" one of {USERS:,} users; its answer is the home menu, and floor 3 stores the same"
            " reply. Floor 3 has three primary keys and the one index by which a worker finds what"
            " is due. Tables of messages are emptied before each sample. A notifier counts as busy,"
            " as it is at such rates, so that nobody is woken. CPU is that of all server"
            " processes that serve clients, autovacuum workers included."
        ),
        tables=[table_of(samples)],
        ratios=[
            compare(
                "wa_dispatch of one message / floor 3",
                rates(samples[ONE]),
                rates(samples[FLOOR_3]),
                at_least=0.35,
                number=1,
                held_back_by=HELD_BACK_BY,
            ),
            compare(
                f"CPU: wa_dispatch of {BATCH} / floor 3 in batches of {BATCH}",
                costs(samples[MANY]),
                costs(samples[FLOOR_MANY]),
                at_most=4,
                number=1,
                held_back_by=BATCH_HELD_BACK_BY,
            ),
            compare(
                f"wa_dispatch of {BATCH}, per message / floor 3",
                rates(samples[MANY]),
                rates(samples[FLOOR_3]),
            ),
            compare("floor 3 / floor 1", rates(samples[FLOOR_3]), rates(samples[FLOOR_1])),
            compare(
                "both planned anew: wa_dispatch of one message / floor 3",
                rates(samples[ONE_UNPREPARED]),
                rates(samples[FLOOR_3_UNPREPARED]),
            ),
            compare(
                "CPU: wa_dispatch of one message / floor 3",
                costs(samples[ONE]),
                costs(samples[FLOOR_3]),
            ),
        ],
    )
