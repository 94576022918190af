"""The body of a request from somebody who is not trusted yet."""

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive

CLOSE = {"Connection": "close"}


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the raw body, never holding more than the limit, whatever its length claims to be.

    Raises HTTPException 413 above the limit. The server ends a body that does not arrive.
    """
    chunks: list[bytes] = []
    is_complete = False
    while not is_complete:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(event.get("body", b""))
        limit -= len(chunks[-1])
        if limit < 0:
            raise HTTPException(413, "body_too_large", CLOSE)
        is_complete = not event.get("more_body", False)
    return b"".join(chunks)
