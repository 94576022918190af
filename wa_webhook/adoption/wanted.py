"""What a migration's `create table` asks for, read from PostgreSQL's own parse of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pglast
from pglast import ast
from pglast.enums import ConstrType
from pglast.stream import RawStream


@dataclass(frozen=True)
class WantedColumn:
    """`text` is the whole definition; `default` and `generated` are expressions."""

    name: str
    type: str
    text: str
    default: str | None
    is_required: bool
    generated: str | None
    is_identity: bool

    @property
    def value(self) -> str:
        """The expression that fills the column when it is added."""
        return self.generated or self.default or f"null::{self.type}"

    @property
    def is_generated(self) -> bool:
        """Whether it is computed from other columns."""
        return self.generated is not None


@dataclass(frozen=True)
class WantedConstraint:
    """`columns` are those of a key, `check` is an expression.

    `parent` and `parent_key` are what a foreign key refers to: a table with its schema, a column.
    """

    name: str
    kind: ConstrType
    text: str
    columns: list[str]
    check: str | None
    parent: str | None
    parent_key: str | None


@dataclass(frozen=True)
class WantedTable:
    """`options` are storage parameters, separated by commas."""

    schema: str
    short_name: str
    columns: list[WantedColumn]
    constraints: list[WantedConstraint]
    options: str
    is_partitioned: bool

    @property
    def name(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.short_name}"


@lru_cache(maxsize=1024)
def read_create(statement: str) -> WantedTable | None:
    """Return the table that the statement creates, if it does."""
    create = pglast.parse_sql(statement)[0].stmt
    if not isinstance(create, ast.CreateStmt) or create.relation is None:
        return None
    elements = create.tableElts or ()
    return WantedTable(
        schema=create.relation.schemaname or "",
        short_name=create.relation.relname or "",
        columns=[_read_column(one) for one in elements if isinstance(one, ast.ColumnDef)],
        constraints=[_read_constraint(one) for one in elements if isinstance(one, ast.Constraint)],
        options=", ".join(RawStream()(one) for one in create.options or ()),
        is_partitioned=create.partspec is not None,
    )


def _read_column(column: ast.ColumnDef) -> WantedColumn:
    constraints = {one.contype: one for one in column.constraints or ()}
    default = constraints.get(ConstrType.CONSTR_DEFAULT)
    generated = constraints.get(ConstrType.CONSTR_GENERATED)
    is_identity = ConstrType.CONSTR_IDENTITY in constraints
    return WantedColumn(
        name=column.colname or "",
        type=RawStream()(column.typeName or ""),
        text=RawStream()(column),
        default=RawStream()(default.raw_expr) if default is not None else None,
        is_required=is_identity or ConstrType.CONSTR_NOTNULL in constraints,
        generated=RawStream()(generated.raw_expr) if generated is not None else None,
        is_identity=is_identity,
    )


def _read_constraint(constraint: ast.Constraint) -> WantedConstraint:
    parent = constraint.pktable
    keys = constraint.keys or constraint.fk_attrs or ()
    return WantedConstraint(
        name=constraint.conname or "",
        kind=ConstrType(constraint.contype or 0),
        text=RawStream()(constraint),
        columns=[one.sval for one in keys],
        check=RawStream()(constraint.raw_expr) if constraint.raw_expr is not None else None,
        parent=f"{parent.schemaname}.{parent.relname}" if parent is not None else None,
        parent_key=constraint.pk_attrs[0].sval if constraint.pk_attrs else None,
    )
