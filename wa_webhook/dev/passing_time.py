"""Time that passes when a test says so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from psycopg import sql
from psycopg.errors import DeadlockDetected

if TYPE_CHECKING:
    from datetime import timedelta

    from psycopg import Connection
    from psycopg.rows import DictRow

_COLUMNS = """
    select
        relation.oid::regclass::text as relation,
        array_agg(attribute.attname::text order by attribute.attnum) as columns
    from pg_catalog.pg_class as relation
    join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = relation.oid
        and attribute.atttypid = 'pg_catalog.timestamptz'::regtype
        and attribute.attgenerated = ''
        and not attribute.attisdropped
    where relation.relkind = 'r'
        -- Those of days and months would not fit their partition any more.
        and not relation.relispartition
        and relation.relnamespace <> all (
            array['pg_catalog', 'information_schema']::regnamespace[]
        )
        and relation.relpersistence = 'p'
        -- When the server was started is compared with the server, not with now.
        and relation.relname <> 'server_presence'
    group by relation.oid
"""


def let_time_pass(superuser: Connection[DictRow], passed: timedelta) -> None:
    """Make everything stored older by `passed`, so that now is later for all of it.

    That is every column of type timestamptz in every table, those of flows included. What a flow
    keeps as a date or inside JSON stays as it is.
    """
    is_done = False
    while not is_done:
        # Whoever is at work meanwhile may hold the same rows in another order.
        with suppress(DeadlockDetected):
            _make_older(superuser, passed)
            is_done = True


def _make_older(superuser: Connection[DictRow], passed: timedelta) -> None:
    with superuser.transaction():
        # Rules that fire on changes are not about time that passes.
        superuser.execute("set local session_replication_role = replica")
        for row in superuser.execute(_COLUMNS).fetchall():
            changes = sql.SQL(", ").join(
                # By UTC, as a node of a cluster asks for: the same in every time zone.
                sql.SQL("{0} = ({0} at time zone 'UTC' - {1}) at time zone 'UTC'").format(
                    sql.Identifier(column), sql.Literal(passed)
                )
                for column in row["columns"]
            )
            superuser.execute(sql.SQL("update {} set {}").format(sql.SQL(row["relation"]), changes))
