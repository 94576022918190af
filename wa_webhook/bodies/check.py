"""The check of bodies, statement by statement."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pglast
import psycopg
from pglast.parser import ParseError
from psycopg import postgres

from wa_webhook.bodies.declared import find_declared
from wa_webhook.bodies.expressions import Expression, NoFieldError
from wa_webhook.bodies.hints import did_you_mean, hint_at, nearest
from wa_webhook.bodies.scope import UNKNOWN, Scope, UndecidableError, Variable
from wa_webhook.bodies.server import Refusal, Server
from wa_webhook.bodies.stub import read_scope
from wa_webhook.bodies.tree import find_members, find_targets, record_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection

    from wa_webhook.bodies.expressions import Use
    from wa_webhook.bodies.server import Routine

_PATH_OF_STEPS = "pg_catalog, pg_temp"

_ASKS_WHAT_IS_THERE = re.compile(
    r"\b(?:create|to_reg\w+|pg_(?:attribute|class|extension|namespace|proc|tables|type)"
    r"|information_schema|server_version\w*|version|variable_conflict)\b",
    re.IGNORECASE,
)
"""A body with such a word may well know which of its statements can run."""

_TEMPORARY = re.compile(
    r"\b(?:create|into)\s+(?:(?:global|local)\s+)?temp(?:orary)?\b", re.IGNORECASE
)

_OF_TRIGGERS = frozenset({2279, 3838})
"""OIDs of what triggers return: their rows and tables are those of what they are made for."""

_CERTAIN = ("42", "3F", "22P02", "22007", "22008", "22003")
_UNCERTAIN = frozenset({"42501", "42P18"})
"""Of class 42: what a role may do, and a type that only a value has."""

_HARMLESS = frozenset(
    {
        *("unique_violation", "foreign_key_violation", "check_violation", "not_null_violation"),
        *("exclusion_violation", "integrity_constraint_violation", "no_data_found"),
        *("too_many_rows", "raise_exception", "lock_not_available", "deadlock_detected"),
        *("serialization_failure", "query_canceled", "division_by_zero"),
    }
)
"""What a block can catch that is no mistake of its own statements."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong in which line of a routine's body, from 1; `routine` has its schema."""

    routine: str
    body: str
    line: int
    message: str


def find_mistakes(connection: Connection[Any], routines: Iterable[str]) -> list[Mistake]:
    """Return what fails as soon as it is run in the routines of these names, with their schemas.

    Raises psycopg.Error.
    """
    found: list[Mistake] = []
    # The locks of what is analysed go with it.
    with connection.transaction(force_rollback=True):
        server = Server(connection)
        known = server.read_routines(routines)
        # A table that one of them makes for a while is there for the others, too.
        if any(_TEMPORARY.search(routine.body) for routine in known):
            return []
        for routine in known:
            path = routine.search_path
            if path is None and ".step_" in routine.name:
                path = _PATH_OF_STEPS
            if path is None or "$user" in path or not _is_decidable(routine):
                continue
            server.set_path(path)
            if routine.language == "sql":
                found += _check_sql(server, routine)
            elif routine.language == "plpgsql":
                found += _check_plpgsql(server, routine)
    return found


def _is_decidable(routine: Routine) -> bool:
    """Whether what is there when it is checked is what it finds when it runs."""
    return routine.result not in _OF_TRIGGERS and not _ASKS_WHAT_IS_THERE.search(routine.body)


def _is_certain(answer: object) -> bool:
    return (
        isinstance(answer, Refusal)
        and answer.sqlstate.startswith(_CERTAIN)
        and answer.sqlstate not in _UNCERTAIN
    )


def _check_sql(server: Server, routine: Routine) -> Iterator[Mistake]:
    refusal = server.validate(routine)
    if refusal is not None and _is_certain(refusal):
        line = routine.body.count("\n", 0, refusal.position or 0) + 1
        yield Mistake(routine.name, routine.body, line, _joined(refusal.message, refusal.hint))


def _check_plpgsql(server: Server, routine: Routine) -> list[Mistake]:
    try:
        declared = find_declared(routine.body)
        scope, stub = read_scope(server, routine, declared)
        (parsed,) = pglast.parse_plpgsql(stub)
    except (ParseError, UndecidableError, psycopg.Error):
        # What compiles the body says what is wrong with it as a whole.
        server.undo()
        return []
    body = _Body(server, routine, scope, parsed["PLpgSQL_function"])
    return list(body.check())


