"""How much the plans of a call handle, those of the routines inside included, whatever it takes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, LiteralString

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.errors import Diagnostic

_AUTO_EXPLAIN = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
    "client_min_messages": "log",
}


def count_rows_handled(
    superuser: Connection[Any], statement: LiteralString, *parameters: object
) -> int:
    """Return how many rows the nodes of all plans gave out or looked at in vain; undo the call.

    A join that compares each with each shows here, also where both sides are in memory.
    """
    handled: float = sum(
        node["Actual Loops"] * value
        for node in _nodes(superuser, statement, parameters)
        for key, value in node.items()
        if key == "Actual Rows" or key.startswith("Rows Removed by")
    )
    return round(handled)


def count_rows_more(
    superuser: Connection[Any],
    add_rows: Callable[[], object],
    statement: LiteralString,
    *parameters: object,
) -> int:
    """Return how many rows more a call handles when rows are added after its plans were made."""
    before = count_rows_handled(superuser, statement, *parameters)
    add_rows()
    return count_rows_handled(superuser, statement, *parameters) - before


def make_tables_look_empty(superuser: Connection[Any]) -> None:
    """Let plans be made as if all tables had been analysed just when nothing was in them."""
    superuser.execute(
        "update pg_class set reltuples = 0, relpages = 1 where relkind = 'r'"
        " and relnamespace in ('public'::regnamespace, 'wa'::regnamespace)"
    )


def count_kilobytes_sorted(
    superuser: Connection[Any], statement: LiteralString, *parameters: object
) -> int:
    """Return how much all sorts held, in memory or on disk; undo the call.

    A sort whose rows each hold the whole payload shows here.
    """
    nodes = _nodes(superuser, statement, parameters)
    sorted_kilobytes: int = sum(node.get("Sort Space Used", 0) for node in nodes)
    return sorted_kilobytes


def count_writes(superuser: Connection[Any], statement: LiteralString, *parameters: object) -> int:
    """Return how often a plan wrote, to however many rows; undo the call."""
    nodes = _nodes(superuser, statement, parameters)
    return sum(node["Node Type"] == "ModifyTable" for node in nodes)


def list_repeated_searches(
    superuser: Connection[Any], statement: LiteralString, *parameters: object
) -> list[str]:
    """Return the conditions that look through a list again for each row; undo the call.

    No row more shows that, but the time of a call grows with the square of the list.
    """
    return [
        condition
        for node in _nodes(superuser, statement, parameters)
        for key in ("Index Cond", "Filter")
        if node["Actual Loops"] > 1
        and re.search(r"ANY \((\$|\(InitPlan)", condition := node.get(key, ""))
    ]


def _nodes(
    superuser: Connection[Any], statement: LiteralString, parameters: tuple[object, ...]
) -> Iterator[dict[str, Any]]:
    plans: list[dict[str, Any]] = []

    def hear(diagnostic: Diagnostic) -> None:
        _, found, text = (diagnostic.message_primary or "").partition("plan:\n")
        # PostgreSQL's own questions of foreign keys are not for us to word.
        if found and not (plan := json.loads(text))["Query Text"].startswith("SELECT 1 FROM ONLY"):
            plans.append(plan["Plan"])

    superuser.execute("load 'auto_explain'")
    superuser.add_notice_handler(hear)
    try:
        with superuser.transaction(force_rollback=True):
            for setting, value in _AUTO_EXPLAIN.items():
                superuser.execute("select set_config(%s, %s, true)", [setting, value])
            superuser.execute(statement, parameters)
    finally:
        superuser.remove_notice_handler(hear)
    while plans:
        node = plans.pop()
        plans += node.get("Plans", [])
        yield node
