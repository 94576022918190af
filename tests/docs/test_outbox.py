"""What docs/reference/outbox.md shows runs: an operator's statements, and a worker's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pglast
from psycopg.types.json import Jsonb

from tests.dispatching import say, value
from tests.docs.code_blocks import find_code_blocks

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

DOCUMENT = "docs/reference/outbox.md"
*OPERATORS, WORKERS = find_code_blocks(DOCUMENT, "sql")
(RESULT,) = find_code_blocks(DOCUMENT, "json")


def test_its_statements_run_as_the_operator(operator: Connection[DictRow]) -> None:
    operator.execute("set search_path = public")
    for block in OPERATORS:
        for statement in pglast.split(block.code):
            operator.execute(statement.encode())


def test_a_worker_claims_and_reports_as_it_shows(
    edge: Connection[DictRow], notifier_connection: Connection[DictRow]
) -> None:
    say(edge, "menu")
    notifier_connection.execute("set search_path = public")
    rows = notifier_connection.execute(WORKERS.code.encode()).fetchall()
    (sent,) = (row for row in rows if row["id"])
    result = json.loads(RESULT.code) | {"id": sent["id"], "lock_token": str(sent["lock_token"])}
    report = "select wa_notifications_settle(%s)"
    assert value(notifier_connection, report, Jsonb([result]))["sent"] == 1
