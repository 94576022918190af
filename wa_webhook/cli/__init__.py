"""The command line `wa-webhook`: one module for each command."""

from importlib.metadata import version as version_of
from typing import Annotated

import typer

from wa_webhook.cli.demo import demo
from wa_webhook.cli.dev import dev
from wa_webhook.cli.doctor import doctor
from wa_webhook.cli.export import export
from wa_webhook.cli.extension import extension
from wa_webhook.cli.flows import app as flows
from wa_webhook.cli.init import init
from wa_webhook.cli.key import key
from wa_webhook.cli.migrate import migrate
from wa_webhook.cli.notify import notify
from wa_webhook.cli.numbers import app as numbers
from wa_webhook.cli.person import app as person
from wa_webhook.cli.post import post
from wa_webhook.cli.replay import replay
from wa_webhook.cli.rewrite import rewrite
from wa_webhook.cli.serve import serve
from wa_webhook.cli.status import status
from wa_webhook.cli.work import work

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A WhatsApp webhook for Supabase.",
)


def _print_version(is_asked_for: bool) -> None:
    if is_asked_for:
        typer.echo(f"wa-webhook {version_of('wa-webhook')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


app.command()(init)
app.command()(serve)
app.command()(migrate)
app.command()(post)
app.command()(demo)
app.command()(dev)
app.command()(notify)
app.command()(work)
app.command()(status)
app.command()(doctor)
app.command()(replay)
app.command()(export)
app.command()(extension)
app.command()(key)
app.command()(rewrite)
app.add_typer(person, name="person")
app.add_typer(flows, name="flows")
app.add_typer(numbers, name="numbers")
