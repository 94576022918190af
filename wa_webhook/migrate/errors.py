"""What stops a migration run. The message is meant for the person who started it."""

from __future__ import annotations


class MigrateError(Exception):
    """A run that stopped; the database is as the last finished transaction left it."""


class SourceError(MigrateError):
    """The files under db/ are not what the runner can apply."""


class HistoryError(MigrateError):
    """The files and the database's history do not agree."""


class StatementFailedError(MigrateError):
    """The server refused a statement; its transaction is rolled back."""


class DatabaseBusyError(MigrateError):
    """A lock was not to be had in time, several times over."""


class RemovalError(MigrateError):
    """There is nothing to remove, or not by this installation."""


class NodesError(MigrateError):
    """A cluster does not take the schema onto a node; it is where it was."""
