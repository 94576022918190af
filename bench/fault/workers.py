"""Workers in processes of their own, and what befalls them and their server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING

from bench.machine import PROJECT

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping

    from bench.fault.plan import FaultPlan
    from wa_webhook.dev.postgres import LocalPostgres

# What a crash takes away must not have been answered: throwaway clusters answer before they write.
DURABILITY = """
    do $$ begin
      execute format('alter database %I set synchronous_commit = on', current_database());
    end $$;
"""


class Workers:
    """Processes of `wa-webhook COMMAND`, as many as the plan says.

    `faults` counts what was done to them and to the server.
    """

    def __init__(
        self, server: LocalPostgres, plan: FaultPlan, command: str, variables: Mapping[str, str]
    ) -> None:
        self._server = server
        self._plan = plan
        self._command = command
        self._variables = {"PYTHONPATH": str(PROJECT), "WA_METRICS_PORT": "off", **variables}
        self._random = random.Random(plan.seed)  # noqa: S311
        self._processes: list[Process] = []
        self.faults: Counter[str] = Counter()

    def set(self, variable: str, value: str) -> None:
        """Set what is known only just before they start."""
        self._variables[variable] = value

    @contextlib.asynccontextmanager
    async def failing(self) -> AsyncIterator[asyncio.Task[None]]:
        """Run them, and yield the task that causes the faults; both end with the block."""
        causing = None
        try:
            for _ in range(self._plan.workers):
                await self._start()
            causing = asyncio.create_task(self._cause_faults())
            yield causing
        finally:
            if causing is not None:
                causing.cancel()
                await asyncio.gather(causing, return_exceptions=True)
            for process in self._processes:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()

    async def _start(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from wa_webhook.cli import app; app()",
            self._command,
            env=os.environ | self._variables,
            cwd=PROJECT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        self._processes.append(process)

    async def _cause_faults(self) -> None:
        faults = self._plan.faults
        self._random.shuffle(faults)
        for fault in faults:
            mean = self._plan.seconds_between_faults
            await asyncio.sleep(self._random.uniform(0.5 * mean, 1.5 * mean))
            if fault == "kill":
                victim = self._random.choice(self._processes)
                victim.kill()
                await victim.wait()
                self._processes.remove(victim)
                await self._start()
            else:
                await asyncio.to_thread(self._restart_server, is_crash=fault == "crash")
            self.faults[fault] += 1

    def _restart_server(self, *, is_crash: bool) -> None:
        if is_crash:
            self._server.crash()
        else:
            self._server.stop()
        self._server.start()
