"""What callers use while a run goes on, so that they see all of the old or all of the new.

Between two transactions of a run callers go on with the routines they have. That is safe as long as
no migration takes away what these stand on; from the first one that does, everything up to the
routines has to be one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from wa_webhook.naming.names import Names

LOCKED_BY_CALLERS = {
    # Callers lock rows of it in a select, which no weaker mode keeps out.
    "profiles": "exclusive",
    "wa_events": "share row exclusive",
    "notifications": "share row exclusive",
}
"""In the order in which every call takes its locks, with what waits for them."""

_ROUTINES = """
select routine.oid::text
from pg_catalog.pg_proc as routine
where routine.pronamespace = any (%(schemas)s::text[]::regnamespace[])
  and not exists (
    select from pg_catalog.pg_depend as membership
    where membership.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
      and membership.objid = routine.oid and membership.deptype = 'e'
  )
"""

_COLUMNS = """
select pg_catalog.concat(
  relation.oid, ':',
  pg_catalog.string_agg(
    pg_catalog.concat(attribute.attname, ' ', attribute.atttypid, ' ', attribute.atttypmod),
    ', ' order by attribute.attnum
  )
)
from pg_catalog.pg_class as relation
join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
where relation.relnamespace = any (%(schemas)s::text[]::regnamespace[])
  and relation.relkind in ('r', 'p', 'v', 'c') and not relation.relispartition
group by relation.oid
"""

_IS_IN_USE = """
select exists (
  select from pg_catalog.pg_proc where pronamespace = pg_catalog.to_regnamespace(%s)
)
"""

_LOCKS = """
select pg_catalog.format('lock table %%s in %%s mode', locked.name, locked.mode)
from rows from (
  pg_catalog.unnest(%s::text[]), pg_catalog.unnest(%s::text[])
) with ordinality as locked (name, mode, number)
where pg_catalog.to_regclass(locked.name) is not null
order by locked.number
"""


def read_foundation(database: Connection[Any], names: Names) -> frozenset[str]:
    """Return what routines in use stand on: each other, and the columns of tables and types.

    Whole rows are built and taken apart by position, so that one column more is another foundation.
    Empty while there are no private routines: the schema of the contract may hold an application's.
    """
    if database.execute(_IS_IN_USE, (names.private_schema,)).fetchone() != (True,):
        return frozenset()
    schemas = {"schemas": list(names.schemas.values())}
    routines = database.execute(_ROUTINES, schemas).fetchall()
    columns = database.execute(_COLUMNS, schemas).fetchall()
    return frozenset(entry for (entry,) in (*routines, *columns))


def wait_for_callers(database: Connection[Any], names: Names) -> None:
    """Wait until calls under way are done, and let new ones wait for the end of the transaction.

    Otherwise one of them could look for a routine that it has read about and that is gone. Reading
    goes on. Raises LockNotAvailable when calls take longer than the lock timeout.
    """
    tables = [f"{names.schema}.{table}" for table in LOCKED_BY_CALLERS]
    locks = database.execute(_LOCKS, (tables, list(LOCKED_BY_CALLERS.values()))).fetchall()
    for (lock,) in locks:
        database.execute(lock.encode())
