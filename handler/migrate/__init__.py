"""Migrations and routines, applied from the plain SQL files under db/."""

from handler.migrate.errors import (
    DatabaseBusyError,
    HistoryError,
    MigrateError,
    SourceError,
    StatementFailedError,
)
from handler.migrate.plan import Plan
from handler.migrate.runner import Migrator, Outcome
from handler.migrate.source import Source, find_db_folder, read_source

__all__ = [
    "DatabaseBusyError",
    "HistoryError",
    "MigrateError",
    "Migrator",
    "Outcome",
    "Plan",
    "Source",
    "SourceError",
    "StatementFailedError",
    "find_db_folder",
    "read_source",
]
