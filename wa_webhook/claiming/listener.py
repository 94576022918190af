"""Being woken by the database when something was queued."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from handler.process.logs import logger
from handler.process.refused_login import find_reason
from wa_webhook.claiming.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

_KEEPALIVE_SECONDS = 30


async def listen(url: str, channel: str, wake: Callable[[], None], *, does: str) -> None:
    """Call `wake` for every notification on the channel, until cancelled.

    Its events begin with what the process `does`: NOTIFY, WORK.

    Polling goes on besides, so a connection that is lost costs time and nothing else. Returns when
    a pooler sits in between: it would register the LISTEN in a session that others use.
    """
    backoff = Backoff()
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                url,
                autocommit=True,
                keepalives_idle=_KEEPALIVE_SECONDS,
                fallback_application_name=f"wa-{does.lower()}-listen",
            )
            async with connection:
                if not await _is_direct(connection):
                    logger.warning(f"{does}_LISTEN_UNAVAILABLE", hint="set WA_LISTEN_DATABASE_URL")
                    return
                await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
                backoff.reset()
                # What was queued before the LISTEN took effect woke nobody.
                wake()
                async for _ in connection.notifies():
                    wake()
        except psycopg.Error as error:
            reason = find_reason(error)
            logger.warning(f"{does}_LISTEN_LOST", sqlstate=reason.sqlstate, cause=reason.cause)
        await asyncio.sleep(backoff.next_pause())


async def _is_direct(connection: psycopg.AsyncConnection) -> bool:
    """Say whether the process at work is the one that was announced: poolers make up a number."""
    row = await (await connection.execute("select pg_backend_pid()")).fetchone()
    return row is not None and row[0] == connection.info.backend_pid
