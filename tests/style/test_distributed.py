"""What a schema that is distributed over nodes refuses, and plain PostgreSQL does as well without.

Citus wants the same outcome on every node: an upsert takes its time from what is inserted or from a
variable, and a constraint is added by a statement of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pglast
import pytest
from pglast import ast
from pglast.visitors import Visitor

from tests.style.names_in_routines import statements_of_routines
from tests.style.test_names_in_routines import FILES, routine
from wa_webhook.migrate import find_db_folder, read_whole_source

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCKS = {"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp"}
LAST_THAT_MAY = "20261204130000"
"""What was applied somewhere stays as it is."""


class _Clocks(Visitor):
    """Collects the clocks that are asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.asked += CLOCKS & {part.sval for part in node.funcname[-1:]}

    def visit_SQLValueFunction(self, _ancestors: Any, _node: Any) -> None:  # noqa: N802
        self.asked.append("current_timestamp")


class _Upserts(Visitor):
    """Collects the clocks that updates of an upsert ask."""

    def __init__(self) -> None:
        self.clocks = _Clocks()

    def visit_OnConflictClause(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.clocks(node)


def clocks_of_upserts(text: str) -> Iterator[str]:
    for statement in statements_of_routines(text):
        upserts = _Upserts()
        upserts(pglast.parse_sql(statement))
        yield from upserts.clocks.asked


@pytest.mark.parametrize("clock", ["now()", "clock_timestamp()", "current_timestamp"])
def test_an_upsert_that_asks_the_clock_is_found(clock: str) -> None:
    upsert = "insert into public.t (a) values (now()) on conflict (a) do update set a = {};"
    assert list(clocks_of_upserts(routine(upsert.format(clock))))
    assert not list(clocks_of_upserts(routine(upsert.format("excluded.a"))))


def test_no_upsert_asks_the_clock() -> None:
    assert {
        file.name: found
        for file in FILES
        if (found := list(clocks_of_upserts(file.read_text(encoding="utf-8"))))
    } == {}


def test_a_constraint_is_added_by_a_statement_of_its_own() -> None:
    assert [
        migration.path
        for migration in read_whole_source(find_db_folder()).migrations
        if migration.path.rpartition("/")[2][:14] > LAST_THAT_MAY
        for raw in pglast.parse_sql(migration.text)
        if isinstance(raw.stmt, ast.AlterTableStmt)
        for commands in [raw.stmt.cmds or ()]
        if len(commands) > 1 and any("Constraint" in one.subtype.name for one in commands)
    ] == []
