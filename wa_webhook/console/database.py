"""Calls into the database, each as exactly the role of whoever is signed in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from handler.process.blame import Blame, find_blame_of
from handler.process.logs import log_notice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from handler.process.environment import DatabaseOptions
    from wa_webhook.console.people import Role

_ACQUIRE_SECONDS = 10.0
_CALL_SECONDS = 30.0
_ATTEMPTS = 4


class Database:
    """A small pool for each role; nothing connects before somebody of that role does something."""

    def __init__(self, urls: Mapping[Role, str], options: DatabaseOptions) -> None:
        self._schema = sql.Identifier(options.wa_database_schema)
        self._pools = {
            role: AsyncConnectionPool(
                url,
                kwargs={
                    "autocommit": True,
                    "prepare_threshold": 5 if options.wa_database_prepared_statements else None,
                    "connect_timeout": int(_ACQUIRE_SECONDS),
                    "fallback_application_name": "wa-console",
                },
                min_size=0,
                max_size=options.wa_database_pool_size,
                open=False,
                configure=_hear_notices,
                check=AsyncConnectionPool.check_connection,
                timeout=_ACQUIRE_SECONDS,
                reconnect_timeout=_ACQUIRE_SECONDS,
            )
            for role, url in urls.items()
        }

    async def __aenter__(self) -> Self:
        for pool in self._pools.values():
            await pool.open(wait=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in self._pools.values():
            await pool.close()

    def serves(self, role: Role) -> bool:
        """Say whether there is a connection for a role."""
        return role in self._pools

    async def rows(self, role: Role, routine: str, **arguments: object) -> list[Any]:
        """Call a routine of the contract, and return its rows, or its one value, as JSON has them.

        Raises psycopg.Error. What loses a race for a lock, or meets a merge, is called again.
        """
        named = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in arguments
        )
        statement = sql.SQL("select to_jsonb(answer) from {}.{}({}) as answer").format(
            self._schema, sql.Identifier(routine), named
        )
        given = {
            name: Jsonb(value) if isinstance(value, dict) else value
            for name, value in arguments.items()
        }
        for left in reversed(range(_ATTEMPTS)):
            try:
                return await self._fetch(role, statement, given)
            except psycopg.Error as error:
                if not left or find_blame_of(error) is not Blame.CONTENTION:
                    raise
        raise AssertionError

    async def value(self, role: Role, routine: str, **arguments: object) -> Any:  # noqa: ANN401
        """Call a routine that returns one value."""
        (value,) = await self.rows(role, routine, **arguments)
        return value

    async def _fetch(
        self, role: Role, statement: sql.Composed, given: Mapping[str, object]
    ) -> list[Any]:
        try:
            async with asyncio.timeout(_CALL_SECONDS), self._pools[role].connection() as connection:
                cursor = await connection.execute(statement, given)
                return [row[0] for row in await cursor.fetchall()]
        except TimeoutError:
            raise psycopg.OperationalError(f"no answer within {_CALL_SECONDS:g} s") from None


async def _hear_notices(connection: psycopg.AsyncConnection[Any]) -> None:
    connection.add_notice_handler(log_notice)
