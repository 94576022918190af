"""Runners take turns, and try again where the lock of another session is in their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from psycopg import errors
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from wa_webhook.migrate.errors import DatabaseBusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from psycopg import Connection

_T = TypeVar("_T")

ADVISORY_LOCK = 0x77615F6D69677261
"""The key that all runners share: `wa_migra` in ASCII.

It is locked for a transaction, not for a session, so that a connection pooler does no harm.
"""

RUNNER_TIMEOUT = "10min"
"""How long to wait for another runner, which may be in the middle of a long migration."""

LOCK_TIMEOUT = "4s"
"""How long a statement may queue for a table's lock, and everyone else behind it."""

ATTEMPTS = 5

_HOLDERS = """
select pg_catalog.concat(
  case
    when held.pid is null then 'a prepared transaction (pg_prepared_xacts)'
    else pg_catalog.format(
      'session %%s of %%s%%s%%s',
      held.pid,
      coalesce(session.usename, '?'),
      ' (' || nullif(session.application_name, '') || ')',
      ', in a transaction since ' || pg_catalog.date_trunc('second', session.xact_start)::text
    )
  end,
  ' holds ', held.locks
)
from (
  select
    holding.pid,
    pg_catalog.string_agg(
      distinct
      pg_catalog.format('%%s on %%I.%%I', holding.mode, schema.nspname, relation.relname),
      ', '
    ) as locks
  from pg_catalog.pg_locks as holding
  join pg_catalog.pg_class as relation on relation.oid = holding.relation
  join pg_catalog.pg_namespace as schema on schema.oid = relation.relnamespace
  where holding.granted and holding.pid is distinct from pg_catalog.pg_backend_pid()
    and holding.database = (
      select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()
    )
    and relation.relkind in ('r', 'p') and schema.nspname = any (%s::text[])
  group by holding.pid
) as held
left join pg_catalog.pg_stat_activity as session on session.pid = held.pid
order by session.xact_start nulls last
limit 3
"""

TRY_AGAIN = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
"""What only says that another session was in the way."""


def wait_for_turn(database: Connection[Any]) -> None:
    """Wait within a transaction until no other runner is in one, and keep them out until it ends.

    Leaves the transaction with the time that this may take as its `lock_timeout`.
    """
    set_local(database, "lock_timeout", RUNNER_TIMEOUT)
    database.execute("select pg_catalog.pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))


def set_local(database: Connection[Any], name: str, value: str) -> None:
    """Set what holds until the transaction ends."""
    database.execute("select pg_catalog.set_config(%s, %s, true)", (name, value))


def list_holders(database: Connection[Any], schemas: Collection[str]) -> list[str]:
    """Return who holds locks of tables in `schemas`, a line for each of the three oldest.

    Since when is known of sessions whose activity the role may read.
    """
    return [line for (line,) in database.execute(_HOLDERS, (list(schemas),))]


def retry(
    take_turn: Callable[[], _T],
    report: Callable[[str], None],
    find_holders: Callable[[], list[str]],
) -> _T:
    """Take a turn, and again where a lock was not to be had. Raises DatabaseBusyError."""
    retrying = Retrying(
        retry=retry_if_exception_type(TRY_AGAIN),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.25, max=4),
        before_sleep=lambda _state: report("a lock is taken; trying again"),
        reraise=True,
    )
    try:
        return retrying(take_turn)
    except TRY_AGAIN as error:
        holders = "".join(f"\n  {holder}" for holder in find_holders())
        raise DatabaseBusyError(
            f"gave up after {ATTEMPTS} attempts: {error}{holders}\n"
            "Some session holds a lock that this step needs. Find it in pg_stat_activity "
            "(oldest xact_start), let it finish or end it, and run again."
        ) from error
