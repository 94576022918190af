"""What identifies a routine, and what of it `create or replace` cannot change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast
from pglast.enums import FunctionParameterMode
from pglast.stream import RawStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wa_webhook.migrate.source import SqlFile

_OUTPUT_MODES = {FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE}


@dataclass(frozen=True)
class Routine:
    """`kind` is function or procedure; `signature` as in `wa.name(text)`."""

    kind: str
    signature: str

    def __str__(self) -> str:
        return f"{self.kind} {self.signature}"


@dataclass(frozen=True)
class Shape:
    """The result, and every parameter: its name, mode and type, and which have a default."""

    result: str
    parameters: tuple[tuple[str, str, str], ...]
    with_default: frozenset[int]

    def can_become(self, later: Shape) -> bool:
        """Whether `create or replace` takes one to the other."""
        return (self.result, self.parameters) == (later.result, later.parameters) and (
            self.with_default <= later.with_default
        )


def find_created(file: SqlFile) -> list[Routine]:
    """Return the routines that a file creates."""
    return [
        name_created(statement)
        for kind, statement in parse_statements([file])
        if kind is ast.CreateFunctionStmt
    ]


def parse_statements(files: Iterable[SqlFile]) -> Iterator[tuple[type[Any], Any]]:
    """Yield type and tree of every statement."""
    for file in files:
        for raw in pglast.parse_sql(file.text):
            yield type(raw.stmt), raw.stmt


def name_created(statement: ast.CreateFunctionStmt) -> Routine:
    """Return what a statement creates."""
    parameters = [
        parameter.argType
        for parameter in statement.parameters or ()
        if parameter.mode not in _OUTPUT_MODES
    ]
    return name_routine(statement.funcname, parameters, is_procedure=bool(statement.is_procedure))


def name_routine(
    name: Iterable[Any] | None, parameters: Iterable[Any] | None, *, is_procedure: bool
) -> Routine:
    """Return a routine by the parts of its name and the types of its parameters."""
    types = ", ".join(_print(parameter) for parameter in parameters or ())
    signature = f"{'.'.join(part.sval for part in name or ())}({types})"
    return Routine("procedure" if is_procedure else "function", signature)


def read_shape(statement: ast.CreateFunctionStmt) -> Shape:
    """Return what of a routine `create or replace` keeps."""
    parameters = tuple(statement.parameters or ())
    return Shape(
        _print(statement.returnType) if statement.returnType else "",
        tuple((one.name or "", str(one.mode), _print(one.argType)) for one in parameters),
        frozenset(number for number, one in enumerate(parameters) if one.defexpr),
    )


def _print(node: Any) -> str:  # noqa: ANN401
    return str(RawStream()(node))
