"""Faults in Python, found in its syntax tree."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.mutants.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

_SWAPPED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}


def find_mutations(path: str, text: str) -> list[Mutation]:
    """Return every fault that can be made in a module."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def position(node: ast.expr, *, is_end: bool = False) -> int:
        line = (node.end_lineno if is_end else node.lineno) or 0
        column = (node.end_col_offset if is_end else node.col_offset) or 0
        whole = text[starts[line - 1] : starts[line]].encode()
        return starts[line - 1] + len(whole[:column].decode())

    found = []
    for left, operator, right, kind in _operators(ast.parse(text)):
        written, replacement = _SWAPPED[type(operator)]
        between = position(left, is_end=True), position(right)
        pattern = written.replace(" ", r"\s+")
        pattern = rf"\b{pattern}\b" if written.isalpha() or " " in written else re.escape(written)
        if place := re.search(pattern, text[slice(*between)]):
            start, end = (between[0] + one for one in place.span())
            found.append(Mutation(path, text, start, end, replacement, kind))
    return sorted(found, key=lambda one: one.start)


def _operators(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.AST, ast.expr, str]]:
    """Yield every comparison and connective with the expressions on both sides."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for place, operator in enumerate(node.ops):
                is_null_test = isinstance(operator, ast.Is | ast.IsNot)
                kind = "null test" if is_null_test else "comparison"
                yield sides[place], operator, sides[place + 1], kind
        elif isinstance(node, ast.BoolOp):
            for place, left in enumerate(node.values[:-1]):
                yield left, node.op, node.values[place + 1], "logic"
