"""`wa-webhook person`: everything about one person, handed out or erased; leaving them alone."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg import Connection

from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.progress import show_progress
from wa_webhook.cli.settings import settings_or_exit, store_or_exit
from wa_webhook.media.settings import MediaSettings
from wa_webhook.media.store import MediaStore
from wa_webhook.operations.database import explain
from wa_webhook.operations.media import save_media
from wa_webhook.operations.person import (
    NOBODY,
    count_person,
    erase_person,
    export_person,
    opt_out_person,
)
from wa_webhook.settings import DatabaseSettings

app = typer.Typer(
    no_args_is_help=True, help="Hand out or erase everything about one person, or leave them alone."
)

_WHOLE = "A person is erased as a whole or not at all; run it again to see which."

Who = Annotated[
    str,
    typer.Argument(
        help="A number with its country code in any spelling, a BSUID, or the user_id of a profile."
    ),
]


@app.command("export")
def export(
    who: Who,
    media_to: Annotated[
        Path | None,
        typer.Option(
            "--media-to",
            metavar="DIR",
            help="Write the files that they sent into this folder, empty or new.",
        ),
    ] = None,
) -> None:
    """Print everything about a person as one JSON object, by table.

    With --media-to each row of `media` has the name of its `file`, and WA_MEDIA_STORE is that of
    the worker. WA_DATABASE_URL is that of wa_operator_role. Exits with 1 when nobody goes by this
    or a file is missing, 2 when a setting is wrong, and 3 when the database did not answer.
    """
    store = None if media_to is None else _open_store(media_to)
    with (
        _database("person export") as connection,
        show_progress("exporting", when_interrupted="Nothing was changed.") as progress,
    ):
        found = export_person(connection, names_or_exit(), who, progress.tell)
    problems: Mapping[int, str] = {}
    if media_to is not None and store is not None:
        try:
            problems = asyncio.run(save_media(found["media"], store, media_to))
        except OSError as error:
            typer.echo(f"{error.filename}: {error.strerror}", err=True)
            raise typer.Exit(1) from None
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    counts = {table: len(rows) for table, rows in found.items() if isinstance(rows, list) and rows}
    told = ", ".join(f"{count} {table}" for table, count in sorted(counts.items()))
    typer.echo(f"{sum(counts.values())} rows: {told}" if counts else "no rows", err=True)
    for media, problem in problems.items():
        typer.echo(f"media {media}: {problem}", err=True)
    if problems:
        raise typer.Exit(1)


@app.command("erase")
def erase(
    who: Who,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    and_opt_out: Annotated[
        bool,
        typer.Option(
            "--and-opt-out", help="Keep number and BSUID, and that nobody is to write there."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Erase everything about a person, for good; sums of ledgers stay.

    An opt-out is forgotten as well, unless --and-opt-out keeps it, or makes it.
    WA_DATABASE_URL is that of wa_operator_role. Exits with 1 when nobody goes by this or the
    question is not answered with yes, 2 when a setting is wrong, and 3 when the database did not
    answer.
    """
    with _database("person erase") as connection:
        if not yes:
            with show_progress("counting", when_interrupted="Nothing was erased.") as progress:
                count = count_person(connection, names_or_exit(), who, progress.tell)
            typer.confirm(f"{count} rows are about this person. Erase them for good?", abort=True)
        with show_progress("erasing", when_interrupted=_WHOLE) as progress:
            erased = erase_person(
                connection, names_or_exit(), who, progress.tell, and_opt_out=and_opt_out
            )
    if as_json:
        typer.echo(json.dumps(erased))
        return
    for table, count in sorted(erased["rows"].items()):
        if count:
            typer.echo(f"{count:>7}  {table}")
    typer.echo(f"erased; profile {erased['user_id']} is left without anything personal")
    if and_opt_out:
        typer.echo("kept: number and BSUID, and that nobody is to write there")


@app.command("opt-out")
def opt_out(who: Who) -> None:
    """Write to a person no more, as if they had sent "stop"; what is queued is cancelled.

    A number or BSUID that nobody has is left alone, too. WA_DATABASE_URL is that of
    wa_operator_role. Exits with 1 when nobody can go by this, 2 when a setting is wrong, and 3 when
    the database did not answer.
    """
    with _database("person opt-out") as connection:
        person = opt_out_person(connection, names_or_exit(), who)
    typer.echo(f"profile {person['user_id']} is left alone until it opts in again")


@app.command("opt-in")
def opt_in(who: Who) -> None:
    """Write to a person again who had opted out, at their wish only, as if they had sent "start".

    WA_DATABASE_URL is that of wa_operator_role. Exits with 1 when nobody goes by this, 2 when a
    setting is wrong, and 3 when the database did not answer.
    """
    with _database("person opt-in") as connection:
        person = opt_out_person(connection, names_or_exit(), who, opted_out=False)
    typer.echo(f"profile {person['user_id']} is written to again")


def _open_store(folder: Path) -> MediaStore:
    store = store_or_exit(settings_or_exit(MediaSettings))
    if store is None:
        typer.echo("WA_MEDIA_STORE: is not set", err=True)
        raise typer.Exit(2)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            typer.echo(f"{folder}: is not empty", err=True)
            raise typer.Exit(2)
    except OSError as error:
        typer.echo(f"{folder}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    return store


@contextlib.contextmanager
def _database(command: str) -> Iterator[Connection[Any]]:
    with database_or_exit(settings_or_exit(DatabaseSettings), command) as connection:
        try:
            yield connection
        except psycopg.Error as error:
            if error.sqlstate != NOBODY:
                raise
            typer.echo(explain(error, names_or_exit()), err=True)
            raise typer.Exit(1) from None
