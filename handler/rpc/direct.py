"""Calls over connections to PostgreSQL, of this process's own role.

Each call is one statement in autocommit, one round trip, and leaves nothing behind in the session,
so a pooler in transaction mode may sit in between. A call that takes too long is cancelled from
here: setting `statement_timeout` would take a statement of its own or lean on the session.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, LiteralString, Self

import psycopg
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from handler.process.blame import is_session_suspect
from handler.process.environment import DatabaseOptions
from handler.process.logs import log_notice
from handler.process.refused_login import Reason, find_reason
from handler.rpc.protocol import (
    ACQUIRE_SECONDS,
    DISPATCH_SECONDS,
    REPORT_SECONDS,
    Answer,
    ConnectionLost,
    CountError,
    DatabaseUnavailable,
    DispatchError,
    PayloadRefused,
    PurgeFailed,
    dispatch_patiently,
    sort_sqlstate,
)

TCP_LIMITS = {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 15_000}
"""A dead network shows by these, long before DISPATCH_SECONDS."""

RECONNECT_SECONDS = 2.0
"""After this the pool stops trying on its own, and tries again at once for the next request."""


class DirectRpc:
    """A pool of connections, and one more while retention runs."""

    def __init__(
        self, url: str, options: DatabaseOptions, on_error: CountError | None = None
    ) -> None:
        self._url = url
        self._on_error = on_error
        self._refusal: Reason | None = None
        self._schema = options.wa_database_schema
        self._pool = AsyncConnectionPool(
            url,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 5 if options.wa_database_prepared_statements else None,
                "fallback_application_name": "wa-webhook",
                **TCP_LIMITS,
            },
            min_size=options.wa_database_pool_size,
            open=False,
            connection_class=_telling(self._note_refusal),
            configure=_hear_notices,
            timeout=ACQUIRE_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
        )
        self._dispatch = self._statement("select {}.wa_dispatch(%s::jsonb, %s::jsonb)")
        self._health = self._statement("select {}.wa_health()")
        self._metrics = self._statement("select {}.wa_metrics()")
        self._purge = self._statement("call {}.wa_retention_purge()")

    async def open(self) -> None:
        """Start connecting, without waiting for the database to be there."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def health(self) -> Mapping[str, Any]:
        """Return `{"ok": bool, "problems": [...]}`. Raises DatabaseUnavailable in two seconds."""
        report = await self._fetch_report(self._health)
        if report.get("is_read_only"):
            await self._pool.drain()
        return report

    async def metrics(self) -> Mapping[str, Any]:
        """Return the database's gauges. Raises DatabaseUnavailable within two seconds."""
        return await self._fetch_report(self._metrics)

    def pool_stats(self) -> Mapping[str, int]:
        """Return psycopg_pool's figures, without those that are still zero."""
        return self._pool.get_stats()

    async def dispatch(
        self, payload: str | None, options: Mapping[str, Any], *, requests: int = 1
    ) -> Answer:
        """Commit the effect of a body, or of an array of them. Raises a DispatchError."""
        return await dispatch_patiently(self._fetch_dispatch, payload, options, requests)

    async def purge(self) -> None:
        """Call `wa_retention_purge()` beside the pool, so that no request waits for it."""
        try:
            # A procedure that commits cannot run inside a transaction block, hence autocommit.
            async with await AsyncConnection.connect(
                self._url,
                autocommit=True,
                prepare_threshold=None,
                fallback_application_name="wa-webhook retention",
            ) as connection:
                await _hear_notices(connection)
                await connection.execute(self._purge)
        except psycopg.Error as error:
            raise PurgeFailed(type(error).__name__, error.sqlstate) from error

    def _statement(self, text: LiteralString) -> bytes:
        return sql.SQL(text).format(sql.Identifier(self._schema)).as_bytes()

    async def _fetch_dispatch(self, payload: str | None, options: str) -> dict[str, Any]:
        try:
            return await self._fetch(self._dispatch, (payload, options), DISPATCH_SECONDS)
        except (psycopg.Error, TimeoutError) as error:
            raise self._refused(error, type(error).__name__) or _sorted(error) from error

    async def _fetch_report(self, statement: bytes) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                try:
                    return await self._fetch(statement, (), REPORT_SECONDS)
                except psycopg.Error as error:
                    if not isinstance(_sorted(error), ConnectionLost):
                        raise
                    # It may have been idle since before a restart, of which it tells nothing.
                    return await self._fetch(statement, (), REPORT_SECONDS)
        except (psycopg.Error, TimeoutError) as error:
            unavailable = DatabaseUnavailable(_sqlstate(error) or "no connection")
            raise self._refused(error, "no connection") or unavailable from error

    def _note_refusal(self, refusal: Reason | None) -> None:
        self._refusal = refusal

    def _refused(self, error: Exception, otherwise: str) -> DatabaseUnavailable | None:
        """Return why the pool has no connection, where none can be made."""
        refusal = self._refusal
        if refusal is None or not isinstance(error, TimeoutError | PoolTimeout):
            return None
        told = f"{refusal.sqlstate or otherwise}: {refusal.cause}"
        return DatabaseUnavailable(told, refusal.sqlstate, refusal.cause)

    async def _fetch(
        self,
        statement: bytes,
        parameters: tuple[str | None, ...],
        seconds: float,
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds), self._pool.connection() as connection:
                try:
                    row = await (await connection.execute(statement, parameters)).fetchone()
                except psycopg.Error as error:
                    if is_session_suspect(error):
                        await connection.close()
                    raise
        except (psycopg.Error, TimeoutError) as error:
            if self._on_error is not None:
                self._on_error(error)
            if isinstance(_sorted(error), ConnectionLost):
                # The others of the pool lead where this one led.
                await self._pool.drain()
            raise
        document: dict[str, Any] = row[0] if row else {}
        return document


def _telling(note: Callable[[Reason | None], None]) -> type[AsyncConnection]:
    """Return connections that tell why the last could not be made, None when it could.

    Their pool hears of it, and says only that nobody got one in time.
    """

    class Telling(AsyncConnection):
        @classmethod
        async def connect(cls, *arguments: Any, **options: Any) -> Self:  # noqa: ANN401
            try:
                connection = await super().connect(*arguments, **options)
            except psycopg.Error as error:
                note(find_reason(error))
                raise
            note(None)
            return connection

    return Telling


async def _hear_notices(connection: AsyncConnection) -> None:
    connection.add_notice_handler(log_notice)


def _sqlstate(error: Exception) -> str | None:
    return error.sqlstate if isinstance(error, psycopg.Error) else None


def _sorted(error: Exception) -> DispatchError:
    sqlstate = _sqlstate(error)
    if sqlstate is not None:
        return sort_sqlstate(sqlstate, str(error))
    if isinstance(error, psycopg.DataError):
        # psycopg itself refuses a NUL byte, which no JSON holds.
        return PayloadRefused("not_json", str(error))
    if isinstance(error, TimeoutError | PoolTimeout):
        return DatabaseUnavailable(type(error).__name__)
    return ConnectionLost(type(error).__name__)
