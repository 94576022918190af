"""Who may make temporary objects: a login's own types and tables, which its session finds first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from wa_webhook.doctor.check import Check, Outcome, ok

if TYPE_CHECKING:
    from psycopg import Connection

_IS_EVERYBODYS = """
select exists (
    select
    from pg_catalog.pg_database as database
    cross join aclexplode(coalesce(database.datacl, acldefault('d', database.datdba))) as privilege
    where database.datname = current_database()
        and privilege.grantee = 0
        and privilege.privilege_type = 'TEMPORARY'
)
"""


def check_temporary(connection: Connection[Any]) -> Check:
    """Tell whether everybody may make temporary objects, and the statement that ends it.

    It is the operator's choice: other programs of the database may need them, and no routine of
    ours looks there before the catalog. Raises psycopg.Error.
    """
    row = connection.execute(_IS_EVERYBODYS).fetchone()
    assert row is not None  # noqa: S101 (one row, always)
    if not row[0]:
        return ok("temporary", "temporary objects are for those who were given the right")
    revoke = sql.SQL("revoke temporary on database {} from public;").format(
        sql.Identifier(connection.info.dbname)
    )
    return Check(
        "temporary",
        Outcome.OK,
        "everybody may make temporary objects; no routine of ours takes one for its own",
        f"As its owner, unless others need them: {revoke.as_string(connection)}",
    )
