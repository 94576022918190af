"""Pages are told to look when something happened, and now and then in case nobody said so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wa_webhook.claiming.listener import listen
from wa_webhook.naming.names import channel_of

if TYPE_CHECKING:
    from wa_webhook.pages import Feed

_LOOK_SECONDS = 10.0
"""How late a page is with ticks, with what the bot says, and behind a pooler with everything."""
_TOGETHER_SECONDS = 0.1
"""What happens within this is told once."""


async def follow(url: str, feed: Feed, schema: str) -> None:
    """Tell the feed `changed` for what concerns people, else `look` now and then; until cancelled.

    `url` is that of a direct connection of any role: listening takes no right. `schema` is the
    contract's.
    """
    happened = asyncio.Event()
    channel = channel_of(schema, "wa_desk")
    listening = asyncio.create_task(listen(url, channel, happened.set, does="CONSOLE"))
    try:
        while True:
            try:
                await asyncio.wait_for(happened.wait(), _LOOK_SECONDS)
            except TimeoutError:
                feed.tell("look", None)
                continue
            await asyncio.sleep(_TOGETHER_SECONDS)
            happened.clear()
            feed.tell("changed", None)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
