"""`wa-webhook serve`: the webhook, as `python -m handler` runs it."""

from typing import Annotated

import typer

import handler.serve
from handler.process.listening import PortRefusedError
from handler.settings import WebhookSettings
from wa_webhook.cli.errors import exit_on
from wa_webhook.cli.settings import MetricsPort, businesses_or_exit


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; default: WA_HOST.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Default: WA_PORT; 0 takes a free one.", show_default=False
        ),
    ] = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Receive webhooks until SIGTERM, then answer what is in flight and leave."""
    given = {"wa_host": host, "wa_port": port, "wa_metrics_port": metrics_port}
    businesses = businesses_or_exit(WebhookSettings, "serve", given)
    with exit_on(PortRefusedError):
        handler.serve.serve(businesses)
