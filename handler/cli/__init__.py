"""The command line `wa-webhook`: one module for each command."""

import typer

from handler.cli.demo import demo
from handler.cli.dev import dev
from handler.cli.doctor import doctor
from handler.cli.extension import extension
from handler.cli.flows import flows
from handler.cli.key import key
from handler.cli.migrate import migrate
from handler.cli.notify import notify
from handler.cli.post import post
from handler.cli.release import release
from handler.cli.replay import replay
from handler.cli.rewrite import rewrite
from handler.cli.serve import serve
from handler.cli.status import status

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A WhatsApp webhook for Supabase.",
)
app.command()(serve)
app.command()(migrate)
app.command()(post)
app.command()(demo)
app.command()(dev)
app.command()(notify)
app.command()(flows)
app.command()(status)
app.command()(doctor)
app.command()(replay)
app.command()(release)
app.command()(extension)
app.command()(key)
app.command()(rewrite)
