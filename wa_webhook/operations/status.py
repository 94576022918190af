"""What `wa-webhook status` shows: the database's own account, and how it matches the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from wa_webhook.migrate.places import name_files
from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.operations.migrations import MigrationState, read_migrations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from wa_webhook.naming.names import Names


@dataclass(frozen=True)
class Status:
    """`report` is the answer of `wa_status`; `problems` are those of it and of the migrations."""

    report: Mapping[str, Any]
    migrations: MigrationState
    problems: tuple[Mapping[str, Any], ...]

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to act."""
        return any(problem["needs_person"] for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values, for scripts."""
        return {
            **self.report,
            "migrations": self.migrations.as_json(),
            "needs_person": self.needs_person,
            "problems": list(self.problems),
        }


def read_status(connection: Connection[Any], names: Names, *, is_sampling: bool) -> Status:
    """Read everything in two round trips or so. `is_sampling`: as this environment has it.

    Raises psycopg.Error.
    """
    migrations = read_migrations(connection, names.private_schema)
    statement = sql.SQL("select {}.wa_status()").format(sql.Identifier(names.schema))
    row = connection.execute(statement).fetchone()
    report: Mapping[str, Any] = row[0] if row else {}
    # What the database says to do may be SQL, written with the default names.
    rewriter = Rewriter(names)
    found = [
        problem
        | {
            "message": name_files(problem["message"], connection, names),
            "next": rewriter.rewrite(problem["next"]),
        }
        for problem in report["problems"]
    ]
    return Status(report, migrations, _all_problems(found, migrations, is_sampling=is_sampling))


def _all_problems(
    problems: list[Mapping[str, Any]], migrations: MigrationState, *, is_sampling: bool
) -> tuple[Mapping[str, Any], ...]:
    if migrations.problem is not None:
        problems.append(
            _problem("migrations", migrations.problem, migrations.mend, needs_person=True)
        )
    elif not migrations.is_known:
        problems.append(
            _problem(
                "migrations",
                "this role may not read which migrations are applied",
                migrations.mend,
                needs_person=False,
            )
        )
    if is_sampling:
        problems.append(
            _problem(
                "sampling_on",
                "this environment has snapshots of inbound payloads on",
                "after debugging: WA_INBOUND_DEBUG_SNAPSHOT=false",
                needs_person=False,
            )
        )
    return tuple(sorted(problems, key=lambda problem: not problem["needs_person"]))


def _problem(code: str, message: str, next_step: str, *, needs_person: bool) -> Mapping[str, Any]:
    return {"code": code, "needs_person": needs_person, "message": message, "next": next_step}
