"""One table brought to the shape of a `create table` in place: columns first, then constraints."""

# Names in statements are those of our own migrations.
# ruff: noqa: S608

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from wa_webhook.adoption.conflict import (
    ANOTHER_SCHEMA,
    REACHED_BY,
    VALUES,
    Conflict,
    quoted,
    set_aside,
)
from wa_webhook.adoption.constraints import AdoptedConstraints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from wa_webhook.adoption.changes import Changes
    from wa_webhook.adoption.wanted import WantedColumn, WantedTable

_COLUMNS = """
select
    attname::text as name,
    pg_catalog.format_type(atttypid, null) as type,
    attnotnull as is_required,
    atthasdef and attgenerated = '' or attidentity <> '' as has_default,
    attgenerated <> '' as is_generated,
    attidentity <> '' as is_identity
from pg_catalog.pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
order by attnum
"""


_NOTES = {
    """select tgname as name from pg_catalog.pg_trigger
       where tgrelid = '{table}'::regclass and not tgisinternal""": (
        "its triggers run on what is written here too: {}"
    ),
    """select grantee::regrole::text as name
       from pg_catalog.pg_class cross join pg_catalog.aclexplode(relacl)
       where pg_class.oid = '{table}'::regclass
           and grantee::regrole::text in ('anon', 'authenticated')""": (
        "closed to {}, as all of the contract; an app that reads it through the API needs a grant"
        " and a policy of its own, which are noted: docs/install/adopting.md"
    ),
}


@dataclass(frozen=True)
class Column:
    """A column that the table has."""

    name: str
    type: str
    is_required: bool
    has_default: bool
    is_generated: bool
    is_identity: bool


