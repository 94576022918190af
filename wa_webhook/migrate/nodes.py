"""Puts a business that is one schema onto a node of a Citus cluster, where the database is one.

After the routines: its tables go to a node together, and what others may call is handed to that
node whole, so that a call is one call to one place. Row level security goes, since rows are copied
into tables on nodes, and what has it takes no copy. Its policies hide no row from whoever has a
grant, which is checked; so the grants say the same without.

Source: https://docs.citusdata.com/en/stable/get_started/tutorial_microservices.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import errors, sql

from wa_webhook.migrate.errors import NodesError
from wa_webhook.migrate.node_rights import ask, even_rights, grant_on_node, refuse_policies, run
from wa_webhook.migrate.turns import set_local

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    from wa_webhook.naming.names import Names

_SETTINGS = {
    # A new schema is filled before it goes to a node, and triggers go with it.
    "citus.enable_schema_based_sharding": "off",
    "citus.enable_unsafe_triggers": "on",
    # Over one connection to each node, which sees all that the transaction has done so far.
    "citus.multi_shard_modify_mode": "sequential",
    "citus.propagate_set_commands": "local",
}

_IS_ON_A_NODE = "select from pg_catalog.pg_dist_schema where schemaid = %s::regnamespace"
_DAYS = """
select link.inhparent::regclass::text, link.inhrelid::regclass::text
from pg_catalog.pg_inherits as link
inner join pg_catalog.pg_class as parent on parent.oid = link.inhparent
inner join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
where parent.relnamespace = %s::regnamespace
  and parent.relname = 'webhook_logs'
  and partition.relname <> 'webhook_logs_default'
order by 2
"""
_SECURED = """
select oid::regclass::text from pg_catalog.pg_class
where relnamespace = %s::regnamespace and relrowsecurity order by 1
"""
_UNKNOWN_ROUTINES = """
select routine.oid::regprocedure::text
from pg_catalog.pg_proc as routine
where routine.pronamespace = %s::regnamespace
  and not exists (
    select from pg_catalog.pg_dist_object as object
    where object.classid = 'pg_catalog.pg_proc'::regclass and object.objid = routine.oid
  )
order by 1
"""
_UNDELEGATED = """
select routine.oid::regprocedure::text
from pg_catalog.pg_proc as routine
inner join pg_catalog.pg_dist_object as object
  on object.classid = 'pg_catalog.pg_proc'::regclass and object.objid = routine.oid
where routine.pronamespace = %s::regnamespace
  and (routine.prosecdef and routine.prokind = 'f' or routine.prokind = 'p')
  and routine.prorettype <> 'pg_catalog.trigger'::regtype
  and object.colocationid is null
  and exists (
    select from pg_catalog.aclexplode(routine.proacl) as granted
    where granted.grantee <> routine.proowner
  )
order by 1
"""
_WITH_GENERIC_PLANS = """
select routine.oid::regprocedure::text
from pg_catalog.pg_proc as routine
where routine.pronamespace = %s::regnamespace
  and 'plan_cache_mode=force_generic_plan' = any(routine.proconfig)
order by 1
"""


def set_up_nodes(database: Connection[Any], lock_timeout: str) -> None:
    """Set what a transaction of a run needs where the database is a cluster's."""
    if not _is_cluster(database):
        return
    for name, value in _SETTINGS.items():
        set_local(database, name, value)
    # A command goes to the nodes, where the locks are waited for; a function call would not.
    timeout = sql.SQL("set local lock_timeout = {}").format(sql.Literal(lock_timeout))
    database.execute(timeout)


def bring_to_node(database: Connection[Any], names: Names, report: Callable[[str], None]) -> None:
    """Bring what a transaction has made of a business on a node to where the rest is.

    Nothing happens where it is on none. Raises NodesError.
    """
    if _is_cluster(database) and names.is_one_schema and ask(database, _IS_ON_A_NODE, names.schema):
        _place_whole(database, names.schema, report)


def place_on_node(database: Connection[Any], names: Names, report: Callable[[str], None]) -> None:
    """Put the business onto a node, or what is not there yet of one that is.

    Nothing happens on a server without Citus. Raises NodesError.
    """
    if not _is_cluster(database):
        return
    if not names.is_one_schema:
        report("Citus: two schemas stay where they are; a business in one can go to a node")
        return
    if not ask(database, "select where pg_catalog.citus_is_coordinator()"):
        raise NodesError("this is a worker of a Citus cluster: migrate by its coordinator")
    with database.transaction():
        set_up_nodes(database, "0")
        _place_whole(database, names.schema, report)
    even_rights(database, names.schema)


def _place_whole(database: Connection[Any], schema: str, report: Callable[[str], None]) -> None:
    try:
        with database.transaction():
            _place(database, schema, report)
    except (errors.FeatureNotSupported, errors.InternalError_) as error:
        raise NodesError(
            f"schema {schema} does not go to a node: {error.diag.message_primary}\n"
            "It is whole where it was, and works there."
        ) from error


def _place(database: Connection[Any], schema: str, report: Callable[[str], None]) -> None:
    refuse_policies(database, schema)
    if not ask(database, _IS_ON_A_NODE, schema):
        # Only the coordinator could make and drop them, and retention runs on the node.
        for logs, day in ask(database, _DAYS, schema):
            run(database, f"alter table {logs} detach partition {day}")
            run(database, f"insert into {logs} table {day}")
            run(database, f"drop table {day}")
        database.execute("select pg_catalog.citus_schema_distribute(%s::regnamespace)", (schema,))
        report(f"Citus: schema {schema} is on a node")
    for (table,) in ask(database, _SECURED, schema):
        run(database, f"alter table {table} disable row level security")
    for (routine,) in ask(database, _UNKNOWN_ROUTINES, schema):
        database.execute(
            "select pg_catalog.create_distributed_function(%s::regprocedure)", (routine,)
        )
    delegated = ask(database, _UNDELEGATED, schema)
    for (routine,) in delegated:
        database.execute(
            "select pg_catalog.create_distributed_function("
            "%s::regprocedure, colocate_with => pg_catalog.format('%%I.settings', %s::text))",
            (routine, schema),
        )
    for (routine,) in ask(database, _WITH_GENERIC_PLANS, schema):
        run(database, f"alter function {routine} reset plan_cache_mode")
    grant_on_node(database, schema)
    database.execute(sql.SQL("call {}.note_rights()").format(sql.Identifier(schema)))
    if delegated:
        report(f"Citus: {len(delegated)} routines are called on the node")


def _is_cluster(database: Connection[Any]) -> bool:
    return bool(ask(database, "select from pg_catalog.pg_extension where extname = 'citus'"))
