"""`wa-webhook history`: what was said between one person and us."""

import json
from typing import Annotated

import typer

from wa_webhook.cli.database import database_or_exit
from wa_webhook.cli.names import names_or_exit
from wa_webhook.operations.history import draw_history, read_history


def history(
    who: Annotated[
        str,
        typer.Argument(
            help="A number with its country code in any spelling, a BSUID, or a user_id."
        ),
    ],
    most: Annotated[
        int, typer.Option("--most", min=1, max=1000, help="How many messages, the latest.")
    ] = 100,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Print one person's messages in both directions, newest last.

    WA_DATABASE_URL is that of wa_operator_role or wa_agent_role. Exits with 1 when nobody goes by
    this, 2 when a setting is wrong, and 3 when the database did not answer.
    """
    names = names_or_exit()
    with database_or_exit("history") as connection:
        messages = read_history(connection, names, who, most)
    if as_json:
        typer.echo(json.dumps([said.as_json() for said in messages], ensure_ascii=False))
        return
    for line in draw_history(messages):
        typer.echo(line)
