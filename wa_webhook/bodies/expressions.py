"""A statement or expression of PL/pgSQL as plain SQL, with parameters where it has variables."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast
from pglast.parser import ParseError

from wa_webhook.bodies.scope import RECORD, UndecidableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wa_webhook.bodies.scope import Scope, Variable

_STATEMENT, _EXPRESSION = 0, 2
_ASSIGNMENTS = (3, 4, 5)
_ANALYSED = (
    ast.SelectStmt,
    ast.InsertStmt,
    ast.UpdateStmt,
    ast.DeleteStmt,
    ast.MergeStmt,
    ast.CallStmt,
)


@dataclass(frozen=True)
class Use:
    """Where a variable stands in an expression: what is put there, and for a value of which type.

    `field` is the one that is taken from it, `name` the variable's where nothing else is said, so
    that a column could be meant.
    """

    start: int
    end: int
    type: int
    name: str | None
    field: str | None = None
    is_row: bool = False


class NoFieldError(Exception):
    """A record is known not to have the field that is taken from it."""

    def __init__(self, name: str, field: str, fields: Sequence[str], position: int) -> None:
        super().__init__(f'record "{name}" has no field "{field}"')
        self.field = field
        self.fields = fields
        self.position = position


class Expression:
    """What the parser of PL/pgSQL gives for one, read; raises UndecidableError.

    `shift` leads from a position in `sql` to the one in what the parser gave.
    """

    def __init__(self, query: str, mode: int) -> None:
        cut, prefix = 0, "select "
        if mode == _STATEMENT:
            prefix = ""
        elif mode in _ASSIGNMENTS:
            cut = _end_of_target(query)
        elif mode != _EXPRESSION:
            raise UndecidableError
        self.sql = prefix + query[cut:]
        self.shift = cut - len(prefix)
        try:
            statements: Sequence[Any] = pglast.parse_sql(self.sql)
        except ParseError:
            # What compiles the body says so.
            raise UndecidableError from None
        if len(statements) != 1 or not isinstance(statements[0].stmt, _ANALYSED):
            raise UndecidableError
        self.nodes = list(_walk(statements[0].stmt))
        self._tokens = pglast.parser.scan(self.sql)

    def find_uses(self, scope: Scope) -> list[Use]:
        """Return where variables of `scope` stand, in order.

        Raises UndecidableError, and NoFieldError where a record has no such field.
        """
        uses = [use for node in self.nodes for use in self._read(node, scope)]
        if any(isinstance(node, ast.ParamRef) for node in self.nodes):
            raise UndecidableError
        relations, names = set(_relations(self.nodes)), set(_names(self.nodes))
        if relations.intersection(scope.variables) or names.intersection(use.name for use in uses):
            raise UndecidableError
        if any(isinstance(node, ast.A_Indirection) for node in self.nodes) and any(
            use.type == RECORD for use in uses
        ):
            raise UndecidableError
        return sorted(uses, key=lambda use: use.start)

    def with_parameters(
        self, uses: Sequence[Use], without: Collection[str | None] = ()
    ) -> Prepared:
        """Return the SQL with parameters where `uses` are, but for these names of variables."""
        parts: list[str] = []
        numbers: dict[tuple[str, int], int] = {}
        places, position, length = [(0, 0)], 0, 0
        for use in uses:
            if use.name is not None and use.name in without:
                continue
            # The same value is the same parameter: `order by` may name what is selected.
            key = (self.sql[use.start : use.end], use.type)
            number = f"${numbers.setdefault(key, len(numbers) + 1)}"
            parts += [self.sql[position : use.start], f"({number})" if use.field else number]
            length += len(parts[-2]) + len(parts[-1])
            position = use.end
            places.append((length, position))
        types = tuple(of_type for _, of_type in numbers)
        return Prepared("".join((*parts, self.sql[position:])), types, tuple(places))

    def _read(self, node: ast.Node, scope: Scope) -> Iterator[Use]:
        if not isinstance(node, ast.ColumnRef):
            return
        parts: Sequence[Any] = node.fields or ()
        names = [str(part.sval) if isinstance(part, ast.String) else "*" for part in parts]
        labels = 0
        if names[0] in scope.labels and len(names) > 1 and names[0] not in scope.variables:
            labels = 1
            if names[1] not in scope.variables:
                raise UndecidableError
        name, fields = names[labels], names[labels + 1 :]
        variable = scope.variables.get(name)
        if variable is None:
            return
        if variable.type is None or "*" in fields:
            raise UndecidableError
        start = int(node.location or 0)
        yield from self._use(variable, name, fields, start, labels)

    def _use(
        self, variable: Variable, name: str, fields: Sequence[str], start: int, labels: int
    ) -> Iterator[Use]:
        assert variable.type is not None  # noqa: S101
        end = self._end(start, labels + 1)
        if not fields:
            yield Use(start, end, variable.type, None if labels else name)
        elif len(fields) > 1:
            return
        elif variable.is_row:
            yield Use(start, end, variable.type, None, fields[0], is_row=True)
        elif variable.type == RECORD:
            if variable.shape is None:
                raise UndecidableError
            if fields[0] not in variable.shape:
                raise NoFieldError(name, fields[0], list(variable.shape), start + self.shift)
            yield Use(start, self._end(start, labels + 2), variable.shape[fields[0]], None)

    def _end(self, start: int, names: int) -> int:
        """Return where so many names end that points part."""
        first = next(index for index, token in enumerate(self._tokens) if token.start == start)
        return int(self._tokens[first + 2 * (names - 1)].end) + 1


@dataclass(frozen=True)
class Prepared:
    """SQL, the types of its parameters, and where its parts come from."""

    sql: str
    types: tuple[int, ...]
    places: tuple[tuple[int, int], ...]

    def original(self, position: int) -> int:
        """Return where in the expression's SQL that stands which is at `position` in this one."""
        index = bisect_right(self.places, position, key=lambda place: place[0]) - 1
        here, there = self.places[index]
        return there + position - here


