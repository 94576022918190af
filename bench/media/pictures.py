"""Pictures that people send, and the stand-in for Meta that has them: `python -m` serves N.

The port is printed in a line, and the server runs until its standard input ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
from base64 import b64encode

from handler.process.listening import bind
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.meta_stand_in.record import Media

TOKEN = "none"  # noqa: S105
MIME_TYPE = "image/jpeg"
SIZE_BYTES = 120_000
_FIRST_ID = 10_000_000

_HEAD = bytes.fromhex("ffd8ffe000104a46494600010101004800480000")


def media_id(number: int) -> str:
    """Return what Meta calls a picture."""
    return str(_FIRST_ID + number)


def picture(number: int) -> bytes:
    """Return a JPEG by its first bytes, and noise: nothing compresses, and no two are the same."""
    return _HEAD + random.Random(number).randbytes(SIZE_BYTES - len(_HEAD))  # noqa: S311


def described(number: int) -> dict[str, str]:
    """Return what a webhook says of it."""
    digest = b64encode(hashlib.sha256(picture(number)).digest()).decode()
    return {"id": media_id(number), "mime_type": MIME_TYPE, "sha256": digest}


async def serve(count: int) -> None:
    """Have so many pictures until the standard input ends."""
    graph = GraphStandIn(token=TOKEN, app_secret=TOKEN)
    for number in range(count):
        one = Media(media_id(number), MIME_TYPE, picture(number))
        graph.record.media[one.media_id] = one
    async with LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server:
        print(server.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
