"""What `wa-webhook dev` tells of messages that the bot fails at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg

from wa_webhook.dev.stack import local_names
from wa_webhook.migrate.places import name_files
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.dev.postgres import LocalPostgres

_LOOK_SECONDS = 0.3
_FAILED = """
    select event.wa_message_id, event.error
    from public.wa_events as event
    where event.status = 'failed' and event.wa_message_id <> all(%s)
    order by event.received_at
"""


def locate(postgres: LocalPostgres, error: str) -> str:
    """Return an error with the file and line of its step. Raises psycopg.Error."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        return name_files(error, connection, local_names())


async def follow_failures(postgres: LocalPostgres, tell: Callable[[str], None]) -> None:
    """Tell of each message that fails from now on, with what its step raised and where.

    Raises psycopg.Error when the database is there no more.
    """
    statement = Rewriter(local_names()).rewrite(_FAILED).encode()
    told: list[str] = []
    is_begin = True
    url = postgres.url()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while True:
            for message_id, error in await (await connection.execute(statement, [told])).fetchall():
                told.append(message_id)
                if not is_begin:
                    tell(f"failed: {await asyncio.to_thread(locate, postgres, error)}")
            is_begin = False
            await asyncio.sleep(_LOOK_SECONDS)
