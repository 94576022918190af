"""`wa-webhook export`: the database as a migration of a team's own repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer

from wa_webhook.cli.names import with_names
from wa_webhook.cli.source import FlowsOption, WithOption, WithoutOption, read_chosen_source
from wa_webhook.export import Export, plan_export
from wa_webhook.migrate import MigrateError

if TYPE_CHECKING:
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
    flows: FlowsOption = None,
    asked_for: WithOption = None,
    without: WithoutOption = None,
    names: Names,
) -> None:
    """Write what a Supabase project lacks of wa-webhook as one new migration of it.

    The first holds everything, later ones what changed since the newest there. Changes no database:
    that is for `supabase db push`.
    """
    try:
        source = read_chosen_source(flows, asked_for, without)
        due = plan_export(source, names, target, datetime.now(UTC))
        if target is None:
            typer.echo(due.text(), nl=False)
            return
        _say(due)
        if due and not check:
            text = due.text()
    except MigrateError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if due and check:
        typer.echo(f"an export is due: wa-webhook export --to {target}", err=True)
        raise typer.Exit(1)
    if due:
        (target / due.file_name).write_text(text, encoding="utf-8", newline="")
        typer.echo(f"wrote {target / due.file_name}")


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
