"""The handler's way into the database: a pool of connections and the calls it may make.

Each call is one statement in autocommit, one round trip, and leaves nothing behind in the session,
so a pooler in transaction mode may sit in between. A call that takes too long is cancelled from
here: setting `statement_timeout` would take a statement of its own or lean on the session.
"""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from handler.logs import log_notice
from handler.payload import Reason
from handler.settings import DatabaseSettings

ACQUIRE_SECONDS = 3.0
"""Bridges a quick restart of the database, well below any patience reported of Meta."""

DISPATCH_SECONDS = 120.0
"""Longer than the largest payload takes: a shorter limit would make it impossible for ever.
A dead network shows earlier, by TCP_LIMITS."""

TCP_LIMITS = {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 15_000}

RECONNECT_SECONDS = 2.0
"""After this the pool stops trying on its own, and tries again at once for the next request."""

NOT_ENVELOPE = "WA001"
UNREADABLE = frozenset({"22P02", "22P05", "22021", "54001"})
CONTENDED = frozenset({"40001", "40P01", "55P03", "57014"})
UNAVAILABLE_CLASSES = ("08", "53", "57P")
RETRY_SECONDS = (0.05, 0.2)


class DispatchError(Exception):
    """`wa_dispatch` committed nothing."""


class DatabaseUnavailable(DispatchError):  # noqa: N818
    """Nobody can be served at the moment."""


class DatabaseContended(DispatchError):  # noqa: N818
    """Locks or time ran out; the same call may succeed later."""


class PayloadRefused(DispatchError):  # noqa: N818
    """The database answers this payload with an error, and would every time."""

    def __init__(self, reason: Reason, error: str, sqlstate: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error
        self.sqlstate = sqlstate


@dataclass(frozen=True, slots=True)
class Answer:
    """What `wa_dispatch` did, for all bodies of the call together."""

    counts: Mapping[str, int]
    events: tuple[Mapping[str, Any], ...]
    retention_is_due: bool
    requests: int


class Rpc:
    """The routines that the handler's role may execute."""

    def __init__(
        self,
        settings: DatabaseSettings,
        on_error: Callable[[psycopg.Error | TimeoutError], None] | None = None,
    ) -> None:
        self._on_error = on_error
        self._schema = settings.wa_database_schema
        self._pool = AsyncConnectionPool(
            settings.wa_database_url.get_secret_value(),
            kwargs={
                "autocommit": True,
                "prepare_threshold": 5 if settings.wa_database_prepared_statements else None,
                "fallback_application_name": "wa-webhook",
                **TCP_LIMITS,
            },
            min_size=settings.wa_database_pool_size,
            open=False,
            configure=_hear_notices,
            timeout=ACQUIRE_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
        )
        self._dispatch = self._statement("select {}.wa_dispatch(%s::jsonb, %s::jsonb)")
        self._health = self._statement("select {}.wa_health()")
        self._metrics = self._statement("select {}.wa_metrics()")

    async def open(self) -> None:
        """Start connecting, without waiting for the database to be there."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def health(self) -> Mapping[str, Any]:
        """Return `{"ok": bool, "problems": [...]}`. Raises DatabaseUnavailable in two seconds."""
        return await self._fetch_report(self._health)

    async def metrics(self) -> Mapping[str, Any]:
        """Return the database's gauges. Raises DatabaseUnavailable within two seconds."""
        return await self._fetch_report(self._metrics)

    def pool_stats(self) -> Mapping[str, int]:
        """Return psycopg_pool's figures, without those that are still zero."""
        return self._pool.get_stats()

    async def dispatch(
        self, payload: str | None, options: Mapping[str, Any], *, requests: int = 1
    ) -> Answer:
        """Commit the effect of a webhook body, or of a JSON array of them, and say what it was.

        A lone body is tried again while the database is contended; a shared call is not, because
        its caller repeats it one by one. Raises a DispatchError.
        """
        parameters = (payload, json.dumps(dict(options)) if options else "{}")
        for pause in () if requests > 1 else RETRY_SECONDS:
            try:
                return _answer(await self._fetch_dispatch(parameters), requests)
            except DatabaseContended:
                await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 (jitter)
        return _answer(await self._fetch_dispatch(parameters), requests)

    def _statement(self, text: LiteralString) -> sql.Composed:
        return sql.SQL(text).format(sql.Identifier(self._schema))

    async def _fetch_dispatch(self, parameters: tuple[str | None, str]) -> Any:  # noqa: ANN401
        try:
            try:
                return await self._fetch(self._dispatch, parameters, DISPATCH_SECONDS)
            except psycopg.Error as error:
                if not _is_lost_connection(error):
                    raise
                # The others of the pool were probably lost with it. Deduplication makes it
                # harmless if the lost call was committed after all.
                await self._pool.check()
                return await self._fetch(self._dispatch, parameters, DISPATCH_SECONDS)
        except (psycopg.Error, TimeoutError) as error:
            raise _classified(error) from error

    async def _fetch_report(self, statement: sql.Composed) -> Mapping[str, Any]:
        try:
            report: Mapping[str, Any] = await self._fetch(statement, (), 2.0)
        except (psycopg.Error, TimeoutError) as error:
            raise DatabaseUnavailable(_sqlstate(error) or "no connection") from error
        return report

    async def _fetch(
        self,
        statement: sql.Composed,
        parameters: tuple[str | None, ...],
        seconds: float,
    ) -> Any:  # noqa: ANN401
        try:
            async with asyncio.timeout(seconds), self._pool.connection() as connection:
                row = await (await connection.execute(statement, parameters)).fetchone()
        except (psycopg.Error, TimeoutError) as error:
            if self._on_error is not None:
                self._on_error(error)
            raise
        return row[0] if row else None


async def _hear_notices(connection: AsyncConnection) -> None:
    connection.add_notice_handler(log_notice)


def _answer(document: dict[str, Any], requests: int) -> Answer:
    return Answer(
        counts={key: value for key, value in document.items() if type(value) is int},
        events=tuple(document.get("events") or ()),
        retention_is_due=document.get("retention_due") is True,
        requests=requests,
    )


def _sqlstate(error: Exception) -> str | None:
    return error.sqlstate if isinstance(error, psycopg.Error) else None


def _is_lost_connection(error: psycopg.Error) -> bool:
    if isinstance(error, PoolTimeout):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(("08", "57P"))


def _classified(error: Exception) -> DispatchError:
    """Sort by SQLSTATE: who is to blame decides whether Meta should send it again."""
    sqlstate = _sqlstate(error)
    if sqlstate is None:
        # psycopg itself refuses a NUL byte, which no JSON holds.
        if isinstance(error, psycopg.DataError):
            return PayloadRefused("not_json", str(error))
        return DatabaseUnavailable(type(error).__name__)
    if sqlstate.startswith(UNAVAILABLE_CLASSES):
        return DatabaseUnavailable(sqlstate)
    if sqlstate in CONTENDED:
        return DatabaseContended(sqlstate)
    reason: Reason = "dispatch_error"
    if sqlstate in UNREADABLE:
        reason = "not_json"
    elif sqlstate == NOT_ENVELOPE:
        reason = "not_envelope"
    return PayloadRefused(reason, f"{sqlstate}: {error}", sqlstate)
