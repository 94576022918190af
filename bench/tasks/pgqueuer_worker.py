"""A worker of pgqueuer that does the same; with `defer N` it queues so many jobs instead."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from typing import Any

import psycopg

# Extras of the benchmark only: where they are not installed, nothing but this process misses them.
pgqueuer: Any = importlib.import_module("pgqueuer")
drivers: Any = importlib.import_module("pgqueuer.db")

CONCURRENCY = int(os.environ.get("BENCH_CONCURRENCY", "1"))


async def work(job: Any) -> None:  # noqa: ANN401
    """Do nothing: what comes of a job is not kept."""
    del job


async def main(arguments: list[str]) -> None:
    """Apply the schema, queue jobs, or do them until SIGTERM."""
    url = os.environ["WA_DATABASE_URL"]
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        driver = drivers.PsycopgDriver(connection)
        match arguments:
            case ["schema"]:
                await pgqueuer.Queries(driver).install()
            case ["defer", count]:
                pages = [str(page).encode() for page in range(int(count))]
                queries = pgqueuer.Queries(driver)
                await queries.enqueue(["bench"] * len(pages), pages, [0] * len(pages))
            case _:
                queuer = pgqueuer.PgQueuer(driver)
                queuer.entrypoint("bench")(work)
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGTERM, queuer.shutdown.set)
                await queuer.run(batch_size=CONCURRENCY, max_concurrent_tasks=2 * CONCURRENCY)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
