"""A Prometheus of this machine, on loopback, as `ops/prometheus.yml` configures it."""

from __future__ import annotations

import asyncio
import math
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from tests.docs.code_blocks import PROJECT
from tests.fixtures.machine import find_program
from wa_webhook.dev.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

OPS = PROJECT / "ops"
TARGETS = {
    "wa-webhook": "127.0.0.1:9464",
    "wa-notifier": "127.0.0.1:9465",
    "wa-worker": "127.0.0.1:9466",
}


@dataclass(frozen=True)
class Prometheus:
    """The HTTP API of a running server."""

    http: httpx.AsyncClient

    async def query(self, expression: str) -> list[float]:
        """Return the present values of an expression that are numbers, one for each series."""
        found = await self._get("/api/v1/query", query=expression)
        values = [float(one["value"][1]) for one in found["result"]]
        return [value for value in values if not math.isnan(value)]

    async def rules(self) -> list[dict[str, Any]]:
        """Return every rule with its health and state."""
        groups = (await self._get("/api/v1/rules"))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def _get(self, path: str, **parameters: str) -> Any:
        answer = await self.http.get(path, params=parameters)
        assert answer.is_success, answer.text
        return answer.json()["data"]


@asynccontextmanager
async def running_prometheus(
    folder: Path, urls: Mapping[str, str], scrape_interval: str = "500ms"
) -> AsyncIterator[Prometheus]:
    """Run Prometheus on the shipped configuration, with these targets for its jobs."""
    (folder / "prometheus-rules.yml").write_text((OPS / "prometheus-rules.yml").read_text())
    configuration = (OPS / "prometheus.yml").read_text().replace("15s", scrape_interval)
    # The worker's part is a comment, for those that have one; so is the desk's, which stays out.
    configuration = configuration.partition("  # wa-webhook console")[0]
    configuration = re.sub(r"(?m)^  # (?=- job_name|  )", "  ", configuration)
    for job, example in TARGETS.items():
        assert example in configuration
        configuration = configuration.replace(example, urls[job].removeprefix("http://"))
    (folder / "prometheus.yml").write_text(configuration)
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            find_program("prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=1h",
            f"--web.listen-address={address}",
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as http:
            await _until_ready(http, process, folder / "log")
            yield Prometheus(http)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(
    http: httpx.AsyncClient, process: asyncio.subprocess.Process, log: Path
) -> None:
    async with asyncio.timeout(60):
        while True:
            assert process.returncode is None, f"Prometheus ended, see {log}"
            try:
                if (await http.get("/-/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
