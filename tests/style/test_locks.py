"""Rows are locked in one order, so that two calls cannot wait for each other.

What one session does cannot tell it: the order is a rule for how routines are written.
"""

from __future__ import annotations

import re
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
    """Collects all queries, those whose order means nothing to whoever reads them, and upserts'."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self.unordered: list[Any] = []
        self.upserted: list[Any] = []

    def visit_SelectStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.all.append(node)

    def visit_InsertStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if node.onConflictClause is not None and node.selectStmt is not None:
            self.upserted.append(node.selectStmt)

    def visit_UpdateStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add_choice(node)

    def visit_DeleteStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add_choice(node)

    def visit_CommonTableExpr(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if isinstance(node.ctequery, pglast.ast.SelectStmt) and not node.ctequery.distinctClause:
            self.unordered.append(node.ctequery)

    def _add_choice(self, node: Any) -> None:
        if node.whereClause is not None:
            inner = _Queries()
            inner(node.whereClause)
            self.unordered += inner.all


def _names_a_person(key: Any) -> bool:
    fields: list[Any] = list(getattr(key.node, "fields", ()))
    return [getattr(field, "sval", "") for field in fields[-1:]] == ["user_id"]


def faults_in(text: str) -> Iterator[str]:
    for statement in statements_of_routines(text):
        if "order" not in statement.lower():
            continue
        queries = _Queries()
        queries(pglast.parse_sql(statement))
        for query in queries.all:
            keys = [key.sortby_dir for key in query.sortClause or ()]
            waits = [one.waitPolicy for one in query.lockingClause or ()]
            if LockWaitPolicy.LockWaitBlock in waits and SortByDir.SORTBY_DESC in keys:
                yield "locks downwards"
            if keys[:1] == [SortByDir.SORTBY_DESC] and _names_a_person(query.sortClause[0]):
                yield "takes people downwards"
        for query in queries.upserted:
            # Of those that are distinct by some keys, the others choose one and order none.
            rows_by = (query.sortClause or ())[: len(query.distinctClause or ()) or None]
            if SortByDir.SORTBY_DESC in [key.sortby_dir for key in rows_by]:
                yield "upserts downwards"
        for query in queries.unordered:
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
        ("perform from wa.t order by t.user_id desc, a;", ["takes people downwards"]),
        ("perform from wa.t order by t.user_id, a desc;", []),
        (
            "insert into wa.t select a, b from wa.u order by a, b desc on conflict do nothing;",
            ["upserts downwards"],
        ),
        (
            "insert into wa.t select distinct on (a) a, b from wa.u order by a, b desc"
            " on conflict (a) do update set b = excluded.b;",
            [],
        ),
        ("insert into wa.t select a from wa.u order by a desc;", []),
        (
            "delete from wa.t where a in (select a from wa.t order by a);",
            ["orders rows and locks none"],
        ),
        ("delete from wa.t where a in (select a from wa.t order by a for update);", []),
        (
            "with t as (select a from wa.t order by a) update wa.t set b = 1 from t;",
            ["orders rows and locks none"],
        ),
        ("with t as (select a from wa.t order by a for update) select from t;", []),
        ("with t as (select distinct on (a) a, b from wa.t order by a, b) select from t;", []),
        ("delete from wa.t where a = any(array(select a from wa.t order by a limit 9));", []),
    ],
)
def test_what_breaks_the_rule_is_found(statement: str, faults: list[str]) -> None:
    assert list(faults_in(routine(statement))) == faults


def test_the_number_of_a_lock_comes_of_a_name_with_the_schema() -> None:
    # Advisory locks belong to a whole database, which several schemas of ours may share.
    assert [
        file.name
        for file in FILES
        for text in [file.read_text(encoding="utf-8")]
        if re.search("pg_(try_)?advisory", text) and "hashtextextended('wa." not in text
    ] == []
