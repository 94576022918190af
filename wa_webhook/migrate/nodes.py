"""Puts a business that is one schema onto a node of a Citus cluster, where the database is one.

After the routines: its tables go to a node together, and what others may call is handed to that
node whole, so that a call is one call to one place. Row level security goes, since rows are copied
into tables on nodes, and what has it takes no copy. Its policies hide no row from whoever has a
grant, which is checked; so the grants say the same without.

Source: https://docs.citusdata.com/en/stable/get_started/tutorial_microservices.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psycopg import errors, sql

from wa_webhook.migrate.errors import NodesError
from wa_webhook.migrate.turns import set_local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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

_HIDDEN_ROWS = """
select policy.tablename, policy.policyname
from pg_catalog.pg_policies as policy
where policy.schemaname = %s
  and (coalesce(policy.qual, 'true') <> 'true' or coalesce(policy.with_check, 'true') <> 'true')
order by 1, 2
"""
_UNREACHED = """
select relation.oid::regclass::text, grantee.rolname
from pg_catalog.pg_class as relation
cross join lateral pg_catalog.aclexplode(relation.relacl) as granted
inner join pg_catalog.pg_roles as grantee on grantee.oid = granted.grantee
where relation.relnamespace = %s::regnamespace
  and relation.relrowsecurity
  and granted.grantee <> relation.relowner
  and not grantee.rolbypassrls
  and not exists (
    select from pg_catalog.pg_policy as policy
    where policy.polrelid = relation.oid
      and (granted.grantee = any(policy.polroles) or 0 = any(policy.polroles))
  )
group by 1, 2
order by 1, 2
"""
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
_NUMBERED_ELSEWHERE = """
select sequence.oid::regclass::text, grantee.rolname
from pg_catalog.pg_depend as owned
inner join pg_catalog.pg_class as sequence on sequence.oid = owned.objid and sequence.relkind = 'S'
inner join pg_catalog.pg_class as relation on relation.oid = owned.refobjid
cross join lateral (
  select part.grantee, part.privilege_type from pg_catalog.aclexplode(relation.relacl) as part
  union all
  select part.grantee, part.privilege_type
  from pg_catalog.pg_attribute as attribute
  cross join lateral pg_catalog.aclexplode(attribute.attacl) as part
  where attribute.attrelid = relation.oid
) as granted
inner join pg_catalog.pg_roles as grantee on grantee.oid = granted.grantee
where owned.deptype in ('i', 'a')
  and relation.relnamespace = %s::regnamespace
  and granted.privilege_type = 'INSERT'
  and not pg_catalog.has_sequence_privilege(grantee.oid, sequence.oid, 'usage')
group by 1, 2
order by 1, 2
"""
_GRANTS_ON_VIEWS = """
select pg_catalog.format(
  'grant %%s on %%s to %%I', granted.privilege_type, view.oid::regclass, grantee.rolname
)
from pg_catalog.pg_class as view
cross join lateral pg_catalog.aclexplode(view.relacl) as granted
inner join pg_catalog.pg_roles as grantee on grantee.oid = granted.grantee
where view.relnamespace = %s::regnamespace
  and view.relkind = 'v'
  and granted.grantee <> view.relowner
order by 1
"""
# Named in full, whatever a session looks for first.
_RIGHTS = """
select coalesce(
  pg_catalog.json_agg(
    pg_catalog.json_build_array(
      granted.privilege_type,
      object.name,
      case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end
    )
  ),
  '[]'
)::text
from (
  select
    pg_catalog.format('sequence %s.%I', relnamespace::regnamespace, relname) as name,
    relowner as owner,
    relacl as rights
  from pg_catalog.pg_class
  where relnamespace = {schema}::regnamespace and relkind = 'S'
  union all
  select
    pg_catalog.format(
      'routine %s.%I(%s)',
      routine.pronamespace::regnamespace,
      routine.proname,
      (
        select pg_catalog.string_agg(
          pg_catalog.format('%s.%I', type.typnamespace::regnamespace, type.typname),
          ', ' order by given.position
        )
        from pg_catalog.unnest(routine.proargtypes) with ordinality as given (type, position)
        inner join pg_catalog.pg_type as type on type.oid = given.type
      )
    ),
    routine.proowner,
    coalesce(routine.proacl, pg_catalog.acldefault('f', routine.proowner))
  from pg_catalog.pg_proc as routine
  where routine.pronamespace = {schema}::regnamespace
) as object
cross join lateral pg_catalog.aclexplode(object.rights) as granted
where granted.grantee <> object.owner
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
    if (
        _is_cluster(database)
        and names.is_one_schema
        and _ask(database, _IS_ON_A_NODE, names.schema)
    ):
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
    if not _ask(database, "select where pg_catalog.citus_is_coordinator()"):
        raise NodesError("this is a worker of a Citus cluster: migrate by its coordinator")
    with database.transaction():
        set_up_nodes(database, "0")
        _place_whole(database, names.schema, report)
    _even_rights(database, names.schema)


