"""Handing out and erasing everything about one person, and leaving them alone."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import errors, sql
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from psycopg import Connection
    from psycopg.errors import Diagnostic

    from wa_webhook.naming.names import Names

    Follow = Callable[[str], None]

NOBODY = "WA043"
"""The SQLSTATE when nobody goes by the name that was given."""
_STEP = '"PERSON_TABLE_BEGUN"'


def export_person(
    connection: Connection[Any], names: Names, who: str, follow: Follow = lambda _table: None
) -> Mapping[str, Any]:
    """Return what `wa_export_profile` does: rows by table. Raises psycopg.Error.

    `follow` is called with the name of each table that is begun.
    """
    with _following(connection, follow):
        return _call(connection, names, "wa_export_profile", who)


def count_person(
    connection: Connection[Any], names: Names, who: str, follow: Follow = lambda _table: None
) -> int:
    """Return how many rows are about a person, none of which is handed out. Raises psycopg.Error.

    `follow` is called as by export_person.
    """
    statement = sql.SQL("select {}.count_person(%s)").format(sql.Identifier(names.private_schema))
    with _following(connection, follow):
        row = connection.execute(statement, (who,)).fetchone()
    return row[0] if row else 0


def erase_person(
    connection: Connection[Any],
    names: Names,
    who: str,
    follow: Follow = lambda _table: None,
    *,
    and_opt_out: bool = False,
) -> Mapping[str, Any]:
    """Erase, and return `user_id` and `rows`, numbers by table. Raises psycopg.Error.

    With `and_opt_out` number and BSUID are kept, each in a profile that only says that nobody may
    write there. `follow` is called as by export_person.
    """
    with _following(connection, follow):
        return _call(connection, names, "wa_erase_profile", who, and_opt_out)


def opt_out_person(
    connection: Connection[Any], names: Names, who: str, *, opted_out: bool = True
) -> Mapping[str, Any]:
    """Let a person alone, or no longer; return `user_id` and `opted_out_at`. Raises psycopg.Error.

    A number or BSUID that nobody has can be left alone, too.
    """
    return _call(connection, names, "wa_opt_out_profile", who, opted_out)


@contextmanager
def _following(connection: Connection[Any], follow: Follow) -> Iterator[None]:
    def hear(diagnostic: Diagnostic) -> None:
        message = diagnostic.message_primary or ""
        if diagnostic.severity_nonlocalized == "DEBUG" and _STEP in message:
            follow(json.loads(message)["table"])

    connection.add_notice_handler(hear)
    connection.execute("set client_min_messages = debug1")
    try:
        yield
    finally:
        connection.remove_notice_handler(hear)


@retry(
    # A message of theirs may have got in between.
    retry=retry_if_exception_type((errors.SerializationFailure, errors.DeadlockDetected)),
    stop=stop_after_attempt(5),
    wait=wait_random_exponential(multiplier=0.1, max=2),
    reraise=True,
)
def _call(
    connection: Connection[Any], names: Names, routine: str, *arguments: object
) -> Mapping[str, Any]:
    statement = sql.SQL("select {}.{}({})").format(
        sql.Identifier(names.schema),
        sql.Identifier(routine),
        sql.SQL(", ").join(sql.Placeholder() * len(arguments)),
    )
    row = connection.execute(statement, arguments).fetchone()
    answer: Mapping[str, Any] = row[0] if row else {}
    return answer
