"""How a page is told what happens."""

from __future__ import annotations

import asyncio

from wa_webhook.pages import Feed


async def test_a_page_begins_with_a_snapshot_and_is_told_what_follows() -> None:
    feed = Feed()
    counted = 0

    async def snapshot() -> dict[str, int]:
        feed.tell("count", counted)
        return {"count": counted}

    stream = feed.response(snapshot).body_iterator.__aiter__()
    assert await anext(stream) == 'event: snapshot\ndata: {"count": 0}\n\n'
    assert await anext(stream) == "event: count\ndata: 0\n\n"
    counted = 1
    feed.tell("count", counted)
    assert await anext(stream) == "event: count\ndata: 1\n\n"


async def test_a_page_that_lags_behind_begins_anew() -> None:
    feed = Feed()
    counted = 0

    async def snapshot() -> int:
        return counted

    stream = feed.response(snapshot).body_iterator.__aiter__()
    await anext(stream)
    for counted in range(1, 2001):
        feed.tell("count", counted)
    told = [await anext(stream)]
    while f"data: {counted}" not in str(told[-1]):
        told.append(await anext(stream))
    assert "event: snapshot\ndata: 2000\n\n" in told
    assert len(told) < 1001


async def test_a_closed_feed_ends_every_stream() -> None:
    feed = Feed()

    async def snapshot() -> None:
        return None

    async def read() -> list[object]:
        return [part async for part in feed.response(snapshot).body_iterator]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    feed.close()
    assert await reading == await read() == ["event: snapshot\ndata: null\n\n"]
