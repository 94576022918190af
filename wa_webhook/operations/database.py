"""Connecting as a person on call, and saying in one line why the database did not answer."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from wa_webhook.naming.names import Names
    from wa_webhook.settings import DatabaseSettings

CONNECT_SECONDS = 10

NOT_MIGRATED = (errors.UndefinedFunction, errors.UndefinedTable, errors.InvalidSchemaName)

_WHEN_MISSING = "run wa-webhook migrate, or set WA_DATABASE_SCHEMA to the schema that it was given"
_WHEN_EXHAUSTED = (
    "see in pg_stat_activity who holds the connections; lower WA_DATABASE_POOL_SIZE, raise the"
    " limit, or put a pooler in between"
)
_EXHAUSTED = re.compile(
    r"too many (clients|connections)|connection slots are reserved|max(imum)? client", re.IGNORECASE
)


@contextmanager
def connect(settings: DatabaseSettings, command: str) -> Iterator[Connection[Any]]:
    """Open a connection in autocommit. Raises psycopg.Error."""
    with psycopg.connect(
        settings.wa_database_url.get_secret_value(),
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=CONNECT_SECONDS,
        application_name=f"wa-webhook {command}",
    ) as connection:
        yield connection


def explain(error: psycopg.Error, names: Names) -> str:
    """Return one line: what went wrong and what to do. libpq's messages hold no password."""
    if isinstance(error, NOT_MIGRATED):
        return f"{_message(error)}: {_WHEN_MISSING}"
    if isinstance(error, errors.InsufficientPrivilege):
        return f"{_message(error)}: connect as {names.operator_role}"
    if is_exhausted(error):
        return f"{_message(error)}: {_WHEN_EXHAUSTED}"
    hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
    return f"{_message(error)}{hint}"


def is_exhausted(error: psycopg.Error) -> bool:
    """Tell whether server, role, database or pooler has no connection left to give.

    What refuses a connection has no SQLSTATE in libpq, hence the words of PostgreSQL, PgBouncer and
    Supavisor.
    """
    return isinstance(error, errors.TooManyConnections) or (
        error.sqlstate is None and _EXHAUSTED.search(str(error)) is not None
    )


def _message(error: psycopg.Error) -> str:
    if error.diag.message_primary:
        return error.diag.message_primary
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Psycopg tries every address of a host, and lists each attempt after the first line.
    return lines[0] if lines else type(error).__name__
