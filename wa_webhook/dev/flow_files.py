"""A team's flows are applied again while they are being written."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from wa_webhook.dev.stack import local_names, migrate
from wa_webhook.migrate import MigrateError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wa_webhook.dev.postgres import LocalPostgres

_INTERVAL_SECONDS = 0.3


class FlowFiles:
    """The SQL files of a folder of flows, as they were when last looked at.

    Looked at before they are applied, so that no change is missed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = self._look()

    async def follow(self, postgres: LocalPostgres, tell: Callable[[str], None]) -> None:
        """Apply all of it again whenever a file changes.

        Where the flows do not hold together the database stays as it is, and `tell` gets why.
        """
        while True:
            await asyncio.sleep(_INTERVAL_SECONDS)
            seen = self._look()
            if seen == self._seen:
                continue
            self._seen = seen
            if said := await asyncio.to_thread(_apply, postgres):
                tell(said)

    def _look(self) -> dict[Path, int]:
        times = {}
        for path in self.folder.rglob("*.sql"):
            # An editor may take it away for a moment.
            with suppress(OSError):
                times[path] = path.stat().st_mtime_ns
        return times


def _apply(postgres: LocalPostgres) -> str | None:
    try:
        with psycopg.connect(postgres.url(), autocommit=True) as database:
            outcome = migrate(database, local_names())
    except (MigrateError, psycopg.Error) as error:
        return f"flows not applied: {error}"
    return "flows applied" if outcome.migrations or outcome.routines else None
