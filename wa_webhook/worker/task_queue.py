"""The worker's calls into the database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.types.json import Jsonb

from wa_webhook.claiming.database_link import DatabaseLink, DatabaseState
from wa_webhook.naming.names import channel_of
from wa_webhook.worker.claimed import Attempted, ClaimedTask, TaskResult

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from handler.process.outage_alert import OutageAlert


class TaskQueue:
    """Claims, settles, gives signs of life and takes later answers, each on its own connection.

    `worker` is the name that claimed tasks carry, `lease_seconds` how long they stay ours without
    a sign of life. All methods raise psycopg.Error.
    """

    def __init__(
        self,
        url: str,
        *,
        worker: str,
        lease_seconds: float,
        schema: str = "public",
        prepared_statements: bool = False,
        outage: OutageAlert | None = None,
    ) -> None:
        state = DatabaseState("WORK", outage)
        self._claiming, self._settling, self._living, self._answering = (
            DatabaseLink(url, state, prepared_statements=prepared_statements) for _ in range(4)
        )
        self._one_answer = asyncio.Lock()
        self.channel = channel_of(schema, "wa_tasks")
        self._worker = worker
        self._lease = timedelta(seconds=lease_seconds)
        schema_name = sql.Identifier(schema)
        self._claim = sql.SQL(
            # As JSON a moment is written in one way, whatever the DateStyle of the session.
            "select id, lock_token, kind, input, progress, attempt, to_jsonb(deadline_at)"
            " from {}.wa_tasks_claim(%s, %s, %s, %s)"
        ).format(schema_name)
        self._settle = sql.SQL("select {}.wa_tasks_settle(%s)").format(schema_name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for link in (self._claiming, self._settling, self._living, self._answering):
            await link.close()

    async def claim(self, kind: str, batch: int) -> list[ClaimedTask]:
        """Return up to `batch` due tasks, which are ours until the lease runs out."""
        parameters = (self._worker, [kind], batch, self._lease)
        rows = await self._claiming.fetch(self._claim, parameters)
        return [
            ClaimedTask(
                task_id,
                lock_token,
                kind,
                given,
                progress,
                attempt,
                datetime.fromisoformat(deadline),
            )
            for task_id, lock_token, kind, given, progress, attempt, deadline in rows
        ]

    async def settle(self, results: Sequence[tuple[ClaimedTask, TaskResult]]) -> dict[str, Any]:
        """Report what came of tasks, and return counts, events, and the ids that were lost."""
        return await self._report(self._settling, results)

    async def keep(self, results: Sequence[tuple[ClaimedTask, TaskResult]]) -> list[int]:
        """Lengthen leases, keep the progress, and return the ids that are no longer ours."""
        report = await self._report(self._living, results)
        lost: list[int] = report["lost"]
        return lost

    async def answer(self, attempt: Attempted, result: TaskResult) -> dict[str, Any]:
        """Report what somebody says later of one attempt, whoever claimed it; as `settle` does."""
        # They come at any moment, and a link is for one call at a time.
        async with self._one_answer:
            return await self._report(self._answering, [(attempt, result)])

    async def _report(
        self, link: DatabaseLink, results: Sequence[tuple[Attempted, TaskResult]]
    ) -> dict[str, Any]:
        told = Jsonb([result.as_json(task) for task, result in results])
        ((report,),) = await link.fetch(self._settle, (told,))
        answer: dict[str, Any] = report
        return answer
