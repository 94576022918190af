"""Brings a database to what the files say: one transaction a migration, one for all routines.

A migration that takes away what the routines in use stand on shares the transaction of the routines
that come after it, so that callers see all of the old or all of the new.

Each transaction takes the same advisory lock, reads the history again under it and does the next
step. So two runners at once take turns, neither does a step twice, and a killed one holds nothing
back. The lock is a transaction's, not a session's, so that a connection pooler does no harm.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg import Rollback, errors
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from wa_webhook.adoption import Adoption
from wa_webhook.migrate import history
from wa_webhook.migrate.errors import DatabaseBusyError
from wa_webhook.migrate.held_by_extension import refuse_extension
from wa_webhook.migrate.kept_names import ensure_schema, refuse_other_names, remember_names
from wa_webhook.migrate.plan import Plan, make_plan
from wa_webhook.migrate.routines import apply_routines
from wa_webhook.migrate.serving import read_foundation, wait_for_callers
from wa_webhook.migrate.statements import END_OF_FILE, execute_file
from wa_webhook.naming.names import Names
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

    from wa_webhook.migrate.source import Migration, Source

ADVISORY_LOCK = 0x77615F6D69677261
"""The key that all runners share: `wa_migra` in ASCII."""

RUNNER_TIMEOUT = "10min"
"""How long to wait for another runner, which may be in the middle of a long migration."""

LOCK_TIMEOUT = "4s"
"""How long a statement may queue for a table's lock, and everyone else behind it."""

ATTEMPTS = 5

_TRY_AGAIN = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)


@dataclass
class Outcome:
    """What a run did; `routines` is the number of routine files applied.

    `removed_routines`: paths that have no file any more. `dropped`: signatures.
    """

    migrations: list[str] = field(default_factory=list)
    routines: int = 0
    removed_routines: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    remote_only: tuple[str, ...] = ()


