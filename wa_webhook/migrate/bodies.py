"""What fails in the bodies of routines once they are run, by file and line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wa_webhook.bodies import find_mistakes
from wa_webhook.migrate.signatures import signature_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from wa_webhook.migrate.files import SqlFile
    from wa_webhook.naming.rewriting import Rewriter


def find_mistakes_of(
    connection: Connection[Any], files: Iterable[SqlFile], rewriter: Rewriter
) -> list[str]:
    """Return a sentence for each, as far as the database has the bodies of the files.

    Raises psycopg.Error, and SourceError for a file that is no SQL.
    """
    written = {}
    for file in files:
        named = replace(file, text=rewriter.rewrite(file.text))
        if signature := signature_of(named):
            written[signature[0]] = named
    told = []
    for mistake in find_mistakes(connection, written):
        file = written[mistake.routine]
        before, body, _ = file.text.partition(mistake.body)
        if body:
            line = before.count("\n") + mistake.line
            told.append(f"{file.path}, line {line}: {mistake.message}")
    return told
