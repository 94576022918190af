"""`wa-webhook remove`: the SQL that takes wa-webhook out of a database again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.cli.names import with_names
from wa_webhook.cli.settings import database_url_or_exit
from wa_webhook.cli.source import FlowsOption, read_chosen_source
from wa_webhook.export.removal import plan_removal
from wa_webhook.export.written import REMOVED
from wa_webhook.migrate import MigrateError
from wa_webhook.migrate.files import write_whole
from wa_webhook.migrate.migrations import name_next

if TYPE_CHECKING:
    from wa_webhook.export.removal import Removal
    from wa_webhook.naming.names import Names


@with_names
def remove(
    *,
    target: Annotated[
        Path | None,
        typer.Option(
            "--to",
            file_okay=False,
            exists=True,
            help="A project's folder of migrations, to write it there as the next one. Without it"
            " it is printed.",
            show_default=False,
        ),
    ] = None,
    ignored: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="SCHEMA.ROUTINE",
            help="A routine that mentions a name of what goes but does not need it; repeatable.",
            show_default=False,
        ),
    ] = None,
    flows: FlowsOption = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help="Direct connection of the role that owns the tables. Default: WA_DATABASE_URL.",
            show_default=False,
        ),
    ] = None,
    names: Names,
) -> None:
    """Print the SQL that drops all that wa-webhook made in a database, and nothing else.

    Changes nothing itself. Exits with 1, and names what is in the way, where something of your own
    stands on what goes.
    """
    url = database_url_or_exit(database_url)
    with exit_on(MigrateError, psycopg.Error):
        source = read_chosen_source(flows, None, None)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as database:
            removal = plan_removal(database, source, names, ignored or ())
        _say(removal)
        if target is None:
            typer.echo(removal.text, nl=False)
            return
        file = target / name_next(target, datetime.now(UTC), REMOVED)
        write_whole({file: removal.text})
        typer.echo(f"wrote {file}")


def _say(removal: Removal) -> None:
    for name in removal.in_the_way:
        typer.echo(f"in the way: {name}", err=True)
    if removal.in_the_way:
        fail("These are yours: drop or change them first. Nothing is written, and nothing changed.")
    for table, rows in removal.rows.items():
        typer.echo(f"rows that go: {rows} of {table}", err=True)
