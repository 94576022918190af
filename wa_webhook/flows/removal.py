"""Takes a flow out of a database: people, rows, routines, and tables only when told to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import errors

from wa_webhook.migrate.errors import MigrateError
from wa_webhook.migrate.files import COMPONENT
from wa_webhook.migrate.serving import wait_for_callers
from wa_webhook.migrate.signatures import name_of
from wa_webhook.migrate.turns import ADVISORY_LOCK
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg import Connection

    from wa_webhook.naming.names import Names

_PEOPLE = """
select pg_catalog.count(*)
from public.chat_state as chat
inner join wa.flow_states as state on state.state = chat.state
where state.flow = %s
"""
# In public others have tables, too: a flow's are those that are open to a role of ours. The newest
# come first, since they may stand on those before them.
_MADE = """
with made as (
  select
    relation.oid,
    relation.relnamespace as namespace,
    relation.relname as name,
    relation.relacl as acl,
    case relation.relkind
      when 'v' then 'view' when 'm' then 'materialized view'
      when 'S' then 'sequence' when 'c' then 'type' else 'table'
    end as kind
  from pg_catalog.pg_class as relation
  where relation.relkind in ('r', 'p', 'v', 'm', 'S', 'c')
    and not relation.relispartition
    -- Those of columns go with them.
    and not exists (
      select from pg_catalog.pg_depend as owner
      where owner.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and owner.objid = relation.oid
        and owner.refobjsubid > 0
        and relation.relkind = 'S'
    )
  union all
  select type.oid, type.typnamespace, type.typname, null, 'type'
  from pg_catalog.pg_type as type
  where type.typtype in ('d', 'e', 'r')
)

select made.kind, pg_catalog.format('%%I.%%I', namespace.nspname, made.name)
from made
inner join pg_catalog.pg_namespace as namespace on namespace.oid = made.namespace
where (made.name = %(prefix)s or pg_catalog.starts_with(made.name::text, %(prefix)s || '_'))
  and coalesce(wa.find_flow_of(made.name), %(flow)s) = %(flow)s
  and (
    made.namespace = 'wa'::regnamespace
    or exists (
      select from pg_catalog.aclexplode(made.acl) as acl
      inner join wa.list_roles() as role
        on role.name = pg_catalog.pg_get_userbyid(acl.grantee)
    )
  )
