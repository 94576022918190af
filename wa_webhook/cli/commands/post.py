"""`wa-webhook post`: sign a payload as Meta does and post it."""

from typing import Annotated

import httpx
import typer

from handler import signature
from handler.settings import SigningSettings
from wa_webhook.cli.errors import fail
from wa_webhook.cli.settings import settings_or_exit


def post(
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="The webhook body; - reads standard input.")
    ],
    url: Annotated[str, typer.Option(help="Where to post it.")] = "http://127.0.0.1:8000/webhook",
) -> None:
    """Sign FILE with the first secret of WA_APP_SECRET, post it, print the status and the answer.

    Exits with 0 if the status was 200, the only one that Meta takes as success, and with 1 if not.
    """
    secret = settings_or_exit(SigningSettings).app_secrets[0]
    body = file.read()
    headers = {
        "Content-Type": "application/json",
        signature.HEADER: signature.sign(body, secret),
    }
    try:
        response = httpx.post(url, content=body, headers=headers, timeout=60)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        fail(f"{url}: {error}")
    typer.echo(f"{response.status_code} {response.text.strip()}")
    raise typer.Exit(0 if response.status_code == httpx.codes.OK else 1)