class Migrator:
    """Applies `source` to the database of a connection in autocommit mode.

    `names` are put in place of those in the files; a database keeps its own and takes no others.
    `report` is called with one line of text for each thing done. Raises NamesError.
    """

    def __init__(
        self,
        database: Connection[Any],
        source: Source,
        *,
        names: Names | None = None,
        include_all: bool = False,
        lock_timeout: str = LOCK_TIMEOUT,
        report: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._database = database
        self._source = source
        self._names = names or Names()
        self._rewriter = Rewriter(self._names)
        self._include_all = include_all
        self._lock_timeout = lock_timeout
        self._report = report

    def plan(self) -> Plan:
        """Return what a run would do, changing nothing.

        Raises HistoryError as make_plan does.
        """
        with self._database.transaction():
            return self._make_plan()

    def run(self) -> Outcome:
        """Apply what is pending and return what was done.

        Raises HistoryError, SourceError, StatementFailedError, and DatabaseBusyError when a lock
        was not to be had. Migrations that finished before the error stay applied.
        """
        outcome = Outcome()
        while self._retry(self._apply_next_step, outcome):
            pass
        self._retry(self._apply_routines, outcome)
        return outcome

    def adopt(self, *, dry_run: bool = False) -> Adoption:
        """Apply what is pending in one transaction, taking over tables that are there already.

        Nothing is changed when the answer has conflicts, or with `dry_run`. Raises as run does.
        """
        adoption = Adoption(self._database, self._rewriter)

        def attempt(outcome: Outcome) -> bool:
            nonlocal adoption
            adoption = Adoption(self._database, self._rewriter)
            with self._turn() as plan:
                for migration in plan.pending:
                    self._execute(migration, adoption.execute)
                    outcome.migrations.append(migration.path)
                adoption.finish()
                if dry_run or adoption.conflicts:
                    raise Rollback
            return False

        outcome = Outcome()
        self._retry(attempt, outcome)
        if not dry_run and not adoption.conflicts:
            for path in outcome.migrations:
                self._report(f"applied {path}")
        return adoption

    def _apply_next_step(self, outcome: Outcome) -> bool:
        """Apply one migration, or all that is left when callers cannot do with less."""
        with self._turn() as plan:
            outcome.remote_only = plan.remote_only
            if plan.adopted:
                history.record_checksums(self._database, self._names.private_schema, plan.adopted)
                if plan.adopted_since_release:
                    history.forget_routines(self._database, self._names.private_schema)
            if not plan.pending:
                return False
            is_alone = self._execute_if_compatible(plan.pending[0])
            if not is_alone:
                wait_for_callers(self._database, self._names)
                for migration in plan.pending:
                    self._execute(migration)
                    self._database.execute(END_OF_FILE)
                # A release among them took away what has no file any more.
                left = self._make_plan()
                dropped = self._execute_routines(left)
        for migration in plan.pending[:1] if is_alone else plan.pending:
            outcome.migrations.append(migration.path)
            self._report(f"applied {migration.path}")
        if not is_alone:
            self._report_routines(outcome, left, dropped)
        return is_alone

    def _execute_if_compatible(self, migration: Migration) -> bool:
        """Execute `migration` unless the routines in use lose by it what they stand on.

        A release brings the routines that go with what it takes away.
        """
        with self._database.transaction():
            before = read_foundation(self._database, self._names)
            self._execute(migration)
            if migration.is_release or before <= read_foundation(self._database, self._names):
                return True
            # Its locks go too, so that those of the callers can be taken in their order.
            raise Rollback
        return False

    def _execute(
        self, migration: Migration, execute: Callable[[Migration], list[str]] | None = None
    ) -> None:
        ensure_schema(self._database, self._names)
        if execute is not None:
            statements = execute(migration)
        else:
            statements = execute_file(self._database, migration, self._rewriter)
        remember_names(self._database, self._names)
        history.ensure_history_table(self._database)
        history.record_migration(self._database, self._names.private_schema, migration, statements)

    def _apply_routines(self, outcome: Outcome) -> bool:
        with self._turn() as plan:
            if not plan.routines_are_stale:
                return False
            wait_for_callers(self._database, self._names)
            dropped = self._execute_routines(plan)
        self._report_routines(outcome, plan, dropped)
        return True

    def _execute_routines(self, plan: Plan) -> list[str]:
        dropped = apply_routines(
            self._database, self._source.routines, plan.removed_routines, self._rewriter
        )
        history.record_routines(self._database, self._names.private_schema, self._source.routines)
        return dropped

    def _report_routines(self, outcome: Outcome, plan: Plan, dropped: list[str]) -> None:
        outcome.routines = len(self._source.routines)
        outcome.removed_routines = plan.removed_routines
        outcome.dropped = tuple(dropped)
        self._report(f"applied {outcome.routines} routine files")
        for routine in dropped:
            self._report(f"dropped {routine}")

    def _make_plan(self) -> Plan:
        refuse_extension(self._database, self._names.private_schema)
        refuse_other_names(self._database, self._names)
        known = history.read_history(self._database, self._names.private_schema)
        return make_plan(self._source, known, include_all=self._include_all)

    @contextmanager
    def _turn(self) -> Iterator[Plan]:
        """Hold the lock for one transaction and give the plan as of now."""
        with self._database.transaction():
            self._database.execute("reset all")  # what an earlier file may have set
            self._set_local("lock_timeout", RUNNER_TIMEOUT)
            self._database.execute("select pg_catalog.pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
            self._set_local("lock_timeout", self._lock_timeout)
            # Waiting is bounded above; work is not, and a role's default may be short.
            self._set_local("statement_timeout", "0")
            yield self._make_plan()

    def _set_local(self, name: str, value: str) -> None:
        self._database.execute("select pg_catalog.set_config(%s, %s, true)", (name, value))

    def _retry(self, step: Callable[[Outcome], bool], outcome: Outcome) -> bool:
        retrying = Retrying(
            retry=retry_if_exception_type(_TRY_AGAIN),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.25, max=4),
            before_sleep=lambda _state: self._report("a lock is taken; trying again"),
            reraise=True,
        )
        try:
            return retrying(step, outcome)
        except _TRY_AGAIN as error:
            raise DatabaseBusyError(
                f"gave up after {ATTEMPTS} attempts: {error}\n"
                "Some session holds a lock that this step needs. Find it in pg_stat_activity "
                "(oldest xact_start), let it finish or end it, and run again."
            ) from error