def _place_whole(database: Connection[Any], schema: str, report: Callable[[str], None]) -> None:
    try:
        with database.transaction():
            _place(database, schema, report)
    except (errors.FeatureNotSupported, errors.InternalError_) as error:
        raise NodesError(
            f"schema {schema} does not go to a node: {error.diag.message_primary}\n"
            "It is whole where it was, and works there."
        ) from error


def _even_rights(database: Connection[Any], schema: str) -> None:
    """Say on the workers too who may use sequences and routines.

    Of sequences Citus tells none, and of a routine what was granted, not what was taken away.
    """
    question = sql.SQL(_RIGHTS).format(schema=sql.Literal(schema)).as_string(database)
    ((told,),) = _ask(database, question)
    wanted = _read_rights(told)
    there = [_read_rights(one) for one in _tell_workers(database, question)]
    changes = {
        f"{verb} {right} on {name} {preposition} {role}"
        for one in there
        for verb, preposition, rights in (
            ("grant", "to", wanted - one),
            ("revoke", "from", one - wanted),
        )
        for right, name, role in rights
    }
    if changes:
        _tell_workers(
            database, "; ".join(("set citus.enable_ddl_propagation to off", *sorted(changes)))
        )


def _read_rights(told: str) -> set[tuple[str, ...]]:
    return {tuple(right) for right in json.loads(told)}


def _tell_workers(database: Connection[Any], statement: str) -> list[str]:
    """Run a statement on each worker and return what they answer; raises NodesError."""
    answers = _ask(
        database,
        "select success::text, nodename || ':' || nodeport, result"
        " from pg_catalog.run_command_on_workers(%s)",
        statement,
    )
    refused = [f"{node} refuses: {why}" for success, node, why in answers if success != "true"]
    if refused:
        raise NodesError("\n".join(refused))
    return [result for _success, _node, result in answers]


def _place(database: Connection[Any], schema: str, report: Callable[[str], None]) -> None:
    _refuse_policies(database, schema)
    if not _ask(database, _IS_ON_A_NODE, schema):
        # Only the coordinator could make and drop them, and retention runs on the node.
        for logs, day in _ask(database, _DAYS, schema):
            _run(database, f"alter table {logs} detach partition {day}")
            _run(database, f"insert into {logs} table {day}")
            _run(database, f"drop table {day}")
        database.execute("select pg_catalog.citus_schema_distribute(%s::regnamespace)", (schema,))
        report(f"Citus: schema {schema} is on a node")
    for (table,) in _ask(database, _SECURED, schema):
        _run(database, f"alter table {table} disable row level security")
    for (routine,) in _ask(database, _UNKNOWN_ROUTINES, schema):
        database.execute(
            "select pg_catalog.create_distributed_function(%s::regprocedure)", (routine,)
        )
    delegated = _ask(database, _UNDELEGATED, schema)
    for (routine,) in delegated:
        database.execute(
            "select pg_catalog.create_distributed_function("
            "%s::regprocedure, colocate_with => pg_catalog.format('%%I.settings', %s::text))",
            (routine, schema),
        )
    for (routine,) in _ask(database, _WITH_GENERIC_PLANS, schema):
        _run(database, f"alter function {routine} reset plan_cache_mode")
    # Where a table is on a node its numbers are asked for by name.
    for sequence, role in _ask(database, _NUMBERED_ELSEWHERE, schema):
        _run(database, f"grant usage on sequence {sequence} to {role}")
    # A view goes there without what was granted on it.
    for (grant,) in _ask(database, _GRANTS_ON_VIEWS, schema):
        _run(database, grant)
    database.execute(sql.SQL("call {}.note_rights()").format(sql.Identifier(schema)))
    if delegated:
        report(f"Citus: {len(delegated)} routines are called on the node")


def _refuse_policies(database: Connection[Any], schema: str) -> None:
    hidden = [
        f"policy {name} of {table} hides rows"
        for table, name in _ask(database, _HIDDEN_ROWS, schema)
    ]
    unreached = [
        f"{role} has a grant on {table}, and no policy"
        for table, role in _ask(database, _UNREACHED, schema)
    ]
    if hidden or unreached:
        raise NodesError(
            "\n".join(
                (
                    *hidden,
                    *unreached,
                    "On a node there is no row level security. Say by grants and routines who may"
                    " see what, or keep this business on a server without Citus.",
                )
            )
        )


def _is_cluster(database: Connection[Any]) -> bool:
    return bool(_ask(database, "select from pg_catalog.pg_extension where extname = 'citus'"))


def _ask(database: Connection[Any], query: str, *parameters: str) -> Sequence[tuple[str, ...]]:
    return database.execute(query.encode(), parameters or None).fetchall()


def _run(database: Connection[Any], statement: str) -> None:
    database.execute(statement.encode())
