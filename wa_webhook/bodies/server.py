"""What a database says of SQL that it analyses, of routines, and of types."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from psycopg.errors import Diagnostic
from psycopg.pq import ExecStatus
from psycopg.rows import tuple_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from psycopg import Connection

_ROUTINES = """
select
  routine.proargnames, routine.proargmodes::text[],
  coalesce(
    routine.proallargtypes,
    pg_catalog.string_to_array(nullif(routine.proargtypes::text, ''), ' ')::oid[],
    array[]::oid[]
  ),
  routine.oid, namespace.nspname || '.' || routine.proname as name, language.lanname,
  routine.prosrc, routine.prokind = 'p', routine.proretset, routine.prorettype,
  (
    select pg_catalog.substr(setting.value, 13)
    from pg_catalog.unnest(routine.proconfig) as setting (value)
    where pg_catalog.starts_with(setting.value, 'search_path=')
  )
from pg_catalog.pg_proc as routine
inner join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
inner join pg_catalog.pg_language as language on language.oid = routine.prolang
where namespace.nspname || '.' || routine.proname = any (%s::text[]) and routine.prosrc <> ''
order by name, routine.oid
"""

_COLUMNS = """
select pg_catalog.array_agg(attribute.attname::text order by attribute.attnum)
from pg_catalog.pg_type as type
inner join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = type.typrelid and attribute.attnum > 0 and not attribute.attisdropped
where type.oid = %s
"""

_TYPES_OF_COLUMNS = """
select attribute.atttypid
from pg_catalog.pg_attribute as attribute
where attribute.attrelid = pg_catalog.to_regclass(%s)
  and attribute.attname = %s and attribute.attnum > 0 and not attribute.attisdropped
"""

_ROUTINES_IN = """
select
  routine.proname::text,
  pg_catalog.format(
    '%%I.%%I(%%s)', namespace.nspname, routine.proname,
    pg_catalog.pg_get_function_arguments(routine.oid)
  )
from pg_catalog.pg_proc as routine
inner join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
where namespace.nspname = %s and routine.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
order by 1, 2
"""

_RELATIONS_IN = """
select namespace.nspname || '.' || relation.relname
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
where namespace.nspname = any (%s::text[]) and relation.relkind in ('r', 'p', 'v', 'm', 'f')
order by 1
"""

_SAVEPOINT = b"savepoint wa_bodies"
_ROLLBACK = b"rollback to savepoint wa_bodies"


@dataclass(frozen=True)
class Argument:
    """An argument of a routine; `mode` is that of pg_proc.proargmodes, `name` may be empty."""

    name: str
    mode: str
    type: int


@dataclass(frozen=True)
class Routine:
    """A routine as pg_proc has it; `name` has its schema."""

    arguments: tuple[Argument, ...]
    oid: int
    name: str
    language: str
    body: str
    is_procedure: bool
    returns_set: bool
    result: int
    search_path: str | None


@dataclass(frozen=True)
class Refusal:
    """What the server says against SQL; `position` is where in it, from 0."""

    sqlstate: str
    message: str
    hint: str | None
    position: int | None


class Server:
    """A connection in a transaction, of which nothing stays."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._codec = connection.info.encoding

    def set_path(self, search_path: str) -> None:
        """Look names up where a routine with this setting does."""
        self._connection.execute(
            "select pg_catalog.set_config('search_path', %s, true)", (search_path,)
        )
        self._connection.execute(_SAVEPOINT)

    def undo(self) -> None:
        """Go on after an error."""
        self._connection.execute(_ROLLBACK)

    def prepare(self, sql: str, types: Sequence[int]) -> Refusal | dict[str, int] | None:
        """Analyse SQL with parameters of these types; nothing is executed.

        Returns the types of its columns, or None where two of them have the same name.
        """
        link = self._connection.pgconn
        result = link.prepare(b"", sql.encode(self._codec), types)
        if result.status != ExecStatus.COMMAND_OK:
            refusal = _read(Diagnostic(result, self._codec))
            self.undo()
            return refusal
        described = link.describe_prepared(b"")
        columns = {
            (described.fname(index) or b"").decode(self._codec): described.ftype(index)
            for index in range(described.nfields)
        }
        return columns if len(columns) == described.nfields else None

    def validate(self, routine: Routine) -> Refusal | None:
        """Have the server analyse the body of a routine in the language SQL."""
        link = self._connection.pgconn
        link.exec_(b"set local check_function_bodies = on")
        result = link.exec_(b"select pg_catalog.fmgr_sql_validator(%d)" % routine.oid)
        if result.status == ExecStatus.TUPLES_OK:
            return None
        refusal = _read(Diagnostic(result, self._codec), is_internal=True)
        self.undo()
        return refusal

    def read_routines(self, names: Iterable[str]) -> list[Routine]:
        """Return the routines of these names, each with its schema."""
        found = []
        for names_of, modes, types, *known in self._rows(_ROUTINES, (list(names),)):
            # Without any, or with one for each argument.
            arguments = zip_longest(names_of or (), modes or (), types)
            taken = tuple(Argument(name or "", mode or "i", oid) for name, mode, oid in arguments)
            found.append(Routine(taken, *known))
        return found

    def read_kinds(self, types: Iterable[int]) -> Mapping[int, str]:
        """Return pg_type.typtype by OID."""
        query = "select oid, typtype::text from pg_catalog.pg_type where oid = any (%s::oid[])"
        return dict(self._rows(query, (sorted(set(types)),)))

    def find_type(self, name: str) -> int | None:
        """Return the OID of the type that is written so; None where there is none."""
        rows = self._rows("select pg_catalog.to_regtype(%s)::oid", (name,))
        return rows[0][0] if rows else None

    def find_type_of(self, relation: str, column: str) -> int | None:
        """Return the OID of a column's type, or None."""
        rows = self._rows(_TYPES_OF_COLUMNS, (relation, column))
        return rows[0][0] if rows else None

    def list_columns(self, of_type: int) -> list[str]:
        """Return the names of a row type's columns."""
        (row,) = self._rows(_COLUMNS, (of_type,))
        return row[0] or []

    def list_routines(self, schema: str) -> list[tuple[str, str]]:
        """Return the names of a schema's routines, each with how it is called."""
        return self._rows(_ROUTINES_IN, (schema,))

    def list_relations(self, schemas: Sequence[str]) -> list[str]:
        """Return tables and views, with their schemas."""
        return [name for (name,) in self._rows(_RELATIONS_IN, (list(schemas),))]

    def _rows(self, query: str, parameters: tuple[Any, ...]) -> list[Any]:
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(query.encode(), parameters).fetchall()


def _read(told: Diagnostic, *, is_internal: bool = False) -> Refusal:
    position = told.internal_position if is_internal else told.statement_position
    return Refusal(
        told.sqlstate or "",
        told.message_primary or "",
        told.message_hint,
        int(position) - 1 if position else None,
    )
