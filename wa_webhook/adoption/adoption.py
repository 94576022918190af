"""Runs migrations on a database that has some of their tables already.

Where a migration creates a table that is there, the table is brought to that shape instead; every
other statement runs as it stands, on the adopted table. All of it is one transaction of the caller,
which keeps it only when there is no conflict: whatever can be said is said by trying.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from wa_webhook.adoption.changes import Changes
from wa_webhook.adoption.conflict import Conflict
from wa_webhook.adoption.table import AdoptedTable
from wa_webhook.adoption.wanted import read_create
from wa_webhook.migrate.errors import StatementFailedError
from wa_webhook.migrate.flows import list_states
from wa_webhook.migrate.statements import (
    END_OF_FILE,
    Statement,
    execute_statement,
    split_statements,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from wa_webhook.adoption.wanted import WantedTable
    from wa_webhook.migrate import Migrator
    from wa_webhook.migrate.files import Migration
    from wa_webhook.naming.rewriting import Rewriter

ASIDE_SCHEMA = "wa_adopted"

_ABOUT_TABLE = """
select relkind::text, pg_catalog.pg_has_role(relowner, 'usage')
from pg_catalog.pg_class where oid = pg_catalog.to_regclass(%s)
"""


def adopt(migrator: Migrator, *, dry_run: bool = False) -> Adoption:
    """Apply what is pending in one transaction, taking over tables that are there already.

    Nothing is changed when the answer has conflicts, or with `dry_run`. Raises as Migrator.run.
    """
    states = [state for one in migrator.files.declarations for state in list_states(one)]
    return migrator.run_at_once(
        lambda: Adoption(migrator.database, migrator.rewriter, states, dry_run=dry_run)
    )


class Adoption:
    """One attempt. `conflicts` is empty when it worked; `done` says what became of each table.

    `taken`: names of the tables that were there, without their schema.
    """

    def __init__(
        self,
        database: Connection[Any],
        rewriter: Rewriter,
        states: Sequence[str],
        *,
        dry_run: bool,
    ) -> None:
        self._database = database
        self._rewriter = rewriter
        self._states = states
        self._dry_run = dry_run
        self.conflicts: list[Conflict] = []
        self.done: list[str] = []
        self.taken: list[str] = []
        self._changes = Changes(database)
        self._tables: list[AdoptedTable] = []

    def execute(self, migration: Migration) -> None:
        """Execute a migration, with the chosen names.

        Raises StatementFailedError for a statement that fails though nothing is in its way.
        """
        statements = [
            Statement(self._rewriter.rewrite(statement.text), statement.offset)
            for statement in split_statements(migration)
        ]
        for statement in statements:
            wanted = read_create(statement.text)
            if wanted is not None and self._take_over(wanted):
                continue
            if not self.conflicts:
                execute_statement(self._database, migration, statement)
                self._changes.keep(statement.text)
                continue
            # It may only miss what could not be made.
            with suppress(StatementFailedError), self._database.transaction():
                execute_statement(self._database, migration, statement)
        self._changes.execute(END_OF_FILE)

    def as_text(self) -> str:
        """Return what was executed as a script, with the chosen names: for databases like this.

        All of it where `is_to_be_kept` was asked and there is no conflict.
        """
        return self._changes.as_text()

    def is_to_be_kept(self) -> bool:
        """Check what refers to rows that migrations insert, and whether nothing was in the way."""
        for table in self._tables:
            self.conflicts += table.constraints.validate()
            if table.short_name == "chat_state":
                self.conflicts += table.constraints.find_unknown("state", self._states)
        return not self._dry_run and not self.conflicts

    def _take_over(self, wanted: WantedTable) -> bool:
        """Adopt a table that is there; False when it is still to be made."""
        name = wanted.name
        row = self._database.execute(_ABOUT_TABLE, (name,)).fetchone()
        if row is None:
            return False
        self.taken.append(wanted.short_name)
        kind, is_ours = row
        if not is_ours:
            mend = f"alter table {name} owner to {self._database.info.user};"
            problem = "belongs to another role, which has to run this"
            self.conflicts.append(Conflict(name, problem, mend))
            return True
        if kind not in {"r", "p"}:
            mend = f"alter table {name} rename to {wanted.short_name}_before;"
            self.conflicts.append(Conflict(name, "is no table", mend))
            return True
        if wanted.is_partitioned or kind == "p":
            self._set_aside(wanted)
            return False
        table = AdoptedTable(self._database, wanted, self._changes)
        self.conflicts += table.adopt()
        self.done += table.done
        self._tables.append(table)
        return True

    def _set_aside(self, wanted: WantedTable) -> None:
        self._changes.execute(f"create schema if not exists {ASIDE_SCHEMA}")
        self._changes.execute(
            f"comment on schema {ASIDE_SCHEMA} is"
            " 'Tables from before wa-webhook that could not be adopted in place.'"
        )
        self._changes.execute(f"alter table {wanted.name} set schema {ASIDE_SCHEMA}")
        kept = f"{ASIDE_SCHEMA}.{wanted.short_name}"
        self.done.append(f"{wanted.name}: set aside as {kept}, with its rows and what uses it")
