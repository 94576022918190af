"""Every name that a routine looks up when it runs: types, relations, functions, in dynamic SQL too.

With `search_path = pg_catalog, pg_temp` a name without a schema is either the catalog's or whatever
the caller has put into its temporary schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast
from pglast.enums import A_Expr_Kind
from pglast.visitors import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

# As PostgreSQL's RawParseMode has them.
_STATEMENT, _EXPRESSION = 0, 2
_DECLARATION = re.compile(
    r"^\s*([vc]_\w+)\s+(?:constant\s+)?(.+?)\s*(?::=.*|default .*)?;?$", re.MULTILINE
)
ROWS_OF_A_TRIGGER = re.compile(r"\b(?:old|new)\s+table\s+as\s+(\w+)")
_NAMED_BY_GRAMMAR = {
    A_Expr_Kind.AEXPR_BETWEEN,
    A_Expr_Kind.AEXPR_NOT_BETWEEN,
    A_Expr_Kind.AEXPR_BETWEEN_SYM,
    A_Expr_Kind.AEXPR_NOT_BETWEEN_SYM,
}
_LOOKED_UP_FROM_TEXT = {
    "regclass": "relation",
    "to_regclass": "relation",
    "regtype": "type",
    "to_regtype": "type",
    "regproc": "function",
    "to_regproc": "function",
    "regprocedure": "function",
    "to_regprocedure": "function",
}


@dataclass(frozen=True)
class Name:
    """A name as it is written: `parts` of one have no schema."""

    kind: str
    parts: tuple[str, ...]

    @property
    def is_qualified(self) -> bool:
        return len(self.parts) > 1

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(self.parts)}"


@dataclass
class _Names(Visitor):
    """Collects names of one statement; common table expressions and the like are its own."""

    found: set[Name] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    def _add(self, kind: str, parts: Any) -> None:
        self.found.add(Name(kind, tuple(part.sval for part in parts)))

    def visit_CommonTableExpr(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.own.add(node.ctename)

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add("function", node.funcname)
        self._from_text(node.funcname[-1].sval, node.args[0] if node.args else None)

    def visit_TypeCast(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._from_text(node.typeName.names[-1].sval, node.arg)

    def visit_TypeName(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add("type", node.names)

    def visit_A_Expr(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if node.kind in _NAMED_BY_GRAMMAR:
            return
        self._add("operator", node.name)

    def visit_SortBy(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if node.useOp:
            self._add("operator", node.useOp)

    def visit_CollateClause(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self._add("collation", node.collname)

    def visit_LockingClause(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.own |= {relation.relname for relation in node.lockedRels or ()}

    def visit_RangeVar(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        parts = (node.schemaname, node.relname) if node.schemaname else (node.relname,)
        self.found.add(Name("relation", parts))

    def visit_DropStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        for named in node.objects:
            self._add("relation", named)

    def visit_CommentStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if isinstance(node.object, ast.ObjectWithArgs):
            self._add("function", node.object.objname)
        else:
            self._add("relation", node.object)

    def _from_text(self, looks_up: str, argument: Any) -> None:
        kind = _LOOKED_UP_FROM_TEXT.get(looks_up)
        while isinstance(argument, ast.A_Expr):  # 'wa.' || name
            argument = argument.lexpr
        if kind and isinstance(argument, ast.FuncCall) and argument.args:  # format('wa.%I', name)
            argument = argument.args[0]
        if kind and isinstance(argument, ast.A_Const) and isinstance(argument.val, ast.String):
            written = str(argument.val.sval).partition("(")[0]
            self.found.add(Name(kind, tuple(written.split("."))))


def names_in_statement(text: str) -> set[Name]:
    """Return the names that a statement looks up but for those that it makes itself."""
    names = _Names()
    names(pglast.parse_sql(text))
    return {
        one
        for one in names.found
        if not (one.kind == "relation" and not one.is_qualified and one.parts[0] in names.own)
    }


def names_in_routines(text: str) -> set[Name]:
    """Return the names that the bodies of the routines of a file look up.

    What a trigger calls the rows of its statement is found before any relation.
    """
    rows = {Name("relation", (name,)) for name in ROWS_OF_A_TRIGGER.findall(text)}
    return set[Name]().union(*map(names_in_statement, statements_of_routines(text))) - rows


@cache
def statements_of_routines(text: str) -> tuple[str, ...]:
    """Return each statement that the bodies of the routines of a file run or put together.

    Expressions and declared types are statements that select them.
    """
    statements = list[str]()
    for raw in pglast.parse_sql(text):
        if isinstance(raw.stmt, ast.CreateFunctionStmt):
            start = raw.stmt_location or 0
            end = start + raw.stmt_len if raw.stmt_len else None
            statements += _statements_of_routine(raw.stmt, text[start:end])
    return tuple(statements)


def _statements_of_routine(created: Any, definition: str) -> list[str]:
    options = {option.defname: option.arg for option in created.options}
    body = options["as"][0].sval
    if options["language"].sval == "sql":
        return [body]
    # The parser knows no schema of ours, and no array but of the catalog's types.
    readable = re.sub(r"public\.\w+\[\]", "text[]", definition.replace("wa.", "public."))
    (parsed,) = pglast.parse_plpgsql(readable)
    return [*_queries(parsed), *_declared_types(parsed, body), *_dynamic(parsed)]


def _queries(tree: Any) -> Iterator[str]:
    for node in _nodes(tree, "PLpgSQL_expr"):
        query, mode = str(node["query"]), node["parseMode"]
        if mode == _STATEMENT:
            yield query
        elif mode == _EXPRESSION:
            yield f"select {query}"
        else:
            yield f"select {query.partition(':=')[2] or query.partition('=')[2]}"


def _declared_types(tree: Any, body: str) -> Iterator[str]:
    declared = dict(_DECLARATION.findall(body.partition("\nbegin")[0]))
    known = {
        one["refname"] for kind in ("PLpgSQL_var", "PLpgSQL_rec") for one in _nodes(tree, kind)
    }
    counters = {one["var"]["PLpgSQL_var"]["refname"] for one in _nodes(tree, "PLpgSQL_stmt_fori")}
    missed = {name for name in known - counters if name.startswith(("v_", "c_"))} - set(declared)
    assert not missed, f"declared in another way than the rest: {missed}"
    for written in declared.values():
        if written == "record":
            continue
        if written.endswith("%rowtype"):
            yield f"select from {written.removesuffix('%rowtype')}"
        elif written.endswith("%type"):
            if of := written.rpartition(".")[0]:
                yield f"select from {of}"
        else:
            yield f"select null::{written}"


def _dynamic(tree: Any) -> Iterator[str]:
    """Yield the statements that are put together, with something in each place that is filled.

    `%I` becomes a name without a schema, `%s` one with it: `regclass` and the like print it.
    """
    for node in _nodes(tree, "PLpgSQL_stmt_dynexecute"):
        text = _executed_text(node["query"]["PLpgSQL_expr"]["query"])
        texts = [text] if text is not None else _formatted_texts(tree)
        for one in texts:
            filled = (re.sub(r"%(\d\$)?[IsL]", partial(_fill, name), one) for name in ("x.x", "x"))
            statement = next(filter(_is_statement, filled), None)
            assert statement or text is None, f"nobody can read what this executes: {one}"
            if statement:
                yield statement


def _fill(name: str, place: re.Match[str]) -> str:
    return {"L": "''", "I": "x", "s": name}[place[0][-1]]


def _is_statement(text: str) -> bool:
    try:
        pglast.parse_sql(text)
    except pglast.parser.ParseError:
        return False
    return True


def _executed_text(expression: str) -> str | None:
    """Return the text that is executed, or what `format` makes it of; None for a variable."""
    statement: Any = pglast.parse_sql(f"select {expression}")[0].stmt
    value = statement.targetList[0].val
    if isinstance(value, ast.ColumnRef):
        return None
    arguments: Any = getattr(value, "args", None)
    literal: Any = arguments[0] if arguments else value
    return str(literal.val.sval)


def _formatted_texts(tree: Any) -> list[str]:
    """Return what `format` makes texts of, anywhere in a routine."""
    formats = _Formats()
    for statement in _queries(tree):
        formats(pglast.parse_sql(statement))
    return formats.texts


@dataclass
class _Formats(Visitor):
    """Collects the first argument of each `format`."""

    texts: list[str] = field(default_factory=list)

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if node.funcname[-1].sval == "format":
            self.texts.append(str(node.args[0].val.sval))


def _nodes(tree: Any, key: str) -> Iterator[Any]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from _nodes(value, key)
    elif isinstance(tree, list):
        for one in tree:
            yield from _nodes(one, key)
