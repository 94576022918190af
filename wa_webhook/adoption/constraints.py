"""The constraints of an adopted table: what breaks them, and what of its own may break us."""

# Names in statements are those of our own migrations.
# ruff: noqa: S608

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from pglast.enums import ConstrType
from psycopg.rows import class_row

from wa_webhook.adoption.conflict import ANOTHER_SCHEMA, Conflict, mend_rows, quoted, set_aside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection

    from wa_webhook.adoption.changes import Changes
    from wa_webhook.adoption.wanted import WantedConstraint

_CONSTRAINTS = """
select
    conname::text as name,
    contype::text as kind,
    replace(pg_catalog.pg_get_constraintdef(oid), ' NOT VALID', '') as definition,
    array(
        select attname::text from pg_catalog.pg_attribute
        where attrelid = conrelid and attnum = any(conkey)
    ) as columns
from pg_catalog.pg_constraint
where conrelid = %(table)s::regclass and contype in ('p', 'u', 'c', 'f', 'x')
union all
select
    (select relname::text from pg_catalog.pg_class where oid = indexrelid),
    'i',
    pg_catalog.pg_get_indexdef(indexrelid),
    array(
        select attname::text from pg_catalog.pg_attribute
        where attrelid = indrelid and attnum = any(indkey)
    )
from pg_catalog.pg_index
where indrelid = %(table)s::regclass and indisunique
    and not exists (select from pg_catalog.pg_constraint where conindid = indexrelid)
order by 1
"""
_FORM = (
    "coalesce(left(regexp_replace(regexp_replace({}::text, '[0-9]', '9', 'g'),"
    " '[[:alpha:]]', 'x', 'g'), 60), 'null')"
)


@dataclass(frozen=True)
class Constraint:
    """A constraint that the table has. `kind` is pg_constraint.contype, or i for a unique index."""

    name: str
    kind: str
    definition: str
    columns: list[str]


