"""Migrations and routines, applied from the plain SQL files under db/."""

from wa_webhook.migrate.errors import (
    DatabaseBusyError,
    HistoryError,
    MigrateError,
    SourceError,
    StatementFailedError,
)
from wa_webhook.migrate.manifest import Manifest
from wa_webhook.migrate.plan import Plan, make_plan
from wa_webhook.migrate.runner import Migrator, Outcome
from wa_webhook.migrate.source import Source, find_db_folder, read_source, read_whole_source

__all__ = [
    "DatabaseBusyError",
    "HistoryError",
    "Manifest",
    "MigrateError",
    "Migrator",
    "Outcome",
    "Plan",
    "Source",
    "SourceError",
    "StatementFailedError",
    "find_db_folder",
    "make_plan",
    "read_source",
    "read_whole_source",
]
