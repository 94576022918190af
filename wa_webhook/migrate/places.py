"""Where in the files that stands which an error names by the line of a step's body."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from psycopg.rows import tuple_row

from handler.process.environment import SettingsError
from wa_webhook.migrate.configured import read_configured_source
from wa_webhook.migrate.errors import MigrateError
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from psycopg import Connection

    from wa_webhook.naming.names import Names

_OF_BODY = re.compile(r"\bat (step_[a-z0-9_]+) line ([0-9]+) of its body")
_BODY = """
    select routine.prosrc
    from pg_catalog.pg_proc as routine
    join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
    where namespace.nspname = %s and routine.proname = %s
"""


def name_files(told: str, connection: Connection[Any], names: Names) -> str:
    """Return what is told of errors with the file and line of each step in place of its body's.

    A step of which a database has another body than the file is told as it was, and all of them
    where the files cannot be read. Raises psycopg.Error.
    """
    if not _OF_BODY.search(told):
        return told
    try:
        source = read_configured_source()
    except (MigrateError, SettingsError):
        return told
    offered = (file for flow in source.offered for file in flow.routines)
    files = {PurePosixPath(file.path).stem: file for file in (*source.routines, *offered)}
    rewriter = Rewriter(names)

    def locate(found: re.Match[str]) -> str:
        step, line = found[1], int(found[2])
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(_BODY, (names.private_schema, step)).fetchone()
        if row is None or step not in files:
            return found[0]
        before, body, _ = rewriter.rewrite(files[step].text).partition(row[0])
        if not body:
            return found[0]
        line += before.count("\n")
        return f"at {files[step].path}, line {line}"

    return _OF_BODY.sub(locate, told)
