"""Who is to blame for an error of the database, told by its SQLSTATE.

The one table of it: what becomes of a webhook, of a notifier's results and of the session that met
the error follows from here. `wa.is_worth_retrying` says the same inside the database.
"""

from collections.abc import Mapping
from enum import StrEnum

import psycopg


class Blame(StrEnum):
    """payload: the same input fails every time. contention: it may succeed at once when repeated.

    server: it may succeed later, whatever the input, probably on another session.
    """

    PAYLOAD = "payload"
    CONTENTION = "contention"
    SERVER = "server"


LOST = ("08", "25", "57P")
"""The session leads nowhere, or to a server that takes no writes any more; a new one may do."""

MISFIT = ("0A", "3F", "42", "55000", "WA004")
"""Installed routines, tables, rights and rows do not fit together.

An upgrade or a person mends it. Within a message they are the mistake of its flow.
"""

READ_ONLY = "25006"

_BLAME: Mapping[str, Blame] = {
    # What the input makes of sound routines.
    "20": Blame.PAYLOAD,
    "21": Blame.PAYLOAD,
    "22": Blame.PAYLOAD,
    "23": Blame.PAYLOAD,
    "27": Blame.PAYLOAD,
    "2F": Blame.PAYLOAD,
    "44": Blame.PAYLOAD,
    "54001": Blame.PAYLOAD,
    "P0": Blame.PAYLOAD,
    "WA": Blame.PAYLOAD,
    # What others do at the same time.
    "40": Blame.CONTENTION,
    "55P03": Blame.CONTENTION,
    "57014": Blame.CONTENTION,
    # Session and server. Whatever is not listed is theirs as well.
    "08": Blame.SERVER,
    "25": Blame.SERVER,
    "26": Blame.SERVER,
    "28": Blame.SERVER,
    "53": Blame.SERVER,
    "54": Blame.SERVER,
    "55": Blame.SERVER,
    "57": Blame.SERVER,
    "58": Blame.SERVER,
    "72": Blame.SERVER,
    "F0": Blame.SERVER,
    "HV": Blame.SERVER,
    "XX": Blame.SERVER,
    **dict.fromkeys(MISFIT, Blame.SERVER),
}


def find_blame(sqlstate: str) -> Blame:
    """Return who is to blame for an SQLSTATE; its longest known beginning decides."""
    return _BLAME.get(sqlstate) or _BLAME.get(sqlstate[:2]) or Blame.SERVER


def find_blame_of(error: psycopg.Error) -> Blame:
    """Return who is to blame for an error. Without an SQLSTATE it is psycopg's own.

    Then only a value that it cannot write is the payload's.
    """
    if error.sqlstate is not None:
        return find_blame(error.sqlstate)
    return Blame.PAYLOAD if isinstance(error, psycopg.DataError) else Blame.SERVER


def is_session_suspect(error: psycopg.Error) -> bool:
    """Say whether the next call should have another session than the one that met this error."""
    if error.sqlstate is not None and error.sqlstate.startswith(MISFIT):
        return False
    return find_blame_of(error) is Blame.SERVER
