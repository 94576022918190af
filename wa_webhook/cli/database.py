"""How a command for a person on call asks the database, or says in one line that it cannot."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import Connection

from wa_webhook.cli.errors import fail
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.operations.database import connect, explain
from wa_webhook.operations.person import NOBODY
from wa_webhook.settings import DatabaseSettings

NO_ANSWER = 3
"""The exit code when the database did not answer what was asked."""


@contextlib.contextmanager
def database_or_exit(
    command: str, settings: DatabaseSettings | None = None
) -> Iterator[Connection[Any]]:
    """Run the block with a connection; on a database error print one line and exit with 3.

    Where nobody goes by the name that was given, exit with 1; without `settings` those of the
    environment are taken, which may be wrong: exit with 2.
    """
    settings = settings or settings_or_exit(DatabaseSettings)
    names = names_or_exit()
    try:
        with connect(settings, command) as connection:
            yield connection
    except psycopg.Error as error:
        told = explain(error, names)
        if error.sqlstate == NOBODY:
            fail(told)
        fail(f"database: {told}", NO_ANSWER)
