"""How a command for a person on call asks the database, or says in one line that it cannot."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import typer
from psycopg import Connection

from wa_webhook.cli.names import names_or_exit
from wa_webhook.operations.database import connect, explain
from wa_webhook.settings import DatabaseSettings

NO_ANSWER = 3
"""The exit code when the database did not answer what was asked."""


@contextlib.contextmanager
def database_or_exit(settings: DatabaseSettings, command: str) -> Iterator[Connection[Any]]:
    """Run the block with a connection; on a database error print one line and exit with 3."""
    names = names_or_exit()
    try:
        with connect(settings, command) as connection:
            yield connection
    except psycopg.Error as error:
        typer.echo(f"database: {explain(error, names)}", err=True)
        raise typer.Exit(NO_ANSWER) from None
