"""What happens, told to every page that is open (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Snapshot = Callable[[], Awaitable[Any]]

_MOST_WAITING = 1000
_SIGN_OF_LIFE_SECONDS = 15.0
_END, _ANEW = object(), object()


class Feed:
    """Tells pages of changes. Each begins with a snapshot, and does so again when it lags behind.

    Close it before the server that has its streams, which would wait for them.
    """

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[object]] = set()
        self._is_closed = False

    def tell(self, event: str, data: object) -> None:
        """Send an event to every page: `data` is what JSON can hold."""
        told = _event(event, data)
        for page in self._pages:
            if page.qsize() >= _MOST_WAITING:
                _empty(page)
                page.put_nowait(_ANEW)
            else:
                page.put_nowait(told)

    def close(self) -> None:
        """End every stream; one that is asked for later ends after its snapshot."""
        self._is_closed = True
        for page in self._pages:
            page.put_nowait(_END)

    def response(self, snapshot: Snapshot) -> StreamingResponse:
        """Return an endless answer: the event `snapshot`, and what is told from then on.

        What changes while the snapshot is taken comes after it as well, so that a page takes an
        event for the newest state of what it names, and not for a step.
        """
        return StreamingResponse(
            self._stream(snapshot),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _stream(self, snapshot: Snapshot) -> AsyncIterator[str]:
        page: asyncio.Queue[object] = asyncio.Queue()
        page.put_nowait(_ANEW)
        if self._is_closed:
            page.put_nowait(_END)
        self._pages.add(page)
        try:
            while True:
                try:
                    told = await asyncio.wait_for(page.get(), _SIGN_OF_LIFE_SECONDS)
                except TimeoutError:
                    # So that a connection that is gone is noticed, and none is cut for its silence.
                    yield ":\n\n"
                    continue
                if told is _END:
                    return
                yield _event("snapshot", await snapshot()) if told is _ANEW else str(told)
        finally:
            self._pages.discard(page)


def _event(event: str, data: object) -> str:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _empty(page: asyncio.Queue[object]) -> None:
    while not page.empty():
        page.get_nowait()
