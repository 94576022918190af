"""What was meant by a name that is not there."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pglast import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wa_webhook.bodies.expressions import Expression, Use
    from wa_webhook.bodies.server import Refusal, Server

_NO_COLUMN, _NO_ROUTINE, _NO_TABLE = "42703", "42883", "42P01"
_MOST_ROUTINES = 2


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that is most like `name`, None where none is."""
    return next(iter(get_close_matches(name, sorted(names), 1)), None)


def did_you_mean(name: str | None) -> str | None:
    """Ask whether `name` was meant, where there is one."""
    return name and f"Did you mean {name}?"


def hint_at(
    server: Server,
    expression: Expression,
    uses: Sequence[Use],
    position: int,
    refusal: Refusal,
    schemas: Sequence[str],
) -> str | None:
    """Return what was meant at `position` of an expression's SQL, the server's own hint first.

    `schemas`: where a table may be whose name is written without one.
    """
    at = [node for node in expression.nodes if getattr(node, "location", None) == position]
    if refusal.sqlstate == _NO_ROUTINE:
        called: Any = next((node for node in at if isinstance(node, ast.FuncCall)), None)
        return _near_routine(server, [part.sval for part in called.funcname]) if called else None
    if refusal.hint is not None:
        return refusal.hint
    if refusal.sqlstate == _NO_TABLE:
        table: Any = next((node for node in at if isinstance(node, ast.RangeVar)), None)
        return _near_table(server, table, schemas) if table else None
    if refusal.sqlstate == _NO_COLUMN:
        for use in uses:
            if use.field and (use.start <= position <= use.end + 1 + len(use.field)):
                columns = server.list_columns(use.type)
                return None if use.field in columns else did_you_mean(nearest(use.field, columns))
    return None


def _near_routine(server: Server, name: Sequence[str]) -> str | None:
    if len(name) < 2:
        return None
    known = server.list_routines(name[0])
    if same := [call for other, call in known if other == name[1]]:
        return f"There is {', and '.join(same[:_MOST_ROUTINES])}."
    near = nearest(name[1], {other for other, _ in known})
    return near and did_you_mean(f"{name[0]}.{near}")


def _near_table(server: Server, table: Any, schemas: Sequence[str]) -> str | None:  # noqa: ANN401
    known = server.list_relations([table.schemaname] if table.schemaname else schemas)
    same = [name for name in known if name.rpartition(".")[2] == table.relname]
    written = f"{table.schemaname or schemas[0]}.{table.relname}"
    return did_you_mean(same[0] if same else nearest(written, known))