def _end_of_target(query: str) -> int:
    depth = 0
    for token in pglast.parser.scan(query):
        word = query[token.start : token.end + 1]
        depth += (word in "([") - (word in ")]")
        if not depth and word in {":=", "="}:
            return int(token.end) + 1
    raise UndecidableError


def _walk(node: object) -> Iterator[Any]:
    if isinstance(node, tuple):
        for one in node:
            yield from _walk(one)
    elif isinstance(node, ast.Node):
        yield node
        for attribute in node:
            yield from _walk(getattr(node, attribute))


def _relations(nodes: Sequence[Any]) -> Iterator[str]:
    """Yield what can stand before a column's name."""
    for node in nodes:
        if isinstance(node, ast.RangeVar):
            yield str(node.relname)
        elif isinstance(node, ast.Alias):
            yield str(node.aliasname)
        elif isinstance(node, ast.CommonTableExpr):
            yield str(node.ctename)
        elif isinstance(node, ast.RangeFunction):
            called = (one for one in _walk(node.functions) if isinstance(one, ast.FuncCall))
            yield from (str((one.funcname or ())[-1].sval) for one in called)


def _names(nodes: Sequence[Any]) -> Iterator[str]:
    """Yield what results are called, which `order by` and others mean before any variable."""
    for node in nodes:
        if isinstance(node, ast.SelectStmt):
            for target in node.targetList or ():
                yield target.name or ""
                for part in _walk(() if target.name else target.val):
                    fields: Sequence[Any] = ()
                    if isinstance(part, ast.FuncCall):
                        fields = part.funcname or ()
                    elif isinstance(part, ast.ColumnRef):
                        fields = (part.fields or ())[1:]
                    if fields:
                        yield str(getattr(fields[-1], "sval", "*"))
        elif isinstance(node, ast.Alias):
            yield from (name.sval for name in node.colnames or ())
