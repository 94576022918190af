"""Tasks that ran out of time, where no worker runs that would end them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from handler.process.logs import log_events
from wa_webhook.claiming.backoff import Backoff

if TYPE_CHECKING:
    from wa_webhook.claiming.database_link import DatabaseLink

LOOK_SECONDS = 5.0


async def end_overdue_tasks(database: DatabaseLink, schema: str) -> None:
    """Have them ended, so that nobody waits for ever, until cancelled."""
    expire = sql.SQL("select {}.wa_tasks_expire()").format(sql.Identifier(schema))
    backoff = Backoff()
    while True:
        try:
            ((events,),) = await database.fetch(expire, ())
        except psycopg.Error:
            # The notifier's own calls meet the same trouble, and report it.
            await asyncio.sleep(backoff.next_pause())
        else:
            log_events(events)
            backoff.reset()
            await asyncio.sleep(LOOK_SECONDS)