order by made.oid desc
"""
_DROP_ROWS = (
    "delete from wa.settings where pg_catalog.starts_with(key, %s)",
    "delete from wa.alert_kinds where pg_catalog.starts_with(kind, %s)",
)
_OWN_MIGRATIONS = """
select exists (select from wa.applied_migrations where component = %s)
"""
_OBJECTS = "select distinct object from wa.list_rights()"
_FILES = "select path, shape from wa.applied_files where component = %s order by path"


class FlowRemovalError(MigrateError):
    """The flow is not there, or what was asked for cannot be done to it."""


@dataclass(frozen=True)
class Removal:
    """How many people went home, and what went: kinds and names.

    `kept`: routines that reach its tables.
    """

    people: int
    dropped: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]


def remove_flow(
    connection: Connection[Any],
    names: Names,
    flow: str,
    *,
    with_tables: bool = False,
    follow: Callable[[str], None] = lambda _step: None,
) -> Removal:
    """Remove a flow in one transaction, as the role that migrates.

    Without `with_tables` its tables stay, and so do its settings and the routines that are no
    steps: erasing and handing out what is about a person needs them. `follow` is called with each
    step. Raises FlowRemovalError, where something else stands on what is to go, too, and psycopg's
    errors where another flow needs it (WA061). A flow that is not declared is there as long as its
    tables are.
    """
    try:
        with connection.transaction():
            # Whatever stands in the way is told with its schema.
            connection.execute("set local search_path = pg_catalog, pg_temp")
            return _remove(connection, names, flow, with_tables=with_tables, follow=follow)
    except errors.DependentObjectsStillExist as error:
        raise FlowRemovalError(
            f"the flow {flow} is needed: {error.diag.message_detail}\n"
            "Drop or change that first" + (", or keep the tables." if with_tables else ".")
        ) from error


def _remove(
    connection: Connection[Any],
    names: Names,
    flow: str,
    *,
    with_tables: bool,
    follow: Callable[[str], None],
) -> Removal:
    rewrite = Rewriter(names).rewrite

    def ask(query: str, values: Sequence[Any] | Mapping[str, Any] | None = None) -> list[Any]:
        return connection.execute(rewrite(query).encode(), values).fetchall()

    connection.execute("select pg_catalog.pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
    declared = ask("select prefix from wa.flows where flow = %s", [flow])
    has_tables = flow != COMPONENT and ask(_OWN_MIGRATIONS, [flow]) == [(True,)]
    if not declared and not has_tables:
        known = ", ".join(name for (name,) in ask("select flow from wa.flows order by 1"))
        raise FlowRemovalError(f"there is no flow {flow}; there are {known}")
    if with_tables and not has_tables:
        raise FlowRemovalError(
            f"the flow {flow} has no tables of its own: no migration in its folder made any"
        )
    if not declared and not with_tables:
        raise FlowRemovalError(f"only the tables of {flow} are left: --drop-tables takes them")
    # What is declared no more has the prefix that a flow has by default, or is not known by one.
    ((prefix,),) = declared or [(flow,)]
    follow("waiting for those who call its steps")
    wait_for_callers(connection, names)
    ((people,),) = ask(_PEOPLE, [flow])
    noted = {name for (name,) in ask(_OBJECTS)}
    made: list[tuple[str, str]] = (
        ask(_MADE, {"flow": flow, "prefix": prefix}) if with_tables else []
    )
    if with_tables and not declared and not made:
        raise FlowRemovalError(
            f"nothing is left whose name begins with {flow}, and no declaration has another prefix"
        )
    files = ask(_FILES, [flow])
    goes = [
        (path, shape)
        for path, shape in files
        if with_tables or "/functions/" not in path or not (has_tables or flow == "baskets")
    ]
    follow(f"sending {people} people home")
    connection.execute(rewrite("call wa.remove_flow(%s)").encode(), (flow,))
    routines = [rewrite(name_of(shape)) for _, shape in goes if shape]
    tables = [name for kind, name in made if kind == "table"]
    behind = routines
    if with_tables:
        follow(f"dropping {len(tables)} tables")
        # Of a table's row some routines are made, and of routines a table's triggers.
        behind = [routine for routine in routines if not _drop(connection, routine)]
        for kind, name in made:
            if kind.endswith("view"):
                connection.execute(f"drop {kind} {name}".encode())
        if tables:
            connection.execute(f"drop table {', '.join(tables)}".encode())
        for statement in _DROP_ROWS:
            connection.execute(rewrite(statement).encode(), (f"{prefix}_",))
    for routine in behind:
        connection.execute(f"drop routine if exists {routine}".encode())
    for kind, name in made:
        if kind in ("sequence", "type"):
            connection.execute(f"drop {kind} {name}".encode())
    connection.execute(
        rewrite("delete from wa.applied_files where component = %s and path = any(%s)").encode(),
        (flow, [path for path, _ in goes]),
    )
    if with_tables:
        connection.execute(
            rewrite("delete from wa.applied_migrations where component = %s").encode(), (flow,)
        )
    # What is gone has no rights that a later run could find missing.
    gone = noted - {name for (name,) in ask(_OBJECTS)}
    connection.execute(
        rewrite("delete from wa.rights where object = any(%s)").encode(), (list(gone),)
    )
    kept = tuple(name_of(shape) for path, shape in files if shape and (path, shape) not in goes)
    dropped = (*(("routine", routine) for routine in routines), *made)
    return Removal(people, dropped, kept)


def _drop(connection: Connection[Any], routine: str) -> bool:
    """Drop a routine unless something stands on it, and return whether it is gone."""
    try:
        with connection.transaction():
            connection.execute(f"drop routine if exists {routine}".encode())
    except errors.DependentObjectsStillExist:
        return False
    return True
