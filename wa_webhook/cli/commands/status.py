"""`wa-webhook status`: one screen that says whether somebody is needed."""

import json
from typing import Annotated

import typer
from rich.console import Console

from handler.settings import SnapshotSettings
from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.names import names_or_exit
from wa_webhook.cli.settings import settings_or_exit
from wa_webhook.operations.status import read_status
from wa_webhook.operations.status_screen import draw_problems, draw_status


def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show traffic, queue, failures, retention, migrations and roles, and what to do next.

    WA_DATABASE_URL is that of wa_operator_role. Exits with 0 when nothing needs a person, 1 when
    something does, 2 when a setting is wrong, and 3 when the database did not answer.
    """
    is_sampling = settings_or_exit(SnapshotSettings).snapshot_rate > 0
    with database_or_exit("status") as connection:
        found = read_status(
            connection,
            names_or_exit(),
            is_sampling=is_sampling,
        )
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        console = Console(highlight=False)
        console.print(draw_status(found))
        # Unbroken, so that a command can be copied.
        console.print(draw_problems(found), soft_wrap=True)
    raise typer.Exit(1 if found.needs_person else 0)
