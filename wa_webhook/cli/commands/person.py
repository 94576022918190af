"""`wa-webhook person`: everything about one person, handed out or erased; leaving them alone."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.errors import fail
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.progress import show_progress
from wa_webhook.cli.settings import media_store_or_exit
from wa_webhook.media.store import MediaStore
from wa_webhook.operations.media import save_media
from wa_webhook.operations.person import (
    count_person,
    erase_person,
    export_person,
    opt_out_person,
)

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
        database_or_exit("person export") as connection,
        show_progress("exporting", when_interrupted="Nothing was changed.") as progress,
    ):
        found = export_person(connection, names_or_exit(), who, progress.tell)
    problems = dict[int, str]()
    if media_to is not None and store is not None:
        try:
            problems = asyncio.run(save_media(found["media"], store, media_to))
        except OSError as error:
            fail(f"{error.filename}: {error.strerror}")
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
    with database_or_exit("person erase") as connection:
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
    with database_or_exit("person opt-out") as connection:
        person = opt_out_person(connection, names_or_exit(), who)
    typer.echo(f"profile {person['user_id']} is left alone until it opts in again")


@app.command("opt-in")
def opt_in(who: Who) -> None:
    """Write to a person again who had opted out, at their wish only, as if they had sent "start".

    WA_DATABASE_URL is that of wa_operator_role. Exits with 1 when nobody goes by this, 2 when a
    setting is wrong, and 3 when the database did not answer.
    """
    with database_or_exit("person opt-in") as connection:
        person = opt_out_person(connection, names_or_exit(), who, opted_out=False)
    typer.echo(f"profile {person['user_id']} is written to again")


def _open_store(folder: Path) -> MediaStore:
    store = media_store_or_exit()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            fail(f"{folder}: is not empty", 2)
    except OSError as error:
        fail(f"{folder}: {error.strerror}", 2)
    return store
