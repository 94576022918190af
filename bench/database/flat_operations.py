"""The operations whose cost must not grow: how pgbench runs each, and how one call of it looks."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.database.flat_data import WRITERS, Sizes, add_failed_events, make_due, tidy
from bench.people import FIRST_PHONE, MESSAGE_ID_HEAD, webhook_body, writing_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import psycopg

    from bench.database.plans import Call

    Connection = psycopg.Connection[Any]

BATCH = 10

_CLAIM = "select * from public.wa_notifications_claim('bench', 10)"
_ACCEPTED = """
select
  jsonb_agg(
    jsonb_build_object('id', id, 'lock_token', lock_token, 'outcome', 'accepted')
  )::text
from public.wa_notifications_claim('bench', 10)
"""

_serial = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One of the two databases, and what is in it."""

    name: str
    sizes: Sizes
    is_small: bool


@dataclass(frozen=True)
class Operation:
    """A script whose statements are the operations `names`.

    `prepare` readies a database for a sample, as its superuser, and returns the script's variables.
    `transactions` is how often a sample runs the script; with none it runs for a time.
    `calls` make one call each, in the order of `names`.
    """

    names: tuple[str, ...]
    script: str
    role: str
    prepare: Callable[[Connection, Database], Mapping[str, str | int]]
    calls: tuple[Callable[[Connection, Database], Call], ...]
    transactions: int | None = None


def list_operations(claims: int, replays: int) -> list[Operation]:
    """Return the operations; a sample claims and replays that often."""

    def prepare_queue(connection: Connection, database: Database) -> Mapping[str, str | int]:
        if database.is_small:
            make_due(connection, (claims + 1) * BATCH)
        tidy(connection)
        return {"batch": BATCH}

    def prepare_replay(connection: Connection, database: Database) -> Mapping[str, str | int]:
        name = f"r{next(_serial)}"
        add_failed_events(connection, database.sizes, name, replays)
        return {"number": 0, "round": name}

    return [
        Operation(
            ("claim of ten", "settle of ten"),
            "queue_outbox_apart.sql",
            "wa_notifier_role",
            prepare_queue,
            (_claim, _settle),
            claims,
        ),
        Operation(
            ("replay",),
            "replay.sql",
            "wa_operator_role",
            prepare_replay,
            (_replay,),
            replays,
        ),
        Operation(
            ("dispatch of one message",),
            "dispatch.sql",
            "wa_edge_role",
            lambda _, database: writing_variables(WRITERS, database.sizes.step),
            (_dispatch,),
        ),
        Operation(
            ("basket_discover_nearby",),
            "discover_nearby.sql",
            "supabase_admin",
            lambda connection, _: {"profile": _someone(connection)},
            (_discover,),
        ),
    ]


def _claim(_connection: Connection, _database: Database) -> Call:
    return _CLAIM, []


def _settle(connection: Connection, _database: Database) -> Call:
    row = connection.execute(_ACCEPTED).fetchone()
    return "select public.wa_notifications_settle(%s::jsonb)", [row[0] if row else "[]"]


def _replay(connection: Connection, database: Database) -> Call:
    name = f"p{next(_serial)}"
    add_failed_events(connection, database.sizes, name, 1)
    return "select public.wa_replay_event(%s)", [f"{MESSAGE_ID_HEAD}{name}-1"]


def _dispatch(_connection: Connection, database: Database) -> Call:
    number = next(_serial)
    phone = str(FIRST_PHONE + database.sizes.step * (number % WRITERS))
    body = webhook_body(phone, f"d{number}", str(int(time.time())))
    return "select public.wa_dispatch(%s::jsonb)", [body]


def _discover(connection: Connection, _database: Database) -> Call:
    latitude = next(_serial) % 180 - 90
    return (
        "select * from public.basket_discover_nearby(%s::uuid, %s, %s, 10)",
        [_someone(connection), float(latitude), float(latitude)],
    )


def _someone(connection: Connection) -> str:
    row = connection.execute("select user_id::text from public.profiles limit 1").fetchone()
    return str(row[0]) if row else ""
