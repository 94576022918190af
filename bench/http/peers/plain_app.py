"""The HTTP floor: an ASGI app that verifies the signature and does nothing else."""

import os
from typing import Any

from handler.signature import is_signed_by_one_of

_SECRETS = (os.environ["WA_APP_SECRET"].encode(),)
_HEADER = b"x-hub-signature-256"
_HEADERS = [(b"content-type", b"text/plain"), (b"content-length", b"2")]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
    """Answer 200 when the body is signed, else 401."""
    if scope["type"] != "http":
        return
    body = b""
    is_complete = False
    while not is_complete:
        event = await receive()
        body += event.get("body", b"")
        is_complete = not event.get("more_body", False)
    header = dict(scope["headers"]).get(_HEADER, b"").decode()
    status = 200 if is_signed_by_one_of(_SECRETS, body, header) else 401
    await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": b"ok"})
