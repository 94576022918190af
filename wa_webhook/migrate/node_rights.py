"""Who may do what in a business on a node of a Citus cluster, which grants alone say there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psycopg import sql

from wa_webhook.migrate.errors import NodesError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

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


def refuse_policies(database: Connection[Any], schema: str) -> None:
    """Raise NodesError where a policy says what no grant does."""
    hidden = [
        f"policy {name} of {table} hides rows"
        for table, name in ask(database, _HIDDEN_ROWS, schema)
    ]
    unreached = [
        f"{role} has a grant on {table}, and no policy"
        for table, role in ask(database, _UNREACHED, schema)
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


def grant_on_node(database: Connection[Any], schema: str) -> None:
    """Grant there what the tables and views of a business are used with."""
    # Where a table is on a node its numbers are asked for by name.
    for sequence, role in ask(database, _NUMBERED_ELSEWHERE, schema):
        run(database, f"grant usage on sequence {sequence} to {role}")
    # A view goes there without what was granted on it.
    for (grant,) in ask(database, _GRANTS_ON_VIEWS, schema):
        run(database, grant)


def even_rights(database: Connection[Any], schema: str) -> None:
    """Say on the workers too who may use sequences and routines.

    Of sequences Citus tells none, and of a routine what was granted, not what was taken away.
    """
    question = sql.SQL(_RIGHTS).format(schema=sql.Literal(schema)).as_string(database)
    ((told,),) = ask(database, question)
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
    answers = ask(
        database,
        "select success::text, nodename || ':' || nodeport, result"
        " from pg_catalog.run_command_on_workers(%s)",
        statement,
    )
    refused = [f"{node} refuses: {why}" for success, node, why in answers if success != "true"]
    if refused:
        raise NodesError("\n".join(refused))
    return [result for _success, _node, result in answers]


def ask(database: Connection[Any], query: str, *parameters: str) -> Sequence[tuple[str, ...]]:
    """Return the rows of a query."""
    return database.execute(query.encode(), parameters or None).fetchall()


def run(database: Connection[Any], statement: str) -> None:
    """Run a statement whose names were quoted by the server."""
    database.execute(statement.encode())