class AdoptedConstraints:
    """`wanted` are the constraints of the migration, `columns` its columns.

    `missing` maps those that the table had not to what they are filled with. Columns that are put
    into `unfit` have another type or source: that is a conflict, and what rests on them is left.
    """

    def __init__(
        self,
        database: Connection[Any],
        changes: Changes,
        table: str,
        wanted: Sequence[WantedConstraint],
        columns: set[str],
        missing: Mapping[str, str],
    ) -> None:
        self._database = database
        self._changes = changes
        self._table = table
        self._wanted = wanted
        self._columns = columns
        self._missing = missing
        self._foreign = [one for one in wanted if one.kind == ConstrType.CONSTR_FOREIGN]
        self._conflicts: list[Conflict] = []
        self.unfit: set[str] = set()

    def validate(self) -> list[Conflict]:
        """Validate foreign keys, once the rows that migrations insert are there."""
        self._conflicts = []
        for wanted in self._foreign:
            is_broken = self._is_broken(wanted)
            if not is_broken and any(one.name == wanted.name for one in self._read()):
                self._alter(f"validate constraint {wanted.name}")
        return self._conflicts

    def adopt(self) -> list[Conflict]:
        """Add or rename what is wanted, and return what is in the way.

        Foreign keys hold for new rows only, until they are validated.
        """
        before = self._read()
        for constraint in self._wanted:
            self._take(constraint, before)
        wanted = {one.name for one in self._wanted}
        after = self._read()
        allowed = {one.definition for one in after if one.name in wanted}
        for other in after:
            is_ours = other.name in wanted or other.definition in allowed
            if not is_ours and set(other.columns) & self._columns:
                drop = (
                    f"drop index {self._table.partition('.')[0]}.{quoted(other.name)};"
                    if other.kind == "i"
                    else f"alter table {self._table} drop constraint {quoted(other.name)};"
                )
                problem = f"{other.name} may refuse what is written here: {other.definition}"
                beside = (
                    f"if the table is your app's own: {ANOTHER_SCHEMA}"
                    if other.kind == "f"
                    else None
                )
                self._conflicts.append(Conflict(self._table, problem, drop, beside))
        return self._conflicts

    def find_unknown(self, column: str, known: Sequence[str]) -> list[Conflict]:
        """Return the conflict of rows whose column has none of the values `known`, if any has."""
        if column in self.unfit:
            return []
        try:
            with self._database.transaction():
                row = self._database.execute(
                    f"select count(*), min({_FORM.format(column)}),"
                    f" string_agg(distinct quote_literal({column}), ', ')"
                    f" from {self._table} where {column} <> all(%s)".encode(),
                    (list(known),),
                ).fetchone()
        except psycopg.errors.UndefinedColumn:
            return []  # the table is a conflict already
        assert row is not None  # noqa: S101 (an aggregate returns one row)
        rows, example, values = row
        if not rows:
            return []
        name = f"{self._table.partition('.')[2]}_{column}"
        mend = mend_rows(self._table, name, f"{column} in ({values})", "")
        problem = f"column {column} names what no flow declares"
        return [Conflict(self._table, problem, *mend, rows, f"{column}: {example}")]

    def primary_keys(self) -> tuple[list[str], list[str]]:
        """Return the columns of the primary key that is wanted, and of the one that is there."""
        ours = [one.columns for one in self._wanted if one.kind == ConstrType.CONSTR_PRIMARY]
        theirs = [one.columns for one in self._read() if one.kind == "p"]
        return (ours or [[]])[0], (theirs or [[]])[0]

    def _take(self, wanted: WantedConstraint, before: list[Constraint]) -> None:
        if wanted.kind in {ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_UNIQUE}:
            keys = set(wanted.columns)
            kind = "p" if wanted.kind == ConstrType.CONSTR_PRIMARY else "u"
            same = [one for one in before if (one.kind, set(one.columns)) == (kind, keys)]
            if same and all(one.name != wanted.name for one in same):
                self._alter(f"rename constraint {quoted(same[0].name)} to {wanted.name}")
            if same:
                return
            other = [one for one in before if one.kind == kind == "p"]
            if other and set(other[0].columns) < keys:
                # What is told apart by less is told apart by more.
                self._alter(f"drop constraint {quoted(other[0].name)}")
                before = [one for one in before if one not in other]
            elif other:
                self._conflicts.append(
                    Conflict(
                        self._table,
                        f"the primary key is {other[0].columns}, not {wanted.columns}",
                        f"alter table {self._table} drop constraint {quoted(other[0].name)};",
                        set_aside(self._table),
                    )
                )
                return
        same_name = [one for one in before if one.name == wanted.name]
        renamed = f"{wanted.name}_before"
        if same_name:
            self._alter(f"rename constraint {wanted.name} to {renamed}")
        if wanted in self._foreign and not self.unfit & set(wanted.columns):
            self._alter(f"add {wanted.text} not valid")
        elif not self._is_broken(wanted):
            self._alter(f"add {wanted.text}")
        definitions = {one.name: one.definition for one in self._read()}
        if same_name and definitions.get(wanted.name) == definitions[renamed]:
            self._alter(f"drop constraint {renamed}")

    def _is_broken(self, wanted: WantedConstraint) -> bool:
        if self.unfit & self._used_columns(wanted):
            return True
        condition, problem = self._condition(wanted)
        if condition is None:
            return self._has_duplicates(wanted)
        columns = wanted.columns or sorted(self._used_columns(wanted))
        shown = ", ".join(_FORM.format(one) for one in columns) or "''"
        try:
            with self._database.transaction():
                rows = self._database.execute(
                    f"select count(*), (array_agg(concat_ws(' | ', {shown})))[1]"
                    f" from {self._table} where {condition}".encode()
                ).fetchone()
        except psycopg.errors.UndefinedColumn:
            return True  # the column is a conflict already
        assert rows is not None  # noqa: S101 (an aggregate returns one row)
        if rows[0]:
            condition = self._mendable(wanted, condition)
            missing = self._select_missing(set(re.findall(r"\w+", wanted.check or "")))
            mend = mend_rows(self._table, wanted.name, condition, missing)
            example = f"{', '.join(columns)}: {rows[1]}" if columns else None
            self._conflicts.append(Conflict(self._table, problem, *mend, rows[0], example))
        return bool(rows[0])

    def _condition(self, wanted: WantedConstraint) -> tuple[str | None, str]:
        """Return what is true of rows that break the constraint, and how to say it."""
        if wanted.check is not None:
            return f"not ({wanted.check})", f"{wanted.name} does not hold"
        if wanted.parent is None:
            return None, ""
        column = wanted.columns[0]
        return (
            f"{column} is not null and not exists (select from {wanted.parent} as parent"
            f" where parent.{wanted.parent_key} = {self._table}.{column})",
            f"column {column} names what is not in {wanted.parent}",
        )

    def _mendable(self, wanted: WantedConstraint, condition: str) -> str:
        """Return the condition without tables that exist only after the run."""
        schema = self._table.partition(".")[0]
        if wanted.parent is None or wanted.parent.partition(".")[0] == schema:
            return condition
        column = wanted.columns[0]
        values = self._database.execute(
            f"select string_agg(distinct quote_literal({column}), ', ')"
            f" from {self._table} where {condition}".encode()
        ).fetchone()
        return f"{column} in ({values[0] if values else ''})"

    def _used_columns(self, wanted: WantedConstraint) -> set[str]:
        words = set(re.findall(r"\w+", wanted.check or ""))
        return set(wanted.columns) or self._columns & words

    def _has_duplicates(self, wanted: WantedConstraint) -> bool:
        listed = ", ".join(wanted.columns)
        present = " and ".join(f"{one} is not null" for one in wanted.columns)
        repeated = f"where {present} group by {listed} having count(*) > 1"
        row = self._database.execute(
            f"select count(*) from (select from {self._table} {repeated}) as key".encode()
        ).fetchone()
        if row and row[0]:
            missing = self._select_missing(set(wanted.columns))
            source = self._table + (
                f" cross join lateral ({missing}) as missing" if missing else ""
            )
            self._conflicts.append(
                Conflict(
                    self._table,
                    f"{listed} is not unique, keys that several rows have",
                    f"select * from {source} where ({listed}) in"
                    f" (select {listed} from {source} {repeated}) order by {listed};",
                    "merge or change what it shows",
                    row[0],
                )
            )
        return bool(row and row[0])

    def _select_missing(self, names: set[str]) -> str:
        """Return a select of columns that exist in the transaction only, as they will be filled."""
        used = [f"{self._missing[one]} as {one}" for one in sorted(names & self._missing.keys())]
        return f"select {', '.join(used)}" if used else ""

    def _read(self) -> list[Constraint]:
        with self._database.cursor(row_factory=class_row(Constraint)) as cursor:
            return cursor.execute(_CONSTRAINTS.encode(), {"table": self._table}).fetchall()

    def _alter(self, change: str) -> None:
        self._conflicts += self._changes.alter(self._table, change)