class AdoptedTable:
    """`wanted` is what the migration creates. `done` says what became of it."""

    def __init__(self, database: Connection[Any], wanted: WantedTable, changes: Changes) -> None:
        self._database = database
        self._changes = changes
        self._wanted = wanted
        self.short_name = wanted.short_name
        self._name = wanted.name
        with database.cursor(row_factory=class_row(Column)) as cursor:
            rows = cursor.execute(_COLUMNS.encode(), (wanted.name,)).fetchall()
        self._found = {one.name: one for one in rows}
        self.constraints = AdoptedConstraints(
            database,
            changes,
            wanted.name,
            wanted.constraints,
            {one.name for one in wanted.columns},
            {one.name: one.value for one in wanted.columns if one.name not in self._found},
        )
        self._conflicts: list[Conflict] = []
        self.done: list[str] = []

    def adopt(self) -> list[Conflict]:
        """Change the table, and return what is in the way."""
        found = self._found
        wanted = {one.name: one for one in self._wanted.columns}
        if self._is_of_others(found) or self._has_its_key_elsewhere(wanted, found):
            return self._conflicts
        self._say(wanted.keys() - found.keys(), found.keys() - wanted.keys())
        for name in wanted:
            if name in found:
                self._fit(wanted[name], found[name])
        for name in wanted:
            if name not in found:
                self._add(wanted[name])
        for name in sorted(found.keys() - wanted.keys()):
            self._check_extra(found[name])
        self._conflicts += self.constraints.adopt()
        if self._wanted.options:
            self._alter(f"set ({self._wanted.options})")
        return self._conflicts

    def _is_of_others(self, found: Mapping[str, Column]) -> bool:
        """Whether nobody in it can be reached on WhatsApp, as in a table of an app's own users."""
        columns = REACHED_BY.get(self.short_name, ())
        if not columns or found.keys() & columns:
            return False
        self._conflict(
            f"has no column {columns[0]}: nobody in it can be reached on WhatsApp",
            f"leave it as it is, and install beside it: {ANOTHER_SCHEMA}",
            f"alter table {self._name} rename column <the one that holds the number> to"
            f" {columns[0]};",
        )
        return True

    def _has_its_key_elsewhere(
        self, wanted: Mapping[str, WantedColumn], found: Mapping[str, Column]
    ) -> bool:
        """Whether the primary key is a column that has another name here."""
        ours, theirs = self.constraints.primary_keys()
        if not ours or len(theirs) != 1 or ours[0] in found or theirs[0] in wanted:
            return False
        self._conflict(
            f"the primary key is {theirs[0]}, not {ours[0]}",
            f"alter table {self._name} rename column {quoted(theirs[0])} to {ours[0]};",
            set_aside(self._name),
        )
        return True

    def _say(self, added: set[str], kept: set[str]) -> None:
        self.done.append(
            f"{self._name}: gets {', '.join(sorted(added)) or 'no column'};"
            f" keeps {', '.join(sorted(kept)) or 'none'} of its own"
        )
        for query, note in _NOTES.items():
            found = query.format(table=self._name)
            names = self._value(f"select string_agg(distinct name, ', ') from ({found}) as found")
            if names:
                self.done.append(f"{self._name}: {note.format(names)}")

    def _fit(self, wanted: WantedColumn, found: Column) -> None:
        name = found.name
        type_name = wanted.type
        if self._value(f"select pg_catalog.pg_typeof(null::{type_name})::text") != found.type:
            self._conflict(
                f"column {found.name} is {found.type}, not {type_name}",
                f"alter table {self._name} alter column {name} type {type_name}"
                f" using {name}::{type_name};",
                self._rename(name),
            )
            self.constraints.unfit.add(name)
            return
        if wanted.is_generated != found.is_generated:
            self._conflict(
                f"column {found.name} is written by something else here", self._rename(name)
            )
            return
        if wanted.default is not None:
            self._alter(f"alter column {name} set default {wanted.default}")
        if found.is_required and not wanted.is_required:
            self._conflict(
                f"column {found.name} takes no null, and not every row will have one",
                f"alter table {self._name} alter column {name} drop not null;",
            )
        if wanted.is_required and not found.is_required:
            self._require(name, wanted.default)
        if wanted.is_identity and not found.is_identity:
            self._number(name)

    def _require(self, name: str, default: str | None) -> None:
        rows = self._value(f"select count(*) from {self._name} where {name} is null")
        if rows:
            value = default or VALUES.get((self.short_name, name), "<value>")
            self._conflict(
                f"column {name} is null",
                f"update {self._name} set {name} = {value} where {name} is null;",
                rows=rows,
            )
        else:
            self._alter(f"alter column {name} set not null")

    def _number(self, name: str) -> None:
        """Let the column number itself: a sequence's rights would be one more thing to give."""
        # Later statements of the migrations name the sequence that the column gets.
        sequence = f"{self.short_name}_{name}_seq"
        full_name = f"{self._wanted.schema}.{sequence}"
        if self._value(f"select pg_catalog.to_regclass('{full_name}') is not null"):
            self._changes.execute(f"alter sequence {full_name} rename to {sequence}_before")
        self._alter(f"alter column {name} drop default")
        self._alter(f"alter column {name} set not null")
        if self._alter(f"alter column {name} add generated always as identity"):
            # By the rows where it runs: an export is for more than this database.
            self._changes.execute(
                f"select pg_catalog.setval('{full_name}', coalesce(max({name}), 0) + 1, false)"
                f" from {self._name}"
            )

    def _add(self, column: WantedColumn) -> None:
        name, type_name = column.name, column.type
        if self.constraints.unfit & set(re.findall(r"\w+", column.generated or "")):
            self.constraints.unfit.add(name)
            return
        is_filled = column.default is not None or column.is_generated or column.is_identity
        rows = self._value(f"select count(*) from {self._name}")
        if column.is_required and not is_filled and rows:
            value = VALUES.get((self.short_name, column.name), "<value>")
            self._conflict(
                f"column {column.name} is missing, and every row needs a value",
                f"alter table {self._name} add column {name} {type_name};"
                f" update {self._name} set {name} = {value};",
                f"alter table {self._name} rename column <the one that holds it> to {name};",
                rows,
            )
            self._alter(f"add column {name} {type_name}")
        else:
            self._alter(f"add column {column.text}")

    def _check_extra(self, column: Column) -> None:
        if column.is_required and not column.has_default and not column.is_generated:
            self._conflict(
                f"column {column.name} takes no null and has no default: no new row could be made",
                f"alter table {self._name} alter column {quoted(column.name)} drop not null;",
            )

    def _rename(self, name: str) -> str:
        return f"alter table {self._name} rename column {name} to {name}_before;"

    def _alter(self, change: str) -> bool:
        conflicts = self._changes.alter(self._name, change)
        self._conflicts += conflicts
        return not conflicts

    def _conflict(
        self, problem: str, mend: str, otherwise: str | None = None, rows: int | None = None
    ) -> None:
        self._conflicts.append(Conflict(self._name, problem, mend, otherwise, rows))

    def _value(self, query: str) -> Any:  # noqa: ANN401 (whatever it selects)
        row = self._database.execute(query.encode()).fetchone()
        assert row is not None  # noqa: S101 (each query returns one row)
        return row[0]
