"""What an engine that spreads a schema over nodes refuses to change rows by.

Citus evaluates what is stable once for a statement, where that was planned. So an update, a delete
or an upsert may ask the clock, but not for each row (by a column, also one of a plain query that is
read in place of a table), not in a branch (case, coalesce) and not for what it returns; and nothing
in it may be volatile. Arithmetic with an interval goes by a session's time zone, and is stable. Of
`case x when y` it evaluates the comparison without x, also in what is inserted. Sources:
multi_router_planner.c and citus_clauses.c of Citus 13.

What it plans apart it keeps as a file, and sends that to where a later part reads it: over a
connection, which an owner of routines has none of. So an insert within a common table expression is
the only one that is read, by a query of nothing else, and what it reads itself is written once and
not volatile; an insert of a query with such expressions reads tables by what changes them alone,
and an upsert that returns rows reads none.

What is read once it puts in place of its name, and a union there has the names of its first part.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast, enums
from pglast.visitors import Visitor

from tests.style.names_in_routines import statements_of_routines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CHANGING = re.compile(r"\b(?:insert|update|delete)\b", re.IGNORECASE)
_INTERVAL = re.compile(r"^\s*([pvc]_\w+|\w+)\s+(?:constant\s+)?interval\b", re.MULTILINE)
_ARITHMETIC = {"+", "-"}
# Of aggregates nothing is known here; what has one and no such clause is a single row.
_KEPT_APART = (
    *("withClause", "valuesLists", "distinctClause", "groupClause", "havingClause"),
    *("windowClause", "sortClause", "limitOffset", "limitCount", "lockingClause", "larg"),
)


def _is(node: Any, *kinds: type) -> bool:
    """Whether it is one of these, of which nobody wants to know which slots may be empty."""
    return isinstance(node, kinds)


@dataclass
class _Parts:
    """What is within an expression, but for sub-queries, which are planned by themselves."""

    volatility: Mapping[str, str]
    intervals: set[str]
    found: list[str] = field(default_factory=list)

    def look(self, node: Any, *, in_branch: bool) -> bool:
        """Collect what is refused in `node`, and return whether a column is in it."""
        if _is(node, tuple, list):
            # All of them, also after the first with a column.
            return max((self.look(one, in_branch=in_branch) for one in node), default=False)
        is_planned_apart = _is(node, ast.SelectStmt) and not in_branch
        if not _is(node, ast.Node) or is_planned_apart:
            return False
        if _is(node, ast.ColumnRef):
            return _is_column(node)
        in_branch = in_branch or _is(node, ast.CaseExpr, ast.CoalesceExpr)
        has_column = self.look(
            [getattr(node, slot) for slot in node.__slots__], in_branch=in_branch
        )
        stable = self._stable(node)
        if stable and (in_branch or has_column):
            self.found.append(stable)
        return has_column

    def _stable(self, node: Any) -> str | None:
        if _is(node, ast.SQLValueFunction):
            return "current_timestamp"
        if _is(node, ast.FuncCall):
            name = ".".join(part.sval for part in node.funcname)
            return name if self.volatility.get(name, "i") != "i" else None
        if _is(node, ast.A_Expr) and node.lexpr and node.name[-1].sval in _ARITHMETIC:
            sides = (node.lexpr, node.rexpr)
            if any(map(_is_without_zone, sides)):
                return None
            with_interval = [self._is_interval(side) for side in sides]
            # Two intervals are added the same everywhere.
            return "interval" if any(with_interval) and not all(with_interval) else None
        return None

    def _is_interval(self, node: Any) -> bool:
        if _is(node, ast.ColumnRef):
            return len(node.fields) == 1 and node.fields[0].sval in self.intervals
        if _is(node, ast.TypeCast):
            return bool(node.typeName.names[-1].sval == "interval")
        if _is(node, ast.A_Expr):
            return self._is_interval(node.lexpr) or self._is_interval(node.rexpr)
        return _is(node, ast.FuncCall) and node.funcname[-1].sval == "make_interval"


def _is_without_zone(node: Any) -> bool:
    return _is(node, ast.FuncCall) and node.funcname[-1].sval == "timezone"


def _is_column(node: Any) -> bool:
    first = getattr(node.fields[0], "sval", "*")
    return len(node.fields) > 1 and not re.match(r"(?:[pvc]_\w+|old|new)$", first)


@dataclass
class _Changes(Visitor):
    """Collects what is refused in the updates, deletes and upserts of a statement."""

    volatility: Mapping[str, str]
    intervals: set[str]
    found: list[str] = field(default_factory=list)

    def visit_UpdateStmt(self, ancestors: Any, node: Any) -> None:  # noqa: N802
        self._refuse_sent(node)
        self._refuse_cases(node)
        self._refuse_volatile(node)
        self._look(node.targetList, node.whereClause, returned=node.returningClause)
        self._look_into(ancestors, node.fromClause)

    def visit_DeleteStmt(self, ancestors: Any, node: Any) -> None:  # noqa: N802
        self._refuse_sent(node)
        self._refuse_cases(node)
        self._refuse_volatile(node)
        self._look(node.whereClause, returned=node.returningClause)
        self._look_into(ancestors, node.usingClause)

    def visit_SelectStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._refuse_sent(node)

    def visit_InsertStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._refuse_sent(node)
        self._refuse_cases(node)
        if _reads_tables_with_expressions(node):
            self.found.append("insert of what a query with expressions reads of a table")
        self._look(returned=node.returningClause)
        if node.onConflictClause:
            # Everything in one is as in a branch.
            changed = (node.onConflictClause.targetList, node.onConflictClause.whereClause)
            self._look(returned=changed)
            is_of_query = not (node.selectStmt and node.selectStmt.valuesLists)
            if is_of_query and _has(changed, _is_variable):
                self.found.append("variable in the upsert of a query")
            if is_of_query and node.returningClause and _reads_tables(node):
                self.found.append("upsert of what is read of a table, which returns rows")
        values = node.selectStmt.valuesLists if node.selectStmt else None
        if _has(values, _is_sub_query):
            self.found.append("sub-query in values")

    def _look(self, *expressions: Any, returned: Any = None) -> None:
        parts = _Parts(self.volatility, self.intervals)
        parts.look(expressions, in_branch=False)
        parts.look(returned, in_branch=True)
        self.found += parts.found

    def _look_into(self, ancestors: Any, tables: Any) -> None:
        """Look at what takes the place of names, where nothing else is around the statement."""
        if ancestors.member == "stmt":
            for query in _queries_in_place_of_tables(tables):
                self._look(query.targetList)
                self._look_into(ancestors, query.fromClause)

    def _refuse_cases(self, node: Any) -> None:
        # Citus forgets the value where it evaluates the rest, and takes no branch.
        if _has(node, lambda one: _is(one, ast.CaseExpr) and one.arg is not None):
            self.found.append("case of a value")

    def _refuse_sent(self, node: Any) -> None:
        parts = {part.ctename: part for part in node.withClause.ctes} if node.withClause else {}
        inserting = [name for name, part in parts.items() if _is(part.ctequery, ast.InsertStmt)]
        if not inserting:
            return
        read, read_before = _Relations(), _Relations()
        read(node)
        read_before(node.withClause)
        in_the_end = Counter(read.names) - Counter(read_before.names)
        is_once = all(
            read.names.count(name) == 1
            and part.ctematerialized is not enums.CTEMaterialize.CTEMaterializeAlways
            for name, part in parts.items()
        )
        asked = _Functions()
        asked(tuple(part for name, part in parts.items() if name not in inserting))
        is_once = is_once and all(self.volatility.get(name) != "v" for name in asked.names)
        if not (_is(node, ast.SelectStmt) and list(in_the_end) == inserting and is_once):
            self.found.append(f"insert in {', '.join(inserting)}")

    def _refuse_volatile(self, node: Any) -> None:
        asked = _Functions()
        asked(node)
        self.found += [name for name in asked.names if self.volatility.get(name) == "v"]


@dataclass
class _Relations(Visitor):
    """Collects what is read, each as often as it is; not what is changed."""

    names: list[str] = field(default_factory=list)

    def visit_RangeVar(self, ancestors: Any, node: Any) -> None:  # noqa: N802
        if ancestors.member != "relation":
            self.names.append(".".join(filter(None, (node.schemaname, node.relname))))


def _reads_tables_with_expressions(node: Any) -> bool:
    """Whether an insert takes its rows from a query with expressions that reads tables."""
    with_expressions = node.withClause or (node.selectStmt and node.selectStmt.withClause)
    return bool(with_expressions) and _reads_tables(node)


def _reads_tables(node: Any) -> bool:
    read = _Relations()
    read(node)
    return any("." in name for name in read.names)


@dataclass
class _Functions(Visitor):
    """Collects the functions that are called."""

    names: list[str] = field(default_factory=list)

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.names.append(".".join(part.sval for part in node.funcname))


@dataclass
class _WholeRows(Visitor):
    """Collects the rows of tables that are handed to a routine of ours, or cast, as a whole."""

    aliases: set[str] = field(default_factory=set)
    given: list[str] = field(default_factory=list)

    def visit_RangeVar(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if node.schemaname:
            self.aliases.add(node.alias.aliasname if node.alias else node.relname)

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if len(node.funcname) > 1:
            self._give(node.args or ())

    def visit_TypeCast(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._give((node.arg,))

    def _give(self, values: Any) -> None:
        self.given += [
            value.fields[0].sval
            for value in values
            if _is(value, ast.ColumnRef)
            and (len(value.fields) == 1 or _is(value.fields[-1], ast.A_Star))
            and _is(value.fields[0], ast.String)
        ]


# A table is named after one of these.
_WITH_TABLES = re.compile(r"\b(?:from|into|join|update|using)\b", re.IGNORECASE)


def whole_rows(statement: str) -> list[str]:
    """Return the tables whose rows go on as they are: on a node they are of another type."""
    if not _WITH_TABLES.search(statement):
        return []
    found = _WholeRows()
    found(pglast.parse_sql(statement))
    return [name for name in found.given if name in found.aliases]


# Rows that were inserted or changed are counted as those that the query had, others included.
_COUNTED = re.compile(
    r"\binsert\s+into(?:(?!\bvalues\b|;).)*\bon\s+conflict\b(?:(?!\breturning\b|;).)*;"
    r"(?=[^;]*(?:\brow_count\b|\bfound\b))",
    re.DOTALL,
)


def upserts_that_are_counted(text: str) -> list[str]:
    """Return upserts of a query after which a routine asks how many rows there were."""
    return _COUNTED.findall(text)


@dataclass
class _NamedUnions(Visitor):
    """Collects the unions of a statement that are named from outside."""

    names: list[str] = field(default_factory=list)

    def visit_WithClause(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if not node.recursive:
            self.names += [
                part.ctename
                for part in node.ctes
                if part.aliascolnames
                and part.ctematerialized is enums.CTEMaterialize.CTEMaterializeDefault
                and getattr(part.ctequery, "op", None) is enums.SetOperation.SETOP_UNION
            ]


def unions_without_names(statement: str) -> list[str]:
    """Return unions that lose the names of their columns, where the statement reads a table."""
    if "union" not in statement.lower():
        return []
    parsed = pglast.parse_sql(statement)
    unions, read = _NamedUnions(), _Relations()
    unions(parsed)
    read(parsed)
    reads_tables = any("." in name for name in read.names)
    return [name for name in unions.names if reads_tables and read.names.count(name) == 1]


def _has(node: Any, is_it: Callable[[Any], bool]) -> bool:
    if _is(node, tuple, list):
        return any(_has(one, is_it) for one in node)
    if not _is(node, ast.Node):
        return False
    return is_it(node) or any(_has(getattr(node, slot), is_it) for slot in node.__slots__)


def _queries_in_place_of_tables(tables: Any) -> Iterator[Any]:
    """Yield those that PostgreSQL makes a part of the statement that reads them."""
    for table in tables or ():
        if _is(table, ast.JoinExpr):
            yield from _queries_in_place_of_tables((table.larg, table.rarg))
        elif _is(table, ast.RangeSubselect) and not any(
            getattr(table.subquery, one) for one in _KEPT_APART
        ):
            yield table.subquery


def _is_sub_query(node: Any) -> bool:
    return _is(node, ast.SubLink)


def _is_variable(node: Any) -> bool:
    return _is(node, ast.ColumnRef) and not _is_column(node)


def refused_on_nodes(text: str, volatility: Mapping[str, str]) -> Iterator[str]:
    """Yield what the routines of a file change rows by and may not.

    `volatility` is pg_proc's `provolatile` by name; ours are in `public` whatever their schema.
    """
    intervals = set(_INTERVAL.findall(text))
    for statement in statements_of_routines(text):
        if not _CHANGING.search(statement):
            continue
        changes = _Changes(volatility, intervals)
        changes(pglast.parse_sql(statement))
        yield from changes.found
