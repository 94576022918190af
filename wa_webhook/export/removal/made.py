"""What a database was given, by name: all that its migrations make, and the routines that it noted.

Something of another name is not ours, wherever it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pglast import ast

from wa_webhook.migrate import kept_names
from wa_webhook.migrate.signatures import name_of, shape_of, signature_of
from wa_webhook.migrate.statements import parse_statements
from wa_webhook.naming.names import DEFAULT_PRIVATE_SCHEMA, DEFAULT_SCHEMA
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wa_webhook.migrate import Manifest
    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.names import Names

_NAME_IN = {
    ast.CreateStmt: "relation",
    ast.ViewStmt: "view",
    ast.CreateTableAsStmt: "into",
    ast.CreateSeqStmt: "sequence",
    ast.CompositeTypeStmt: "typevar",
    ast.CreateEnumStmt: "typeName",
    ast.CreateRangeStmt: "typeName",
    ast.CreateDomainStmt: "domainname",
    ast.CreateFunctionStmt: "funcname",
}
"""Statements that make something with a name of its own, and where that stands in them."""

# Some columns are added by what a block executes, where no parser finds them.
_ALTERED = re.compile(r"\balter table (?:if exists )?(?:only )?(\w+)\.(\w+)\s([^;]*)")
_COLUMN = re.compile(r"\b(?:add (?:column )?(?:if not exists )?|rename (?:column )?\w+ to )(\w+)")
_ROLE = re.compile(r"\bcomment on role (\w+) is '((?:[^']|'')*)'")


class Name(NamedTuple):
    """Of something in a schema."""

    schema: str
    name: str


@dataclass
class Made:
    """Names as a database has them, which may be chosen ones.

    `relations`: tables, views, sequences and types, with the columns that a table was given.
    `contract`: those of them, and `routines` those routines, that are in the schema of the
    contract, without it, where the files have it. `signatures`: of routines, the types that they
    take, separated by commas, and None where only the name is known. `roles`: with the comment that
    tells them from an app's own.
    """

    relations: dict[Name, set[str]] = field(default_factory=dict)
    signatures: dict[Name, str | None] = field(default_factory=dict)
    contract: set[str] = field(default_factory=set)
    routines: set[str] = field(default_factory=set)
    roles: dict[str, str] = field(default_factory=dict)


def read_made(source: Source, earlier: Manifest, names: Names) -> Made:
    """Return what `source` makes of what a database has, `earlier`."""
    made = Made()
    kept = Name(DEFAULT_PRIVATE_SCHEMA, kept_names.TABLE)
    found: dict[Name, set[str]] = {kept: set()}
    routines: dict[Name, str | None] = {}
    applied = (one for one in source.migrations if one.key in earlier.migrations)
    for migration in applied:
        for statement in parse_statements(migration):
            _follow(statement, found, routines)
        for schema, table, change in _ALTERED.findall(migration.text):
            found.setdefault(Name(schema, table), set()).update(_COLUMN.findall(change))
        for role, comment in _ROLE.findall(migration.text):
            if role in names.roles:
                made.roles[names.roles[role]] = comment.replace("''", "'")
    routines |= _noted(source, earlier, Rewriter(names))
    made.relations = {_chosen(name, names): columns for name, columns in found.items()}
    made.signatures = {_chosen(name, names): types for name, types in routines.items()}
    made.contract = {name for schema, name in found if schema == DEFAULT_SCHEMA}
    made.routines = {name for schema, name in routines if schema == DEFAULT_SCHEMA}
    return made


def _chosen(name: Name, names: Names) -> Name:
    return Name(names.schemas.get(name.schema, name.schema), name.name)


def _follow(
    statement: Any,  # noqa: ANN401
    found: dict[Name, set[str]],
    routines: dict[Name, str | None],
) -> None:
    if isinstance(statement, ast.DropStmt):
        for one in statement.objects or ():
            if gone := _name(getattr(one, "names", one)):
                found.pop(gone, None)
    elif isinstance(statement, ast.RenameStmt):
        before = None if statement.subname else _name(statement.relation)
        if before is not None:
            found[Name(before.schema, str(statement.newname))] = found.pop(before, set())
    elif name := _name(getattr(statement, _NAME_IN.get(type(statement), ""), None)):
        if isinstance(statement, ast.CreateFunctionStmt):
            routines[name] = None
        else:
            found[name] = _columns(statement)


def _name(named: Any) -> Name | None:  # noqa: ANN401
    """Return a name that stands with its schema; without one it may be anywhere."""
    if isinstance(named, tuple):
        parts = [part.sval for part in named]
    else:
        relation = getattr(named, "rel", named)
        parts = [getattr(relation, "schemaname", None), getattr(relation, "relname", None)]
    return Name(*parts) if len(parts) == 2 and all(parts) else None


def _columns(statement: Any) -> set[str]:  # noqa: ANN401
    elements = getattr(statement, "tableElts", None) or ()
    return {str(one.colname) for one in elements if isinstance(one, ast.ColumnDef)}


def _noted(source: Source, earlier: Manifest, rewriter: Rewriter) -> Mapping[Name, str | None]:
    """Return the routines that the history has, with their types where a file tells them."""
    files = {file.path: file for file in source.routines}
    noted: dict[Name, str | None] = {}
    for path, applied in earlier.files.items():
        if not applied.shape:
            continue
        file = files.get(path)
        signature = signature_of(file) if file and shape_of(file) == applied.shape else None
        schema, _, name = name_of(applied.shape).rpartition(".")
        # Without its schema it may be anywhere.
        if schema:
            noted[Name(schema, name)] = signature and ", ".join(map(rewriter.rewrite, signature[1]))
    return noted
