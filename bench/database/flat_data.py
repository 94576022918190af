"""Two databases that differ in nothing but how much they hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bench.database.pgbench import SCRIPTS
from bench.people import FIRST_PHONE, add_people, webhook_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

# In the small database this many people exist, and these write; the large one has the same number
# of writers, spread over all its people.
WRITERS = 1000

UNLIMITED_PACE = """
update wa.settings set value = '0' where key in ('number_rate_per_second', 'pair_interval_seconds')
"""

# Writers have numbers that end in zeros: nobody who writes has something due.
_DUE_EVERY = 8
_DUE_OFFSET = 3

_PEOPLE = """
create temporary table people as
select row_number() over (order by whatsapp_e164) - 1 as position, user_id, whatsapp_e164
from public.profiles
"""


@dataclass(frozen=True)
class Sizes:
    """How many rows a database holds; `due` ones are queued beside the `queued` of coming days."""

    profiles: int
    events: int
    sent: int
    queued: int
    due: int
    baskets: int

    @property
    def step(self) -> int:
        """The distance between the numbers of two people who write."""
        return self.profiles // WRITERS

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {name}" for name, count in asdict(self).items())


def fill(connection: psycopg.Connection[Any], sizes: Sizes, say: Callable[[str], None]) -> None:
    """Fill an empty migrated database as its superuser."""
    say(f"filling {sizes}")
    connection.execute(UNLIMITED_PACE)
    # Foreign keys hold by construction; checking each would take longer than all the rest.
    connection.execute("set session_replication_role = replica")
    add_people(connection, sizes.profiles)
    connection.execute(_PEOPLE)
    connection.execute("analyze people")
    parameters = asdict(sizes) | {"due_every": _DUE_EVERY, "due_offset": _DUE_OFFSET}
    for script in ("flat_events.sql", "flat_notifications.sql", "flat_baskets.sql"):
        execute_script(connection, script, parameters)
    connection.execute("reset session_replication_role")
    say("vacuum and analyze")
    connection.execute("vacuum (analyze)")


def make_due(connection: psycopg.Connection[Any], due: int) -> None:
    """Leave nothing in the outbox but that many due messages."""
    connection.execute("truncate public.notifications, wa.pair_pace")
    connection.execute(
        """
        insert into public.notifications (user_id, recipient, phone_number_id, payload)
        select
          user_id, whatsapp_e164, '106540352242922',
          jsonb_build_object(
            'type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20))
          )
        from public.profiles limit %s
        """,
        [due],
    )


def tidy(connection: psycopg.Connection[Any]) -> None:
    """Let each sample begin alike: nothing dead is in its way, and all it changes is written out.

    The first change to a page after a checkpoint logs the whole page; of rows that were inserted
    since, somebody else has paid that.
    """
    connection.execute("vacuum (analyze) public.notifications")
    connection.execute("checkpoint")


def add_failed_events(
    connection: psycopg.Connection[Any], sizes: Sizes, round_name: str, failed: int
) -> None:
    """Add events to replay, with ids that end in the round's name and a number from 1."""
    execute_script(
        connection,
        "flat_failed_events.sql",
        {
            "webhook": webhook_pattern(),
            "first_phone": FIRST_PHONE,
            "step": sizes.step,
            "writers": WRITERS,
            "round": round_name,
            "failed": failed,
        },
    )


def execute_script(
    connection: psycopg.Connection[Any], name: str, parameters: dict[str, object]
) -> None:
    """Run the statements of a script with named parameters."""
    for statement in (SCRIPTS / name).read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            connection.execute(statement.encode(), parameters)
