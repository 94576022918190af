"""A worker of procrastinate that does the same; with `defer N` it queues so many jobs instead."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from typing import Any

# An extra of the benchmark only: where it is not installed, nothing but this process misses it.
procrastinate: Any = importlib.import_module("procrastinate")

CONCURRENCY = int(os.environ.get("BENCH_CONCURRENCY", "1"))

app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=os.environ["WA_DATABASE_URL"])
)


@app.task(name="bench")  # type: ignore[untyped-decorator]
async def work(page: int) -> dict[str, Any]:
    """Return what it was given."""
    return {"page": page}


async def main(arguments: list[str]) -> None:
    """Apply the schema, queue jobs, or do them until SIGTERM."""
    async with app.open_async():
        match arguments:
            case ["schema"]:
                await app.schema_manager.apply_schema_async()
            case ["defer", count]:
                await work.batch_defer_async(*({"page": page} for page in range(int(count))))
            case _:
                await app.run_worker_async(concurrency=CONCURRENCY)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
