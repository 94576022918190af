"""Drops routines that earlier files made and today's do not, found in the catalog.

A history tells the names. The catalog tells the parameters that somebody may have made them with.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from psycopg import errors

from wa_webhook.migrate.signatures import signature_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from wa_webhook.migrate.source import Source
    from wa_webhook.naming.rewriting import Rewriter

_OBSOLETE = """
select routine.oid::regprocedure::text
from pg_catalog.pg_proc as routine
where routine.proname = any (%(names)s)
  and (
    routine.pronamespace = pg_catalog.to_regnamespace(%(private_schema)s)
    or routine.pronamespace = pg_catalog.to_regnamespace(%(schema)s)
    and pg_catalog.pg_get_userbyid(routine.proowner) = any (%(owners)s)
  )
  and routine.oid not in (
    select made.oid
    from rows from (
      pg_catalog.unnest(%(made)s::text[]), pg_catalog.unnest(%(types)s::text[])
    ) as given (name, types)
    cross join lateral (
      -- Before 16 to_regprocedure raises an error for a type that a migration is yet to make.
      select case
        when pg_catalog.bool_and(pg_catalog.to_regtype(type.name) is not null) is not false
          then pg_catalog.to_regprocedure(pg_catalog.format('%%s(%%s)', given.name, given.types))
      end
      from pg_catalog.string_to_table(nullif(given.types, ''), ', ') as type (name)
    ) as made (oid)
    where made.oid is not null
  )
order by 1
"""


def drop_obsolete(
    database: Connection[Any], source: Source, gone: Iterable[str], rewriter: Rewriter
) -> list[str]:
    """Drop what carries the name of an applied file and no file makes; return what was dropped.

    `gone`: paths that were applied before and have no file now. What something else stands on
    stays. In the contract's schema only what belongs to a role of ours goes: another program may
    have a routine of the same name there.
    """
    names = rewriter.names
    signatures = list(filter(None, map(signature_of, source.routines)))
    paths = (*(file.path for file in source.routines), *gone)
    obsolete = database.execute(
        _OBSOLETE,
        {
            "names": [PurePosixPath(path).stem for path in paths],
            "schema": names.schema,
            "private_schema": names.private_schema,
            "owners": list(names.roles.values()),
            "made": [rewriter.rewrite(name) for name, _ in signatures],
            "types": [", ".join(map(rewriter.rewrite, types)) for _, types in signatures],
        },
    ).fetchall()
    return [routine for (routine,) in obsolete if _drop(database, routine)]


def _drop(database: Connection[Any], routine: str) -> bool:
    try:
        with database.transaction():
            database.execute(f"drop routine {routine}".encode())
    except errors.DependentObjectsStillExist:
        return False
    return True