class _Body:
    """One walk through the statements of a body, in their order."""

    def __init__(
        self, server: Server, routine: Routine, scope: Scope, function: Mapping[str, Any]
    ) -> None:
        self._server = server
        self._routine = routine
        self._body = routine.body
        self._action = function["action"]
        self._datums = function.get("datums", [])
        self._scope = Scope(
            scope.variables, scope.labels.union(find_members(self._action, "label"))
        )
        self._filled = Counter(find_targets(self._action))
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._body))]
        for datum in self._datums:
            self._declare(datum)

    def check(self) -> Iterator[Mistake]:
        """Yield what is wrong."""
        for datum in self._datums:
            for variable in datum.values():
                if "default_val" in variable:
                    yield from self._visit(variable["default_val"], variable.get("lineno", 1))
        yield from self._visit(self._action, 1)

    def _declare(self, datum: Mapping[str, Any]) -> None:
        """Add what is a variable without being declared: found, the number of a loop."""
        (kind, variable), *_ = datum.items()
        name = variable.get("refname", "")
        if kind == "PLpgSQL_rec" and name not in self._scope.variables:
            self._scope.declare(name, UNKNOWN)
        elif kind == "PLpgSQL_var":
            type_name = variable.get("datatype", {}).get("PLpgSQL_type", {}).get("typname", "")
            if name not in self._scope.variables or type_name == "int4":
                known = postgres.types.get(type_name)
                self._scope.declare(name, Variable(known.oid) if known else UNKNOWN)

    def _visit(self, node: object, line: int) -> Iterator[Mistake]:
        if isinstance(node, list):
            for one in node:
                yield from self._visit(one, line)
        elif isinstance(node, dict):
            for kind, value in node.items():
                if isinstance(value, dict):
                    at = value.get("lineno", line)
                    visit = _VISITS.get(kind, _Body._visit)
                    yield from visit(self, value, at)
                else:
                    yield from self._visit(value, line)

    def _visit_block(self, block: Mapping[str, Any], line: int) -> Iterator[Mistake]:
        handlers = block.get("exceptions", {})
        if _HARMLESS.issuperset(find_members(handlers, "condname")):
            yield from self._visit(block.get("body", []), line)
        yield from self._visit(handlers, line)

    def _visit_loop(self, loop: Mapping[str, Any], line: int) -> Iterator[Mistake]:
        name = record_of(loop.get("var"))
        columns = yield from self._check(loop["query"]["PLpgSQL_expr"], line)
        body = loop.get("body", [])
        if name:
            self._scope.fill(name, None if name in find_targets(body) else columns)
        yield from self._visit(body, line)
        if name and self._filled[name] > 1:
            self._scope.fill(name, None)

    def _visit_statement(self, statement: Mapping[str, Any], line: int) -> Iterator[Mistake]:
        columns = yield from self._check(statement["sqlstmt"]["PLpgSQL_expr"], line)
        if name := record_of(statement.get("target")):
            self._scope.fill(name, columns if self._filled[name] == 1 else None)

    def _visit_expression(self, expression: Mapping[str, Any], line: int) -> Iterator[Mistake]:
        yield from self._check(expression, line)

    def _visit_body_alone(self, loop: Mapping[str, Any], line: int) -> Iterator[Mistake]:
        yield from self._visit(loop.get("body", []), line)

    def _check(
        self, told: Mapping[str, Any], line: int
    ) -> Generator[Mistake, None, dict[str, int] | None]:
        """Yield what is wrong with one, and return the types of its columns where it has any."""
        query = told["query"]
        if "__Case__" in query:
            return None
        try:
            expression = Expression(query, told.get("parseMode", 0))
            uses = expression.find_uses(self._scope)
        except UndecidableError:
            return None
        except NoFieldError as error:
            hint = did_you_mean(nearest(error.field, error.fields))
            yield self._mistake(query, line, error.position, str(error), hint)
            return None
        prepared = expression.with_parameters(uses)
        answer = self._server.prepare(prepared.sql, prepared.types)
        if not isinstance(answer, Refusal):
            return answer
        if _is_certain(answer) and not self._is_column_meant(expression, uses):
            position = prepared.original(answer.position or 0)
            schemas = (self._routine.name.partition(".")[0], "public")
            hint = hint_at(self._server, expression, uses, position, answer, schemas)
            at = position + expression.shift
            yield self._mistake(query, line, at, answer.message, hint)
        return None

    def _is_column_meant(self, expression: Expression, uses: Sequence[Use]) -> bool:
        """Whether it is right with one that has a variable's name in place of the variable."""
        names = {use.name for use in uses if use.name}
        tried = (
            expression.with_parameters(uses, out) for out in (*({one} for one in names), names)
        )
        return bool(names) and any(
            not isinstance(self._server.prepare(other.sql, other.types), Refusal) for other in tried
        )

    def _mistake(
        self, query: str, line: int, position: int, message: str, hint: str | None
    ) -> Mistake:
        return Mistake(
            self._routine.name,
            self._body,
            self._line(query, line, position),
            _joined(message, hint),
        )

    def _line(self, query: str, line: int, position: int) -> int:
        """Return the line of the body of which `position` in a query is, which begins at `line`."""
        # PERFORM is SELECT there, and INTO with what follows is blank.
        cut = len("select") if query.startswith("SELECT ") else 0
        head = re.split(r"  |\n", query[cut:].lstrip())[0]
        cut = query.index(head, cut)
        begin = self._body.find(head, self._starts[min(line, len(self._starts)) - 1])
        if begin < 0:
            return line
        return self._body.count("\n", 0, begin + max(position - cut, 0)) + 1


_VISITS = {
    "PLpgSQL_expr": _Body._visit_expression,
    "PLpgSQL_stmt_block": _Body._visit_block,
    "PLpgSQL_stmt_fors": _Body._visit_loop,
    "PLpgSQL_stmt_execsql": _Body._visit_statement,
    "PLpgSQL_stmt_forc": _Body._visit_body_alone,
    "PLpgSQL_stmt_open": _Body._visit_body_alone,
    "PLpgSQL_stmt_fetch": _Body._visit_body_alone,
}
"""Others are visited part by part."""


def _joined(message: str, hint: str | None) -> str:
    return f"{message}. {hint}" if hint else message
