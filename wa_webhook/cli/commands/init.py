"""`wa-webhook init`: a project of a team's own, beside this one."""

from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.languages import LanguagesOption, tell_of_made
from wa_webhook.migrate import MigrateError
from wa_webhook.scaffold import ScaffoldError, make_project
from wa_webhook.settings import read_names


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="An empty folder, or one that is not there yet.")
    ],
    *,
    languages: LanguagesOption = "en,fr",
) -> None:
    """Write a project with one flow, its tests, and what it needs to run and ship them.

    Exits with 1, and writes nothing, where the folder holds anything.
    """
    with exit_on(MigrateError, ScaffoldError):
        made = make_project(folder, read_names(languages))
    tell_of_made(made)
    typer.echo(f"Read {folder / 'README.md'}.")
