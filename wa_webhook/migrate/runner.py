"""Brings a database to what the files say: one transaction a migration, one for all routines.

A migration that takes away what the routines in use stand on shares the transaction of the routines
that come after it, so that callers see all of the old or all of the new. So does the first one of a
flow, so that nothing of it is applied where its declaration is refused.

Each transaction waits for its turn, reads the history again and does the next step. So two runners
at once do no step twice, and a killed one holds nothing back.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from psycopg import Error, Rollback, errors

from wa_webhook.migrate import history, kept_names
from wa_webhook.migrate.errors import StatementFailedError
from wa_webhook.migrate.held_by_extension import refuse_extension
from wa_webhook.migrate.nodes import bring_to_node, place_on_node, set_up_nodes
from wa_webhook.migrate.obsolete import drop_obsolete
from wa_webhook.migrate.plan import Plan, make_plan
from wa_webhook.migrate.refusals import declare
from wa_webhook.migrate.rights import are_changed, mend_rights
from wa_webhook.migrate.serving import read_foundation, wait_for_callers
from wa_webhook.migrate.statements import END_OF_FILE, execute_file
from wa_webhook.migrate.takeover import read_any_history, take_over
from wa_webhook.migrate.turns import LOCK_TIMEOUT, list_holders, retry, set_local, wait_for_turn
from wa_webhook.naming.names import Names
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from psycopg import Connection

    from wa_webhook.migrate.files import Migration, SqlFile
    from wa_webhook.migrate.manifest import Manifest
    from wa_webhook.migrate.source import Source

_AttemptT = TypeVar("_AttemptT", bound="Attempt")
_ResultT = TypeVar("_ResultT")


class _Turn(Enum):
    """What one transaction leaves."""

    LEAVES_MORE = auto()
    IS_LAST = auto()


@dataclass
class Outcome:
    """What a run did; `routines` is the number of routine files applied.

    `removed_routines`: paths of routines that no file makes any more. `dropped`: signatures.
    """

    migrations: list[str] = field(default_factory=list)
    routines: int = 0
    removed_routines: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    absent_flows: tuple[str, ...] = ()
    remote_only: tuple[str, ...] = ()


class Attempt(Protocol):
    """Another way to execute migrations, which decides at the end whether they are kept."""

    def execute(self, migration: Migration) -> None:
        """Do what `migration` says."""

    def is_to_be_kept(self) -> bool:
        """Whether the transaction is to be committed; called after the last migration."""


class Migrator:
    """Applies `source` to the database of a connection in autocommit mode.

    `names` are put in place of those in the files; a database keeps its own and takes no others.
    `report` is called with one line of text for each thing done, `follow` with what is about to
    be. Raises NamesError.
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
        follow: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self.database = database
        self.files = source
        self._source = source
        self._names = names or Names()
        self.rewriter = Rewriter(self._names)
        self._include_all = include_all
        self._lock_timeout = lock_timeout
        self._report = report
        self._follow = follow

    def plan(self) -> Plan:
        """Return what a run would do, changing nothing.

        Raises HistoryError as make_plan does.
        """
        with self.database.transaction():
            return self._make_plan()

    def would_mend_rights(self) -> bool:
        """Return whether a run would give back rights that were changed by hand."""
        with self.database.transaction():
            return are_changed(self.database, self.rewriter)

    def run(self) -> Outcome:
        """Apply what is pending and return what was done.

        Raises HistoryError, SourceError, StatementFailedError, and DatabaseBusyError when a lock
        was not to be had. Migrations that finished before the error stay applied; of a first run
        that fails nothing stays.
        """
        outcome = Outcome()
        while self._retry(lambda: self._take_turn(outcome)) is _Turn.LEAVES_MORE:
            pass
        place_on_node(self.database, self._names, self._report)
        if outcome.migrations or outcome.routines:
            self._tell_postgrest()
        return outcome

    def run_at_once(self, begin: Callable[[], _AttemptT]) -> _AttemptT:
        """Apply what is pending in one transaction, and return the attempt that did it.

        `begin` is called once more whenever a lock was not to be had. Routines are left to `run`.
        Raises as run does.
        """

        def take_turn() -> tuple[_AttemptT, Sequence[Migration]]:
            attempt = begin()
            with self._turn() as plan:
                for migration in plan.pending:
                    self._execute(migration, attempt.execute)
                if attempt.is_to_be_kept():
                    return attempt, plan.pending
                raise Rollback
            return attempt, ()

        attempt, applied = self._retry(take_turn)
        for migration in applied:
            self._report(f"applied {migration.path}")
        return attempt

    def _retry(self, take_turn: Callable[[], _ResultT]) -> _ResultT:
        schemas = self._names.schemas.values()
        return retry(take_turn, self._report, lambda: list_holders(self.database, schemas))

    def _tell_postgrest(self) -> None:
        """Have a PostgREST read the schema again; it calls routines as it knew them until then.

        Source: https://docs.postgrest.org/en/stable/references/schema_cache.html
        """
        # By itself: a full queue of notifications is no reason to undo a migration.
        with suppress(Error):
            self.database.execute("notify pgrst, 'reload schema'")

    def _take_turn(self, outcome: Outcome) -> _Turn:
        """Apply one migration, or all that is left when callers cannot do with less."""
        with self._turn() as plan:
            outcome.remote_only = plan.remote_only
            outcome.absent_flows = plan.absent_flows
            if not mend_rights(self.database, self.rewriter) and not plan:
                return _Turn.IS_LAST
            # Where nothing was applied nobody calls, and all of it is one transaction.
            is_alone = plan.begins_with_one_alone() and self._execute_if_compatible(plan.pending[0])
            if not is_alone:
                self._follow("waiting for those who call what changes")
                wait_for_callers(self.database, self._names)
                dropped = self._execute_all(plan)
        if is_alone:
            self._report_migrations(outcome, plan.pending[:1])
            return _Turn.LEAVES_MORE
        self._report_migrations(outcome, plan.pending)
        self._report_routines(outcome, plan, dropped)
        return _Turn.IS_LAST

    def _execute_if_compatible(self, migration: Migration) -> bool:
        """Execute `migration` unless the routines in use lose by it what they stand on."""
        try:
            with self.database.transaction():
                before = read_foundation(self.database, self._names)
                self._execute(migration)
                if before <= read_foundation(self.database, self._names):
                    return True
                # Its locks go too, so that those of the callers can be taken in their order.
                raise Rollback
        except StatementFailedError as error:
            if not isinstance(error.__cause__, errors.DependentObjectsStillExist):
                raise
        return False

    def _execute_all(self, plan: Plan) -> list[str]:
        """Execute what is left and return which routines were dropped.

        Every routine is applied again, since somebody may have changed one by hand.
        """
        dropped = self._drop_obsolete(plan)
        self._execute_parts(plan.drops())
        for migration in plan.pending:
            self._execute(migration)
            self.database.execute(END_OF_FILE)
            self._set_up()
        earlier = self._read_history().without_checksums()
        whole = make_plan(self._source, earlier, include_all=True)
        dropped += self._drop_obsolete(plan)
        self._execute_parts([*whole.routines(), *history.record_files_of(whole)])
        # At once, for callers of a business on a node find what was made there or nowhere.
        bring_to_node(self.database, self._names, self._report)
        return dropped

    def _drop_obsolete(self, plan: Plan) -> list[str]:
        return drop_obsolete(self.database, self._source, plan.removed_routines, self.rewriter)

    def _execute(
        self, migration: Migration, execute: Callable[[Migration], object] | None = None
    ) -> None:
        are_default = self._names.are_default
        if not are_default:
            self._execute_file(kept_names.schema_of_contract(self._names))
        (execute or self._execute_file)(migration)
        if not are_default and not kept_names.are_kept(self.database, self._names.private_schema):
            self._execute_file(kept_names.keep_names(self._names))
        self._execute_parts(
            [
                history.record_migrations([migration]),
                history.forget_routines(self._source.components()),
            ]
        )

    def _execute_parts(self, parts: Iterable[SqlFile]) -> None:
        for part in parts:
            if part in self._source.declarations:
                self._follow(part.path)
                declare(self.database, part, self.rewriter, self._source)
            else:
                self._execute_file(part)

    def _execute_file(self, file: SqlFile) -> None:
        execute_file(self.database, file, self.rewriter, self._follow)

    def _report_migrations(self, outcome: Outcome, migrations: Iterable[Migration]) -> None:
        for migration in migrations:
            outcome.migrations.append(migration.path)
            self._report(f"applied {migration.path}")

    def _report_routines(self, outcome: Outcome, plan: Plan, dropped: list[str]) -> None:
        outcome.routines = len(self._source.routines)
        outcome.removed_routines = plan.gone()
        outcome.dropped = tuple(dropped)
        self._report(f"applied {outcome.routines} routine files")
        for flow in plan.left_out:
            self._report(f"left out the flow {flow}")
        for routine in dropped:
            self._report(f"dropped {routine}")

    def _read_history(self) -> Manifest:
        return read_any_history(self.database, self._names.private_schema, self._source)

    def _make_plan(self) -> Plan:
        refuse_extension(self.database, self._names.private_schema)
        kept_names.refuse_other_names(self.database, self._names)
        earlier = self._read_history()
        # What a database has is known only now, and may be another thing at the next turn.
        self._source = self.files.for_one_with(earlier)
        return make_plan(self._source, earlier, include_all=self._include_all)

    @contextmanager
    def _turn(self) -> Iterator[Plan]:
        """Hold the lock for one transaction and give the plan as of now."""
        with self.database.transaction():
            wait_for_turn(self.database)
            self._set_up()
            plan = self._make_plan()
            is_taken_over = take_over(self.database, self._source, self.rewriter)
            yield plan
        if is_taken_over:
            self._report("took over the history of a version before 1.0.0")

    def _set_up(self) -> None:
        self.database.execute("reset all")  # what an earlier file may have set
        set_local(self.database, "lock_timeout", self._lock_timeout)
        # Waiting is bounded above; work is not, and a role's default may be short.
        set_local(self.database, "statement_timeout", "0")
        set_up_nodes(self.database, self._lock_timeout)
