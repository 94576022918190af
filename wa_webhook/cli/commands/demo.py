"""`wa-webhook demo`: a scripted conversation through everything."""

import typer

from wa_webhook.cli.embedded import embedded_server_or_exit
from wa_webhook.cli.signals import exit_on_termination


def demo() -> None:
    """Hold a conversation through signed webhooks on a temporary database, and check each reply.

    Exits with 0 if every reply was the expected one, and with 1 if not.
    """
    exit_on_termination()
    with embedded_server_or_exit():
        # Only here: the other commands do without the optional packages.
        from wa_webhook.demo.session import run_session

        raise typer.Exit(0 if run_session() else 1)
