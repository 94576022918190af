"""`wa-webhook emulate`: Meta's side for any application, until Ctrl-C."""

from typing import Annotated

import typer

from wa_webhook.cli.errors import fail
from wa_webhook.dev.identity import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID


def emulate(
    webhook: Annotated[
        str, typer.Argument(help="Where the application takes webhooks.", show_default=False)
    ],
    app_secret: Annotated[str, typer.Option(help="What webhooks are signed with.")] = APP_SECRET,
    token: Annotated[
        str, typer.Option(help="What the application shows to the Graph API.")
    ] = ACCESS_TOKEN,
    verify_token: Annotated[
        str, typer.Option(help="Ask the webhook for a challenge with this first.")
    ] = "",
    number_id: Annotated[
        str, typer.Option(help="The id of the business number.")
    ] = PHONE_NUMBER_ID,
    host: Annotated[
        str, typer.Option(help="Where both listen; in a container: 0.0.0.0.")
    ] = "127.0.0.1",
    graph_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the Graph API; 0 takes a free one.")
    ] = 8001,
    phone_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the phones; 0 takes a free one.")
    ] = 8080,
) -> None:
    """Be Meta for an application under test: its Graph API, its webhooks, and phones to write from.

    Nothing is kept: Ctrl-C ends everything.
    """
    # Only here: the other commands do without what serves.
    from handler.process.listening import bind
    from wa_webhook.dev.emulation import Application, run_emulation

    if not webhook.startswith(("http://", "https://")):
        fail(f"{webhook}: write an address, such as http://127.0.0.1:8000/webhook", 2)
    application = Application(webhook, app_secret, token, number_id, verify_token)
    with (
        bind(host, graph_port, "Graph API", "--graph-port") as graph,
        bind(host, phone_port, "phone", "--phone-port") as phone,
    ):
        run_emulation(application, graph, phone, typer.echo)
