"""`python -m wa_webhook`: the command line without its installed script."""

from wa_webhook.cli import app

app(prog_name="wa-webhook")
