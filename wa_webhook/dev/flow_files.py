"""A team's flows are applied again while they are being written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg

from wa_webhook.dev.stack import local_names, migrate
from wa_webhook.dev.watched_files import WatchedFiles
from wa_webhook.migrate import MigrateError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.migrate import Outcome


class FlowFiles:
    """The SQL files of a folder of flows, as they were when last looked at.

    Looked at before they are applied, so that no change is missed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = WatchedFiles(lambda: folder.rglob("*.sql"))

    async def follow(self, postgres: LocalPostgres, tell: Callable[[str], None]) -> None:
        """Apply all of it again whenever a file changes.

        Where the flows do not hold together the database stays as it is, and `tell` gets why.
        """
        is_refused = False
        while True:
            await self._files.wait_for_change()
            try:
                outcome = await asyncio.to_thread(_apply, postgres)
            except (MigrateError, psycopg.Error) as error:
                tell(f"flows not applied: {error}")
                is_refused = True
                continue
            if outcome.migrations or outcome.routines:
                tell("flows applied")
            elif is_refused:
                tell("flows mended: they are again as they were applied")
            is_refused = False


def _apply(postgres: LocalPostgres) -> Outcome:
    with psycopg.connect(postgres.url(), autocommit=True) as database:
        return migrate(database, local_names())
