"""A popular WhatsApp library that stores nothing: pywa, checking signatures, an empty handler.

`GET /handled` tells how many messages reached that handler: pywa answers 200 to webhooks, too, that
it fails to read.
"""

import importlib
import os
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

# An extra of the benchmark only: where it is not installed, nothing but this process misses it.
pywa: Any = importlib.import_module("pywa_async")

_handled = 0


async def tell_handled(_request: Request) -> Response:
    """Answer with the number of messages so far."""
    return PlainTextResponse(str(_handled))


app = Starlette(routes=[Route("/handled", tell_handled)])
client = pywa.WhatsApp(
    phone_id="106540352242922",
    token="none",  # noqa: S106
    server=app,
    webhook_endpoint="/webhook",
    verify_token="none",  # noqa: S106
    app_secret=os.environ["WA_APP_SECRET"],
)


@client.on_message  # type: ignore[untyped-decorator]
async def count(_client: Any, _message: Any) -> None:  # noqa: ANN401
    """Take the message and forget it."""
    global _handled
    _handled += 1
