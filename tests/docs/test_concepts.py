"""The pictures of docs/concepts.md, and of the outbox's statuses, show what is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import values
from tests.docs.code_blocks import find_code_blocks
from tests.queue.test_transitions import ALLOWED
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

TABLES, WAY, _CONVERSATION, _FLOW = (
    block.code for block in find_code_blocks("docs/concepts.md", "mermaid")
)
(STATUSES,) = (block.code for block in find_code_blocks("docs/reference/outbox.md", "mermaid"))

_REFERENCES = """
    select concat_ws(' ', parent.relname,
        case when bool_and(referring.attnotnull) then '||--o{' else '|o--o{' end,
        child.relname, ':', string_agg(referring.attname, ', ')) as line
    from pg_constraint as reference
    join pg_class as child on child.oid = reference.conrelid
    join pg_class as parent on parent.oid = reference.confrelid
    join pg_attribute as referring
        on referring.attrelid = child.oid and referring.attnum = any(reference.conkey)
    where reference.contype = 'f' and child.oid <> parent.oid
        and child.relname::text = any(%(shown)s) and parent.relname::text = any(%(shown)s)
    group by reference.oid, parent.relname, child.relname
"""


def test_the_tables_refer_to_each_other_as_drawn(connection: Connection[DictRow]) -> None:
    drawn = {line.strip() for line in TABLES.splitlines()[1:]}
    shown = sorted({word for line in drawn for word in line.split()[:3:2]})
    rows = connection.execute(_REFERENCES, {"shown": shown}).fetchall()
    assert {row["line"] for row in rows} == drawn


def test_one_message_takes_the_way_that_is_drawn(connect: Connect) -> None:
    arrows = re.findall(r"(\w+?)(-?->>)(\w+):", WAY)
    calls = [callee for _, arrow, callee in arrows if arrow == "->>" and "_" in callee]
    written = {table for _, arrow, table in arrows if arrow == "-->>"}

    with connect(SUPERUSER, autocommit=False) as session:
        session.execute("set local track_functions = 'all'")
        body = Jsonb(payloads.envelope([payloads.text_message("menu")]))
        session.execute("select public.wa_dispatch(%s)", (body,))
        claimed = "select id, lock_token from public.wa_notifications_claim('worker-1', 1)"
        (sent,) = session.execute(claimed).fetchall()
        result = {
            "id": sent["id"],
            "lock_token": str(sent["lock_token"]),
            "outcome": "accepted",
            "wa_message_id": "wamid.1",
        }
        session.execute("select public.wa_notifications_settle(%s)", (Jsonb([result]),))
        called = values(session, "select funcname::text from pg_stat_xact_user_functions")
        filled = values(
            session, "select relname::text from pg_stat_xact_all_tables where n_tup_ins > 0"
        )
        routines = session.execute(
            "select proname::text as name, prosrc as source from pg_proc where proname = any(%s)",
            (calls,),
        )
        sources = {row["name"]: row["source"] for row in routines}

    assert set(calls) - set(called) == set()
    assert written - set(filled) == set()
    assert [
        (caller, callee)
        for caller, arrow, callee in arrows
        if arrow == "->>" and caller in sources and f".{callee}(" not in sources[caller]
    ] == [("run_step", "step_home")]


def test_the_statuses_of_a_message_are_those_that_are_drawn(
    connection: Connection[DictRow],
) -> None:
    (check,) = values(
        connection,
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conname = 'notifications_status_is_known'",
    )
    known = set(re.findall(r"[a-z]+", check.partition("'")[2].partition("'")[0]))
    drawn = re.findall(r"^  (\S+) --> (\w+)", STATUSES, re.MULTILINE)
    assert {status for move in drawn for status in move} - {"[*]"} == known
    by_hand = {(before, after) for before, after in drawn if (before, after) in ALLOWED}
    assert by_hand == ALLOWED
