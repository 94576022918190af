"""`wa-webhook dev`: everything on this machine, until Ctrl-C."""

from pathlib import Path
from typing import Annotated

import typer

from wa_webhook.cli.embedded import embedded_server_or_exit
from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.signals import exit_on_termination
from wa_webhook.cli.source import WithOption, names_in


def dev(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the webhook; 0 takes a free one.")
    ] = 8000,
    graph_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the stand-in for the Graph API.")
    ] = 8001,
    phone_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the phone in the browser; 0 takes a free one.")
    ] = 8080,
    desk_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the desk; 0 takes a free one.")
    ] = 8081,
    database_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of PostgreSQL; 0 takes a free one.")
    ] = 54329,
    folder: Annotated[Path, typer.Option(help="Where the data stays.")] = Path(".dev"),
    asked_for: WithOption = None,
    script: Annotated[
        Path | None,
        typer.Option(help="Do on the phone what this file says, and end.", show_default=False),
    ] = None,
) -> None:
    """Run handler, notifier, worker and a stand-in for the Graph API on an embedded PostgreSQL.

    A phone in the browser writes to the bot, and shows what each message did; the desk takes over
    from it. Replies are printed as well, as they arrive at the stand-in. Ctrl-C ends everything;
    the data stays.

    Exits with 1 when a script was not followed.
    """
    exit_on_termination()
    with embedded_server_or_exit():
        # Only here: the other commands do without the optional packages.
        from wa_webhook.dev.session import run_session
        from wa_webhook.phone.script import ScriptError

        with exit_on(ScriptError):
            run_session(
                folder,
                port=port,
                graph_port=graph_port,
                phone_port=phone_port,
                desk_port=desk_port,
                database_port=database_port,
                asked_for=names_in(asked_for),
                script=script,
            )
