"""What is wrong with a connection string, said without quoting any of it.

libpq takes the first `@` for the end of the password and the first `/` for the end of the host: of
a password that holds one unencoded, it takes a part for the host, port or parameter, and its errors
print that part.
"""

from urllib.parse import parse_qsl

from psycopg import ProgrammingError, pq
from psycopg.conninfo import conninfo_to_dict

_SCHEMES = ("postgresql://", "postgres://")
_FOREIGN = "not PostgreSQL's: take it out of the connection string"
_POOLER = "; a pooler needs nothing in its place, see docs/install/connections.md"
_POOLER_PARAMETERS = frozenset({"pgbouncer", "connection_limit", "pool_timeout", "supa"})


def check_connection_string(text: str) -> None:
    """Raise ValueError, with the reason and without any of the value, if libpq would misread it."""
    address = _without_scheme(text)
    if address is not None:
        _check_address(address)
    try:
        parts = conninfo_to_dict(text)
    except ProgrammingError:
        raise ValueError(
            "must be a connection string or URL of PostgreSQL; in a URL's password, what is no"
            " letter or digit is percent-encoded"
        ) from None
    if any("@" in host[1:] for host in str(parts.get("host", "")).split(",")):
        raise ValueError("has an @ in its host")
    if not all(port.isdecimal() or not port for port in str(parts.get("port", "")).split(",")):
        raise ValueError("has a port that is no number")


def _without_scheme(text: str) -> str | None:
    return next((text.removeprefix(scheme) for scheme in _SCHEMES if text.startswith(scheme)), None)


def _check_address(address: str) -> None:
    login, at, rest = address.partition("@")
    if not at or "/" in login:
        rest = address
    place, _, query = rest.partition("?")
    if "@" in place:
        raise ValueError(
            "has an @ or / in its user or password that is not percent-encoded: write %40 for @"
            " and %2F for /"
        )
    # Part of a password may look like a parameter.
    if "@" not in query and "password" not in query:
        _check_parameters(query)


def _check_parameters(query: str) -> None:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    unknown = [name for name, _ in parse_qsl(query, keep_blank_values=True) if name not in known]
    if unknown:
        about_poolers = _POOLER if _POOLER_PARAMETERS.intersection(unknown) else ""
        raise ValueError(f"has the parameter {', '.join(unknown)}, {_FOREIGN}{about_poolers}")
