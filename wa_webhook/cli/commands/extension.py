"""`wa-webhook extension`: write the files with which `create extension wa_webhook` works."""

from __future__ import annotations

from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.source import WithOption, names_in
from wa_webhook.extension import read_versions, record_version, write_extension
from wa_webhook.migrate import MigrateError, find_db_folder, read_source


def extension(
    *,
    target: Annotated[
        Path, typer.Option("--to", file_okay=False, help="Folder to write into.")
    ] = Path("build"),
    asked_for: WithOption = None,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Also note in db/versions that this version is out: later ones then have an"
            " update from it.",
        ),
    ] = False,
) -> None:
    """Write control file and scripts of the extension, and the same for pg_tle.

    Of this installation's version, and of updates to it from those that are out. Changes no
    database.
    """
    current = version_of("wa-webhook")
    with exit_on(MigrateError):
        folder = find_db_folder()
        # A team's own flows have other roads.
        source = read_source(folder, asked_for=names_in(asked_for))
        earlier = read_versions(folder, read_source(folder), current)
        built = write_extension(folder, source, current, earlier, target)
    if record:
        typer.echo(f"wrote {record_version(folder, read_source(folder), current)}")
    typer.echo(f"wrote {built.extension} (version {current}) and {built.pg_tle}")
    typer.echo(f'install  cp {built.extension}/* "$(pg_config --sharedir)/extension/"')
    typer.echo(f"     or  extension_control_path = '$system:{target.absolute()}' (PostgreSQL 18)")
    typer.echo("then     create extension wa_webhook cascade;")
