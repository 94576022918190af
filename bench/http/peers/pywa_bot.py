"""A bot of pywa that answers every text: nothing is stored, no reply is ever sent again."""

import importlib
import os
from typing import Any

import httpx
from starlette.applications import Starlette

# An extra of the benchmark only: where it is not installed, nothing but this process misses it.
pywa: Any = importlib.import_module("pywa_async")

app = Starlette()
session = httpx.AsyncClient()
client = pywa.WhatsApp(
    phone_id="106540352242922",
    token="none",  # noqa: S106
    session=session,
    server=app,
    webhook_endpoint="/webhook",
    verify_token="none",  # noqa: S106
    app_secret=os.environ["WA_APP_SECRET"],
)
session.base_url = os.environ["WHATSAPP_API_BASE_URL"]


@client.on_message  # type: ignore[untyped-decorator]
async def answer(_client: Any, message: Any) -> None:  # noqa: ANN401
    """Answer with a text, the least that a bot says."""
    await message.reply("hello")
