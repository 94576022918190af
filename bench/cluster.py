"""Businesses on a cluster of Citus that is given by its coordinator's URL, made and dropped again.

The URL names a database with the extension, and an administrator whom every node lets in without a
password, as it does the roles that are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bench.people import UNBOUNDED_ANSWERS
from wa_webhook.migrate import Migrator, find_db_folder, read_whole_source
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

Node = tuple[str, int]

_NODES = """
select nodename, nodeport from pg_dist_node
where isactive and shouldhaveshards order by groupid, nodeport
"""
_HOLDER = "select nodename, nodeport from citus_shards where table_name = %s::regclass limit 1"

# Two owners are two subscriptions, and without this Citus does not wait for the slower one: what
# was written meanwhile to its tables was lost.
_MOVE = "select citus_schema_move(%s::regnamespace, %s, %s, 'block_writes')"
_ROLES = "select quote_ident(rolname) from pg_roles where rolname = any(%s)"


def make_business(url: str, name: str) -> Names:
    """Make a business in one schema, which goes to a node where the database is a cluster's."""
    names = Names(schema=name, private_schema=name)
    with _owner(url) as owner:
        Migrator(owner, read_whole_source(find_db_folder()), names=names).run()
        for role in (names.edge_role, names.notifier_role):
            owner.execute(sql.SQL("alter role {} login").format(sql.Identifier(role)))
        owner.execute(UNBOUNDED_ANSWERS.replace("wa.", f"{name}."))
    return names


def drop_businesses(url: str, names: Iterable[str]) -> None:
    """Drop those that are there, with their roles."""
    with _owner(url) as owner:
        for name in names:
            owner.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(name)))
            roles = list(Names(schema=name, private_schema=name).roles.values())
            for (role,) in owner.execute(_ROLES, (roles,)).fetchall():
                owner.execute(f"drop owned by {role}".encode())
                owner.execute(f"drop role {role}".encode())


def workers_of(url: str) -> list[Node]:
    """Return the nodes that may hold businesses."""
    with _owner(url) as owner:
        return owner.execute(_NODES).fetchall()


def holder_of(url: str, name: str) -> Node:
    """Return the node that has a business."""
    with _owner(url) as owner:
        row = owner.execute(_HOLDER, (f"{name}.settings",)).fetchone()
    if row is None:
        raise RuntimeError(f"{name} is on no node")
    return row[0], row[1]


def move_business(url: str, names: Names) -> None:
    """Move a business to the next node.

    Its tables are copied by their owners, of which one has no login otherwise.
    """
    workers = workers_of(url)
    host, port = workers[(workers.index(holder_of(url, names.schema)) + 1) % len(workers)]
    copying = sql.Identifier(names.maintenance_role)
    with _owner(url) as owner:
        owner.execute(sql.SQL("alter role {} login").format(copying))
        try:
            owner.execute(_MOVE, (names.schema, host, port))
        finally:
            owner.execute(sql.SQL("alter role {} nologin").format(copying))


def url_of(url: str, role: str, node: Node | None = None) -> str:
    """Return the URL of a role, through another node than the URL's where one is given."""
    parts = conninfo_to_dict(url)
    host, port = node or (parts["host"], parts["port"])
    return f"postgresql://{role}@{host}:{port}/{parts['dbname']}"


def _owner(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        url,
        autocommit=True,
        prepare_threshold=None,
        options="-c client_min_messages=error",
    )
