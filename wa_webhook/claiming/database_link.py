"""A database connection that is made again whenever it is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NoReturn

import psycopg
from psycopg.rows import tuple_row

from handler.process.blame import Blame, find_blame_of, is_session_suspect
from handler.process.logs import log_notice, logger
from handler.process.refused_login import find_reason

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from handler.process.outage_alert import OutageAlert

_CONNECT_SECONDS = 5
_CALL_SECONDS = 30.0
"""Both calls take milliseconds: no answer for so long means that the connection leads nowhere."""


class DatabaseState:
    """Logs the change from reachable to unreachable and back, once for all links.

    Its events begin with what the process does: NOTIFY, WORK.
    """

    def __init__(self, does: str, outage: OutageAlert | None = None) -> None:
        self.does = does
        self._is_lost = False
        self._outage = outage

    def report_lost(self, error: psycopg.Error) -> None:
        """Note that a call failed for want of a database."""
        reason = find_reason(error)
        if not self._is_lost:
            logger.warning(
                f"{self.does}_DATABASE_LOST",
                sqlstate=reason.sqlstate,
                cause=reason.cause,
                error=type(error).__name__,
                detail=str(error),
            )
        self._is_lost = True
        if self._outage is not None:
            self._outage.report_lost(reason.sqlstate or type(error).__name__, reason.cause)

    def report_back(self) -> None:
        """Note that a call succeeded."""
        if self._is_lost:
            logger.info(f"{self.does}_DATABASE_BACK")
        self._is_lost = False
        if self._outage is not None:
            self._outage.report_back()


class DatabaseLink:
    """One connection in autocommit, opened by the first call and by any call after a loss.

    Nothing is kept in the session, so a pooler in transaction mode may sit in between.
    """

    def __init__(self, url: str, state: DatabaseState, *, prepared_statements: bool) -> None:
        self._url = url
        self._state = state
        self._prepare_threshold = 5 if prepared_statements else None
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def fetch(
        self, statement: Composed, parameters: tuple[Any, ...]
    ) -> list[tuple[Any, ...]]:
        """Execute one statement and return its rows.

        Raises psycopg.Error; when the server is to blame for it, the next call connects anew.
        """
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                connection = await self._connected()
                cursor = await connection.execute(statement, parameters)
                rows = await cursor.fetchall()
        except TimeoutError:
            await self._give_up(psycopg.OperationalError(f"no answer within {_CALL_SECONDS:g} s"))
        except psycopg.Error as error:
            if is_session_suspect(error):
                await self._give_up(error)
            raise
        self._state.report_back()
        return rows

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _give_up(self, error: psycopg.Error) -> NoReturn:
        self._state.report_lost(error)
        await self.close()
        raise error

    async def _connected(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                prepare_threshold=self._prepare_threshold,
                row_factory=tuple_row,
                connect_timeout=_CONNECT_SECONDS,
                fallback_application_name=f"wa-{self._state.does.lower()}",
            )
            self._connection.add_notice_handler(log_notice)
        return self._connection


def report_failure(event: str, error: psycopg.Error, **fields: object) -> None:
    """Log what somebody must look at. A database that is away was reported by the link, once."""
    if not is_session_suspect(error) and find_blame_of(error) is not Blame.CONTENTION:
        detail = error.diag.message_primary or type(error).__name__
        logger.error(event, sqlstate=error.sqlstate, detail=detail, **fields)
