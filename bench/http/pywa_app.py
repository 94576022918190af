"""A popular WhatsApp library that stores nothing: pywa, checking signatures, an empty handler."""

import importlib
import os
from typing import Any

from starlette.applications import Starlette

# An extra of the benchmark only: where it is not installed, nothing but this process misses it.
pywa: Any = importlib.import_module("pywa_async")

app = Starlette()
client = pywa.WhatsApp(
    phone_id="106540352242922",
    token="none",  # noqa: S106
    server=app,
    webhook_endpoint="/webhook",
    verify_token="none",  # noqa: S106
    app_secret=os.environ["WA_APP_SECRET"],
)


@client.on_message  # type: ignore[untyped-decorator]
async def do_nothing(_client: Any, _message: Any) -> None:  # noqa: ANN401
    """Take the message and forget it."""
