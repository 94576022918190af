"""A routine as it is read outside a server, and what its names mean inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.bodies.declared import with_types
from wa_webhook.bodies.scope import RECORD, UNKNOWN, Scope, UndecidableError, Variable

if TYPE_CHECKING:
    from wa_webhook.bodies.declared import Declared
    from wa_webhook.bodies.server import Routine, Server

_VOID = 2278


def read_scope(server: Server, routine: Routine, declared: list[Declared]) -> tuple[Scope, str]:
    """Return the variables, and a `create` that pglast can read: of its types it knows none.

    Raises UndecidableError, and psycopg.Error where a type is unknown.
    """
    scope = Scope({}, frozenset({routine.name.rpartition(".")[2]}))
    types = {one.type for one in routine.arguments}
    found = [(one, _find_type(server, one, declared, routine)) for one in declared]
    kinds = server.read_kinds({*types, *(oid for _, oid in found if oid), routine.result})

    def variable(oid: int | None) -> Variable:
        if oid is None or (kinds.get(oid) == "p" and oid != RECORD):
            return UNKNOWN
        return Variable(oid, is_row=kinds.get(oid) == "c")

    def stub(oid: int | None) -> str:
        return "record" if oid == RECORD or kinds.get(oid or 0) == "c" else "text"

    arguments = []
    for one in routine.arguments:
        if one.name:
            scope.declare(one.name, variable(one.type))
        mode = {"o": "out", "b": "inout", "v": "variadic", "t": "out"}.get(one.mode, "")
        of_type = "text[]" if one.mode == "v" else stub(one.type)
        arguments.append(f'{mode} "{one.name}" {of_type}' if one.name else f"{mode} {of_type}")
    for its, oid in found:
        scope.declare(its.name, variable(oid))
    body = with_types(routine.body, [(its, stub(oid)) for its, oid in found if its.words])
    kind, result = "procedure", ""
    if not routine.is_procedure:
        returned = "void" if routine.result == _VOID else stub(routine.result)
        kind, result = "function", f"returns {'setof ' if routine.returns_set else ''}{returned}"
    quote = "$wa_bodies$"
    if quote in body:
        raise UndecidableError
    return scope, (
        f"create {kind} f({', '.join(arguments)}) {result} language plpgsql as {quote}{body}{quote}"
    )


def _find_type(
    server: Server, one: Declared, declared: list[Declared], routine: Routine
) -> int | None:
    words = one.words
    if not words:
        return None
    written = routine.body[one.start : one.end]
    if words == ("record",):
        return RECORD
    if words[-2:] == ("%", "rowtype"):
        return server.find_type(written.rpartition("%")[0].strip())
    if words[-2:] != ("%", "type"):
        return server.find_type(written)
    if len(words) == 3:
        arguments = (other.type for other in routine.arguments if other.name == words[0])
        others = (other for other in declared if other.name == words[0] and other != one)
        known = next(arguments, None)
        return known or next((_find_type(server, other, [], routine) for other in others), None)
    relation = written.rpartition("%")[0].rpartition(".")[0].strip()
    return server.find_type_of(relation, words[-3])
