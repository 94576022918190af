"""What a call reads and by which plans, also those of the routines inside."""

from __future__ import annotations

import json
import re
import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    Call = tuple[str, Sequence[object]]
    """A statement and its parameters."""

_BIG_TABLES = (
    "wa_events",
    "notifications",
    "profiles",
    "chat_state",
    "baskets",
)
_READS_BIG_TABLE = re.compile(rf"\bon (?:public\.)?(?:{'|'.join(_BIG_TABLES)})\b")
_SCANS_BIG_TABLE = re.compile(rf"Seq Scan on (?:public\.)?({'|'.join(_BIG_TABLES)})\b")
_LONGEST_QUERY = 160

_COST = re.compile(r"\(cost=[^)]*\) +")
_LESSER_LINE = re.compile(
    r" +(Storage|Sort Method|Cache Mode|Hits|Index Searches|Heap Fetches|Worker|Window):"
    r"|   +Buffers:"
)

_AUTO_EXPLAIN = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "client_min_messages": "log",
}


def count_pages(
    connection: psycopg.Connection[Any], prepare: Callable[[], Call], calls: int = 30
) -> float:
    """Return the median of pages that a call touches; what the calls did is undone.

    `prepare` makes the next call, and what it does to that end stays: of a row that is new in its
    own transaction, an update checks the foreign keys anew.
    """
    pages: list[float] = []
    for _ in range(calls):
        statement, parameters = prepare()
        with connection.transaction(force_rollback=True):
            explain = f"explain (analyze, buffers, timing off, format json) {statement}"
            row = connection.execute(explain.encode(), parameters).fetchone()
        answer = row[0] if row else None
        plan = (answer if isinstance(answer, list) else json.loads(str(answer)))[0]["Plan"]
        pages.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
    # Plans settle in the first few calls of a session.
    return statistics.median(pages[len(pages) // 3 :])


def collect_plans(
    superuser: psycopg.Connection[Any], prepare: Callable[[], Call], warm_up: int = 10
) -> list[str]:
    """Return the plans of the statements that touch a table that grows; the calls are undone."""
    for _ in range(warm_up):
        call = prepare()
        with superuser.transaction(force_rollback=True):
            superuser.execute(*_bytes(call))
    plans: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        plans.append(diagnostic.message_primary or "")

    superuser.execute("load 'auto_explain'")
    call = prepare()
    with superuser.transaction(force_rollback=True):
        for setting, value in _AUTO_EXPLAIN.items():
            superuser.execute("select set_config(%s, %s, true)", [setting, value])
        superuser.add_notice_handler(hear)
        superuser.execute(*_bytes(call))
        superuser.remove_notice_handler(hear)
    return [_shortened(plan) for plan in plans if _READS_BIG_TABLE.search(plan)]


def scanned_tables(plans: Sequence[str]) -> list[str]:
    """Return the big tables that a plan reads from end to end."""
    return sorted({found for plan in plans for found in _SCANS_BIG_TABLE.findall(plan)})


def _bytes(call: Call) -> tuple[bytes, Sequence[object]]:
    statement, parameters = call
    return statement.encode(), parameters


def _shortened(plan: str) -> str:
    """Put the query on one line, and keep of the plan what tells its shape and what it read."""
    head, separator, tail = plan.partition("Query Text: ")
    query, newline, nodes = _split_query(tail)
    one_line = " ".join(query.split())
    if len(one_line) > _LONGEST_QUERY:
        one_line = one_line[:_LONGEST_QUERY] + " ..."
    kept = [line for line in nodes.splitlines() if not _LESSER_LINE.match(line)]
    nodes = _COST.sub("", "\n".join(kept))
    return "".join((head if not separator else "", one_line, newline, nodes)).strip()


def _split_query(text: str) -> tuple[str, str, str]:
    """Split before the plan's first node, the first line that tells a cost."""
    found = re.search(r"\n(?=[^\n]*\(cost=)", text)
    if found is None:
        return text, "", ""
    return text[: found.start()], "\n", text[found.end() :]
