"""Deleting from the store what nobody refers to any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from handler.process.logs import logger
from wa_webhook.claiming.backoff import Backoff
from wa_webhook.claiming.database_link import DatabaseLink, DatabaseState, report_failure
from wa_webhook.media.store import StoreError

if TYPE_CHECKING:
    from typing import Self

    from wa_webhook.media.store import MediaStore

_BATCH = 100
_PAUSE_SECONDS = 30.0


class MediaDeletions:
    """What the database no longer wants the store to have; any number of workers may delete."""

    def __init__(self, url: str, store: MediaStore, *, schema: str = "public") -> None:
        self._link = DatabaseLink(url, DatabaseState("WORK", None), prepared_statements=False)
        self._store = store
        schema_name = sql.Identifier(schema)
        self._claim = sql.SQL("select id, key from {}.wa_media_deletions_claim(%s)").format(
            schema_name
        )
        self._settle = sql.SQL("select {}.wa_media_deletions_settle(%s)").format(schema_name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._link.close()

    async def run(self) -> None:
        """Delete what is due, now and again, until cancelled."""
        backoff = Backoff()
        while True:
            try:
                deleted = await self.delete_some()
            except psycopg.Error as error:
                report_failure("MEDIA_DELETE_FAILED", error)
                await asyncio.sleep(backoff.next_pause())
                continue
            backoff.reset()
            if deleted < _BATCH:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def delete_some(self) -> int:
        """Delete a batch of what is due, and return how many.

        What the store does not delete is due again when its lease is over. Raises psycopg.Error.
        """
        deleted = []
        for object_id, key in await self._link.fetch(self._claim, (_BATCH,)):
            try:
                await self._store.delete(key)
            except StoreError as error:
                logger.error("MEDIA_DELETE_FAILED", error=str(error))
                break
            deleted.append(object_id)
        if deleted:
            await self._link.fetch(self._settle, (deleted,))
            logger.info("MEDIA_DELETED", count=len(deleted))
        return len(deleted)
