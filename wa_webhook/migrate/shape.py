"""Whether a database has what migrations make: tables with their columns, constraints and indexes.

Read from the migrations themselves, by PostgreSQL's own parser. Columns may be in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pglast
from pglast import ast
from pglast.stream import RawStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

    from wa_webhook.migrate.files import Migration
    from wa_webhook.naming.rewriting import Rewriter

_MISSING = """
select wanted.kind || ' ' || coalesce(wanted.name || ' of ', '') || wanted.relation
from rows from (
  pg_catalog.unnest(%s::text[]), pg_catalog.unnest(%s::text[]),
  pg_catalog.unnest(%s::text[]), pg_catalog.unnest(%s::text[])
) with ordinality as wanted (kind, relation, name, type, place)
where not case wanted.kind
  when 'column' then exists (
    select from pg_catalog.pg_attribute
    where attrelid = pg_catalog.to_regclass(wanted.relation) and attname = wanted.name
      and atttypid = pg_catalog.to_regtype(wanted.type) and not attisdropped
  )
  when 'constraint' then exists (
    select from pg_catalog.pg_constraint
    where conrelid = pg_catalog.to_regclass(wanted.relation) and conname = wanted.name
      and convalidated
  )
  when 'index' then exists (
    select from pg_catalog.pg_index
    inner join pg_catalog.pg_class on pg_class.oid = indexrelid
    where indrelid = pg_catalog.to_regclass(wanted.relation) and relname = wanted.name
      and indisvalid
  )
  else pg_catalog.to_regclass(wanted.relation) is not null
end
order by wanted.place
"""

_Wanted = tuple[str, str, str | None, str | None]
"""Kind, relation with its schema, name in it, type of a column."""


def list_missing(
    database: Connection[Any], migrations: Iterable[Migration], rewriter: Rewriter
) -> list[str]:
    """Return what the database lacks of what `migrations` make, with the names of `rewriter`.

    A constraint or index that is there and not valid is missing.
    """
    wanted = [
        one
        for migration in migrations
        for raw in pglast.parse_sql(rewriter.rewrite(migration.text))
        for one in _made_by(raw.stmt)
    ]
    columns = [list(column) for column in zip(*wanted, strict=True)]
    return [missing for (missing,) in database.execute(_MISSING, columns).fetchall()]


def _made_by(statement: ast.Node | None) -> Iterator[_Wanted]:
    if isinstance(statement, ast.CreateStmt):
        table = _name_of(statement.relation)
        yield "table", table, None, None
        for element in statement.tableElts or ():
            if isinstance(element, ast.Constraint):
                yield "constraint", table, element.conname, None
            elif isinstance(element, ast.ColumnDef):
                yield "column", table, element.colname, RawStream()(element.typeName or "")
    elif isinstance(statement, ast.IndexStmt):
        yield "index", _name_of(statement.relation), statement.idxname, None
    elif isinstance(statement, ast.ViewStmt):
        yield "view", _name_of(statement.view), None, None


def _name_of(relation: ast.RangeVar | None) -> str:
    assert relation is not None  # noqa: S101
    return f"{relation.schemaname}.{relation.relname}"
