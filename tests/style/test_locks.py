"""Rows are locked in one order, so that two calls cannot wait for each other.

What one session does cannot tell it: the order is a rule for how routines are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pglast
import pytest
from pglast.enums import LockWaitPolicy, SortByDir
from pglast.visitors import Visitor

from tests.style.names_in_routines import statements_of_routines
from tests.style.test_names_in_routines import FILES, routine

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Queries(Visitor):
    """Collects all queries, and those that choose the rows of an update or delete."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self.of_writes: list[Any] = []

    def visit_SelectStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.all.append(node)

    def visit_UpdateStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add_choice(node)

    def visit_DeleteStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add_choice(node)

    def _add_choice(self, node: Any) -> None:
        if node.whereClause is not None:
            inner = _Queries()
            inner(node.whereClause)
            self.of_writes += inner.all


def faults_in(text: str) -> Iterator[str]:
    for statement in statements_of_routines(text):
        queries = _Queries()
        queries(pglast.parse_sql(statement))
        for query in queries.all:
            keys = [key.sortby_dir for key in query.sortClause or ()]
            waits = [one.waitPolicy for one in query.lockingClause or ()]
            if LockWaitPolicy.LockWaitBlock in waits and SortByDir.SORTBY_DESC in keys:
                yield "locks downwards"
        for query in queries.of_writes:
            if query.sortClause and not query.limitCount and not query.lockingClause:
                yield "orders rows and locks none"


def test_no_routine_locks_in_an_order_of_its_own() -> None:
    found = {file.name: list(faults_in(file.read_text())) for file in FILES}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("perform from wa.t order by a desc for update;", ["locks downwards"]),
        ("perform from wa.t order by a desc for update skip locked;", []),
        (
            "delete from wa.t where a in (select a from wa.t order by a);",
            ["orders rows and locks none"],
        ),
        ("delete from wa.t where a in (select a from wa.t order by a for update);", []),
        ("delete from wa.t where a = any(array(select a from wa.t order by a limit 9));", []),
    ],
)
def test_what_breaks_the_rule_is_found(statement: str, faults: list[str]) -> None:
    assert list(faults_in(routine(statement))) == faults
