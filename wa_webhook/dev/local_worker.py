"""A worker inside this process."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pydantic import SecretStr

from wa_webhook.dev.stack import local_names
from wa_webhook.worker.process import working
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wa_webhook.worker.registry import TaskFunction
    from wa_webhook.worker.settings import TaskSettings

_DRAIN_SECONDS = 2


class LocalWorker:
    """Does tasks on the database that `database_url` leads to, as the workers' role."""

    def __init__(self, database_url: str, tasks: TaskSettings) -> None:
        self._settings = WorkerSettings(
            _env_file=None,
            wa_database_schema=local_names().schema,
            wa_database_url=SecretStr(database_url),
            wa_listen_database_url=None,
            wa_metrics_port=None,
            wa_work_drain_seconds=_DRAIN_SECONDS,
            **tasks.model_dump(exclude={"wa_work_drain_seconds"}),
        )

    @contextlib.asynccontextmanager
    async def doing(self, functions: Sequence[TaskFunction]) -> AsyncIterator[None]:
        """Do what these do until the context is left; then finish or give back what was begun."""
        if not functions:
            yield
            return
        async with working(self._settings, functions):
            yield
