"""What fetching costs whoever checks and remembers nothing: aiohttp, and a file for each picture.

    python -m bench.media.floor GRAPH_URL FOLDER COUNT AT_ONCE

Prints the seconds and the seconds of CPU that it took, without its start, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp

from bench.media.pictures import TOKEN, media_id


async def fetch_all(graph_url: str, folder: Path, count: int, at_once: int) -> None:
    """Ask for the link of each picture, follow it, and write what comes."""
    numbers = iter(range(count))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:

        async def fetch() -> None:
            for number in numbers:
                async with http.get(f"{graph_url}/{media_id(number)}") as answer:
                    link = (await answer.json())["url"]
                async with http.get(link) as answer:
                    content = await answer.read()
                await asyncio.to_thread((folder / str(number)).write_bytes, content)

        await asyncio.gather(*(fetch() for _ in range(at_once)))


def main() -> None:
    """Fetch, and say how long it took."""
    graph_url, folder, count, at_once = sys.argv[1:]
    started, cpu_before = time.monotonic(), time.process_time()
    asyncio.run(fetch_all(graph_url, Path(folder), int(count), int(at_once)))
    seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu_before
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))


if __name__ == "__main__":
    main()
