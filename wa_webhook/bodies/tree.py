"""What pglast tells of a body: names that stand anywhere in it.

Source: https://github.com/pganalyze/libpg_query, whose JSON of PL/pgSQL this is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_NAME = re.compile(r'\A\s*"?(\w+)')


def _parts(node: object) -> Iterator[tuple[str, Any]]:
    """Yield every member of every object, with its name."""
    if isinstance(node, list):
        for one in node:
            yield from _parts(one)
    elif isinstance(node, dict):
        for name, value in node.items():
            yield name, value
            yield from _parts(value)


def find_members(node: object, name: str) -> Iterator[str]:
    """Yield each member of this name: `label` of blocks and loops, `condname` of handlers."""
    return (value for known, value in _parts(node) if known == name)


def find_targets(node: object) -> Iterator[str]:
    """Yield the names of variables that something is put into, once for each time."""
    for kind, value in _parts(node):
        if kind == "PLpgSQL_rec":
            yield value.get("refname", "")
        elif kind == "PLpgSQL_row":
            yield from (field["name"].partition(".")[0] for field in value.get("fields", []))
        elif kind == "PLpgSQL_stmt_call":
            yield from re.findall(r"\w+", value["expr"]["PLpgSQL_expr"]["query"])
        elif kind == "PLpgSQL_expr" and value.get("parseMode", 0) > 2:
            yield from (name.lower() for name in _FIRST_NAME.findall(value["query"]))


def record_of(target: Any) -> str:  # noqa: ANN401
    """Return the name of the record that is a target as a whole; empty where none is."""
    record = target.get("PLpgSQL_rec") if isinstance(target, dict) else None
    return record.get("refname", "") if record else ""
