"""A stand-in for the Graph API that takes every message at once and remembers none."""

import itertools
import json
from typing import Any

_HEADERS = [(b"content-type", b"application/json")]
_numbers = itertools.count(1)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
    """Accept a message, under an id of its own."""
    if scope["type"] != "http":
        return
    is_complete = False
    while not is_complete:
        event = await receive()
        is_complete = not event.get("more_body", False)
    answer = {
        "messaging_product": "whatsapp",
        "messages": [{"id": f"wamid.HBgLMzQ2MDAwMDAwMDAVAgARGBI{next(_numbers):016x}"}],
    }
    body = json.dumps(answer).encode()
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
