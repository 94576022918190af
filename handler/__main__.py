"""`python -m handler`: the command line without its installed script."""

from handler.cli import app

app(prog_name="wa-webhook")
