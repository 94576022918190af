"""What identifies the routine of a file, and what of it `create or replace` cannot change."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pglast import ast
from pglast.enums import FunctionParameterMode
from pglast.stream import RawStream

from wa_webhook.migrate.errors import SourceError
from wa_webhook.migrate.statements import parse_statements

if TYPE_CHECKING:
    from wa_webhook.migrate.files import SqlFile

_MODES = {
    FunctionParameterMode.FUNC_PARAM_OUT: "out ",
    FunctionParameterMode.FUNC_PARAM_INOUT: "inout ",
    FunctionParameterMode.FUNC_PARAM_VARIADIC: "variadic ",
    FunctionParameterMode.FUNC_PARAM_TABLE: "table ",
}
_OUTPUT_MODES = {FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE}
_DEFAULT = " default"


@lru_cache(maxsize=1024)
def signature_of(file: SqlFile) -> tuple[str, list[str]] | None:
    """Return the name of a file's routine and the types that it takes; None where it makes none.

    Raises SourceError where it makes several, or cannot be parsed.
    """
    statement = _find_created(file)
    if statement is None:
        return None
    taken = (one for one in statement.parameters or () if one.mode not in _OUTPUT_MODES)
    return _name(statement), [_print(one.argType) for one in taken]


@lru_cache(maxsize=1024)
def shape_of(file: SqlFile) -> str:
    """Return name, parameters and result of a file's routine; empty for a file that makes none.

    As in `function wa.name(p_text text, p_limit integer default) returns text`. Raises SourceError
    as signature_of does.
    """
    statement = _find_created(file)
    if statement is None:
        return ""
    kind = "procedure" if statement.is_procedure else "function"
    parameters = ", ".join(_describe(one) for one in statement.parameters or ())
    result = f" returns {_print(statement.returnType)}" if statement.returnType else ""
    return f"{kind} {_name(statement)}({parameters}){result}"


def name_of(shape: str) -> str:
    """Return the name, with its schema, of the routine that has this shape."""
    return shape.partition("(")[0].partition(" ")[2]


def is_trigger(shape: str) -> bool:
    """Whether triggers call the routine that has this shape."""
    return shape.endswith(" returns trigger")


def can_become(shape: str, later: str) -> bool:
    """Whether `create or replace` takes a routine from one shape to the other.

    It adds defaults, and takes none away.
    """
    return shape.replace(_DEFAULT, "") == later.replace(_DEFAULT, "") and shape.count(
        _DEFAULT
    ) <= later.count(_DEFAULT)


@lru_cache(maxsize=1024)
def _find_created(file: SqlFile) -> ast.CreateFunctionStmt | None:
    created = [one for one in parse_statements(file) if isinstance(one, ast.CreateFunctionStmt)]
    if len(created) > 1:
        raise SourceError(f"{file.path}: makes more than one routine; each has a file of its own")
    return created[0] if created else None


def _name(statement: ast.CreateFunctionStmt) -> str:
    return ".".join(part.sval for part in statement.funcname or ())


def _describe(parameter: ast.FunctionParameter) -> str:
    mode = _MODES.get(parameter.mode, "")  # type: ignore[arg-type]
    name = f"{parameter.name} " if parameter.name else ""
    return f"{mode}{name}{_print(parameter.argType)}{_DEFAULT if parameter.defexpr else ''}"


_printed: dict[tuple[Any, ...], str] = {}


def _print(named: Any) -> str:  # noqa: ANN401
    """Return a type's name as it is written. Few make up all parameters, and printing is slow."""
    if named.typmods:
        return str(RawStream()(named))
    sizes = [size.ival for size in named.arrayBounds or ()]
    key = (*(part.sval for part in named.names), named.setof, named.pct_type, *sizes)
    if key not in _printed:
        _printed[key] = str(RawStream()(named))
    return _printed[key]
