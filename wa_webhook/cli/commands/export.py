"""`wa-webhook export`: the database as a migration of a team's own repository."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from wa_webhook.cli.adopting import adopt_or_exit
from wa_webhook.cli.errors import exit_on, fail
from wa_webhook.cli.names import with_names
from wa_webhook.cli.settings import database_url_or_exit
from wa_webhook.cli.source import FlowsOption, WithOption, WithoutOption, read_chosen_source
from wa_webhook.export import Export, ExportError, plan_export
from wa_webhook.migrate import MigrateError, Migrator
from wa_webhook.migrate.files import write_whole

if TYPE_CHECKING:
    from wa_webhook.migrate import Source
    from wa_webhook.naming.names import Names


@with_names
def export(
    *,
    target: Annotated[
        Path | None,
        typer.Option(
            "--to",
            file_okay=False,
            exists=True,
            help="The project's folder of migrations, usually supabase/migrations. Without it"
            " everything is printed.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if an export is due.")
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="Take over tables that the migrations before it made. What becomes of them is"
            " tried on a database that has these, and nothing is changed.",
        ),
    ] = False,
    flows: FlowsOption = None,
    asked_for: WithOption = None,
    without: WithoutOption = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help="With --adopt: a database that your own migrations have made, as the role that"
            " owns the tables. Default: WA_DATABASE_URL.",
            show_default=False,
        ),
    ] = None,
    names: Names,
) -> None:
    """Write what a Supabase project lacks of wa-webhook as one new migration.

    The first holds everything, later ones what changed since the newest there. Changes no database:
    that is for `supabase db push`.
    """
    with exit_on(MigrateError, psycopg.Error):
        source = read_chosen_source(flows, asked_for, without)
        due = plan_export(source, names, target, datetime.now(UTC))
        if adopt:
            due = _adopting(due, source, database_url)
        if target is None:
            typer.echo(due.text(), nl=False)
            return
        _say(due)
        if due and check:
            fail(f"an export is due: wa-webhook export --to {target}")
        if due:
            write_whole({target / due.file_name: due.text()})
            typer.echo(f"wrote {target / due.file_name}")


def _adopting(due: Export, source: Source, database_url: str | None) -> Export:
    """Return the export as one that takes over the tables of a database, which stays as it is."""
    if due.newest is not None:
        raise ExportError(
            f"only a first export takes tables over, and {due.newest.name} is there: if no database"
            " has it, delete it."
        )
    url = database_url_or_exit(database_url)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as database:
        migrator = Migrator(database, source, names=due.names)
        if migrator.plan().applied:
            raise ExportError(
                "this database has wa-webhook already: name one that only your own migrations have"
                " made, such as a branch's or a local one"
            )
        adoption = adopt_or_exit(migrator, dry_run=True, err=True)
    if not adoption.taken:
        raise ExportError("this database has no table to adopt: export without --adopt")
    return replace(due, adopted=adoption.taken, script=adoption.as_text())


def _say(due: Export) -> None:
    plan = due.plan
    if not due:
        typer.echo(f"nothing to export: {due.newest} has it all")
    elif not plan.applied:
        total = f"{len(plan.pending)} migrations and {len(plan.changed_routines)} routines"
        typer.echo(f"all {total}")
    else:
        for migration in plan.pending:
            typer.echo(f"new      {migration.path}")
        for word, path in plan.list_files():
            typer.echo(f"{word:8} {path}")
        for path in plan.gone():
            typer.echo(f"gone     {path}")
    for flow in plan.absent_flows:
        typer.echo(
            f"flow {flow} was exported and has no files here: it stays as it is. Name its folder"
            f" with --flows, or take it out: --without {flow}",
            err=True,
        )
