"""Why a database let nobody in, told by what libpq wrote and without quoting any of it.

libpq keeps the SQLSTATE of a connection that does not come about to itself, and its message names
role, database and address. Which of the few reasons it is can be said to everybody.
"""

import re
from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class Reason:
    """The SQLSTATE that the server answered with, None where no server did, and a cause."""

    sqlstate: str | None
    cause: str


_REASONS = tuple(
    (re.compile(pattern), Reason(sqlstate, cause))
    for pattern, sqlstate, cause in (
        (
            "password authentication failed",
            "28P01",
            "the password is wrong, or the role has none: db/roles/give_login.sql",
        ),
        (
            "not permitted to log in",
            "28000",
            "the role may not log in: db/roles/give_login.sql",
        ),
        ('role ".*" does not exist', "28000", "there is no such role"),
        ("pg_hba.conf", "28000", "the server's pg_hba.conf does not let this connection in"),
        ("no password supplied", None, "the connection string has no password"),
        ('database ".*" does not exist', "3D000", "there is no such database"),
        ("permission denied for database", "42501", "the role may not connect to this database"),
        ("not currently accepting", "55000", "the database accepts no connections"),
        ("too many |connection slots", "53300", "the server has no connection left"),
        (
            "database system is",
            "57P03",
            "the server is starting, stopping or recovering",
        ),
        ("Connection refused", None, "nobody listens at its host and port"),
        ("translate host name|resolve host|not known", None, "nobody knows its host's name"),
        ("(?i)timeout|timed out|unreachable|no answer", None, "its host does not answer"),
        ("(?i)ssl|certificate", None, "TLS does not come about: sslmode, or a certificate"),
    )
)
"""Its words in English, as nearly every server has them; the first that fits counts."""


def find_reason(error: psycopg.Error) -> Reason:
    """Return why; where that cannot be told, the error's class for a cause."""
    if error.sqlstate is None:
        text = str(error)
        for pattern, reason in _REASONS:
            if pattern.search(text):
                return reason
    return Reason(error.sqlstate, type(error).__name__)
