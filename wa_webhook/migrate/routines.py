"""Applies the routine files, after dropping what earlier files made and today's do not."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from psycopg import errors

from wa_webhook.migrate.errors import StatementFailedError
from wa_webhook.migrate.signatures import find_created
from wa_webhook.migrate.statements import Statement, execute_file, execute_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from wa_webhook.migrate.source import SqlFile
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
    select pg_catalog.to_regprocedure(made.signature)
    from pg_catalog.unnest(%(made)s::text[]) as made (signature)
    where pg_catalog.to_regprocedure(made.signature) is not null
  )
order by 1
"""


_AROUND = ("open_routines", "close_routines")
"""Who owns and who may execute: what is run before and after the other files."""


def apply_routines(
    database: Connection[Any], files: Iterable[SqlFile], gone: Iterable[str], rewriter: Rewriter
) -> list[str]:
    """Drop what is obsolete, apply every file, and return what was dropped.

    `gone`: paths that were applied before and have no file now. Raises StatementFailedError.
    """
    files = tuple(files)
    # A routine may call one that comes later in the order.
    database.execute("set local check_function_bodies = off")
    dropped = _drop_obsolete(database, files, gone, rewriter)
    around = [file for file in files if PurePosixPath(file.path).stem in _AROUND]
    for file in around:
        _apply(database, file, rewriter)
    database.execute(rewriter.rewrite("call wa.open_routines()").encode())
    for file in files:
        if file not in around:
            _apply(database, file, rewriter)
    database.execute(rewriter.rewrite("call wa.close_routines()").encode())
    return dropped


def _apply(database: Connection[Any], file: SqlFile, rewriter: Rewriter) -> None:
    try:
        with database.transaction():
            execute_file(database, file, rewriter)
    except StatementFailedError as error:
        if not isinstance(error.__cause__, errors.InvalidFunctionDefinition):
            raise
        # `create or replace` changes neither the result nor the name of a parameter.
        for routine in find_created(file):
            drop = rewriter.rewrite(f"drop {routine}")
            execute_statement(database, file, Statement(drop, 0))
        execute_file(database, file, rewriter)


def _drop_obsolete(
    database: Connection[Any], files: Iterable[SqlFile], gone: Iterable[str], rewriter: Rewriter
) -> list[str]:
    """Drop routines that carry the name of an applied file and other parameters than today's.

    In the contract's schema only what belongs to a role of ours: another program may have a routine
    of the same name there.
    """
    names = rewriter.names
    made = [rewriter.rewrite(routine.signature) for file in files for routine in find_created(file)]
    obsolete = database.execute(
        _OBSOLETE,
        {
            "names": [PurePosixPath(path).stem for path in (*(f.path for f in files), *gone)],
            "schema": names.schema,
            "private_schema": names.private_schema,
            "owners": [names.runtime_role, names.basket_owner_role, names.maintenance_role],
            "made": made,
        },
    ).fetchall()
    for (routine,) in obsolete:
        database.execute(f"drop routine {routine}".encode())
    return [routine for (routine,) in obsolete]
