"""`wa-webhook release`: write the routines that changed since the last release into a migration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from wa_webhook.migrate import SourceError, find_db_folder, read_source
from wa_webhook.migrate.release import Release, name_release, plan_release


def release(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a release is due.")
    ] = False,
) -> None:
    """Write the routines that changed since the last release into a new migration.

    `supabase db push` applies migrations only. Run it in a checkout, before a change is merged.
    """
    try:
        folder = find_db_folder()
        source = read_source(folder)
    except SourceError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    planned = plan_release(source)
    if not planned:
        typer.echo("every routine is released")
        return
    _say(planned)
    if check:
        typer.echo("not released yet: run `make release`", err=True)
        raise typer.Exit(1)
    name = name_release(source, datetime.now(UTC))
    (folder / "migrations" / name).write_text(planned.text(), encoding="utf-8", newline="")
    typer.echo(f"wrote migrations/{name}")


def _say(planned: Release) -> None:
    for file in planned.changed:
        typer.echo(f"changed  {file.path}")
    for path in planned.gone_paths:
        typer.echo(f"gone     {path}")
    for routine in planned.dropped:
        typer.echo(f"dropped  {routine}")
