"""Compares the files with a database's history: what is to be done, and whether it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pglast

from wa_webhook.migrate.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wa_webhook.migrate.history import History
    from wa_webhook.migrate.source import Migration, Source, SqlFile


@dataclass(frozen=True)
class Plan:
    """What one run does.

    `adopted`: applied by the Supabase CLI, which keeps no checksum, and now given one.
    `remote_only`: versions the database has and the files do not.
    """

    applied: tuple[Migration, ...]
    pending: tuple[Migration, ...]
    adopted: tuple[Migration, ...]
    remote_only: tuple[str, ...]
    changed_routines: tuple[SqlFile, ...]
    removed_routines: tuple[str, ...]

    @property
    def adopted_since_release(self) -> bool:
        """Whether the other tool went on after the last release: it may have dropped a routine."""
        return bool(self.adopted) and not self.adopted[-1].is_release

    @property
    def routines_are_stale(self) -> bool:
        """Whether the routines have to be applied again, all of them."""
        return bool(
            self.pending
            or self.adopted_since_release
            or self.changed_routines
            or self.removed_routines
        )


def make_plan(source: Source, history: History, *, include_all: bool = False) -> Plan:
    """Return what is to be done to a database with this history.

    Raises HistoryError when an applied file was edited, or when a new file is older than the newest
    applied one and `include_all` is not set.
    """
    applied = tuple(m for m in source.migrations if m.version in history.applied)
    pending = tuple(m for m in source.migrations if m.version not in history.applied)
    adopted = tuple(m for m in applied if m.version not in history.migration_checksums)
    _refuse_edited(applied, history)
    if not include_all:
        _refuse_late(pending, max(history.applied, default=""))
    paths = {file.path for file in source.routines}
    return Plan(
        applied=applied,
        pending=pending,
        adopted=adopted,
        remote_only=tuple(sorted(history.applied.keys() - {m.version for m in source.migrations})),
        changed_routines=tuple(
            file
            for file in source.routines
            if history.routine_checksums.get(file.path) != file.sha256
        ),
        removed_routines=tuple(sorted(history.routine_checksums.keys() - paths)),
    )


def _refuse_edited(applied: Sequence[Migration], history: History) -> None:
    edited = [m.path for m in applied if _was_edited(m, history)]
    if edited:
        raise HistoryError(
            "\n".join(
                (
                    "edited after it was applied to this database:",
                    *(f"  {path}" for path in edited),
                    "Applied migrations are frozen. Restore the file from version control and "
                    "write the change as a new migration.",
                )
            )
        )


def _was_edited(migration: Migration, history: History) -> bool:
    checksum = history.migration_checksums.get(migration.version)
    if checksum is not None:
        return checksum != migration.sha256
    statements = history.applied[migration.version]
    if statements is None:
        return False
    return _tokens(";\n".join(statements)) != _tokens(migration.text)


def _tokens(sql: str) -> list[str]:
    """Return the tokens that matter: the Supabase CLI keeps comments and semicolons its own way."""
    return [
        sql[token.start : token.end + 1]
        for token in pglast.parser.scan(sql)
        if token.name not in {"SQL_COMMENT", "C_COMMENT", "ASCII_59"}
    ]


def _refuse_late(pending: Sequence[Migration], newest: str) -> None:
    late = [m.path for m in pending if m.version < newest]
    if late:
        raise HistoryError(
            "\n".join(
                (
                    f"older than the newest migration of this database ({newest}):",
                    *(f"  {path}" for path in late),
                    "Give the file a newer version, or run with --include-all if the order does "
                    "not matter.",
                )
            )
        )
