"""Takes a flow out of a database: people, rows, routines, and tables only when told to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from wa_webhook.migrate.errors import MigrateError
from wa_webhook.migrate.runner import ADVISORY_LOCK
from wa_webhook.migrate.serving import wait_for_callers
from wa_webhook.migrate.signatures import name_of
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    from wa_webhook.naming.names import Names

_PEOPLE = """
select pg_catalog.count(*)
from public.chat_state as chat
inner join wa.flow_states as state on state.state = chat.state
where state.flow = %s
"""
_TABLES = """
select relation.relname::text
from pg_catalog.pg_class as relation
inner join wa.flows as flow
  on relation.relname = flow.prefix
  or pg_catalog.starts_with(relation.relname::text, flow.prefix || '_')
where flow.flow = %s
  and relation.relnamespace = 'wa'::regnamespace
  and relation.relkind in ('r', 'p')
  and not relation.relispartition
order by 1
"""
_OWN_MIGRATIONS = """
select exists (select from wa.applied_migrations where component = %s)
"""
_OBJECTS = "select distinct object from wa.list_rights()"
_FILES = "select path, shape from wa.applied_files where component = %s order by path"


class FlowRemovalError(MigrateError):
    """The flow is not there, or what was asked for cannot be done to it."""


@dataclass(frozen=True)
class Removal:
    """What went: how many people went home, and names; `kept`: routines that reach its tables."""

    people: int
    routines: tuple[str, ...]
    tables: tuple[str, ...]
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

    Without `with_tables` its tables stay, and so do the routines that are no steps: erasing and
    handing out what is about a person needs them. `follow` is called with each step. Raises
    FlowRemovalError, and psycopg's errors where another flow needs it (WA061) or something else
    stands on what is to go.
    """
    rewrite = Rewriter(names).rewrite

    def ask(query: str, *values: object) -> list[Any]:
        return connection.execute(rewrite(query).encode(), values or None).fetchall()

    with connection.transaction():
        connection.execute("select pg_catalog.pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
        if not ask("select from wa.flows where flow = %s", flow):
            known = ", ".join(name for (name,) in ask("select flow from wa.flows order by 1"))
            raise FlowRemovalError(f"there is no flow {flow}; there are {known}")
        has_tables = ask(_OWN_MIGRATIONS, flow) == [(True,)]
        if with_tables and not has_tables:
            raise FlowRemovalError(
                f"the flow {flow} has no tables of its own: no migration in its folder made any"
            )
        follow("waiting for those who call its steps")
        wait_for_callers(connection, names)
        ((people,),) = ask(_PEOPLE, flow)
        noted = {name for (name,) in ask(_OBJECTS)}
        tables = [name for (name,) in ask(_TABLES, flow)] if with_tables else []
        files = ask(_FILES, flow)
        goes = [
            (path, shape)
            for path, shape in files
            if with_tables or "/functions/" not in path or not (has_tables or flow == "baskets")
        ]
        follow(f"sending {people} people home")
        connection.execute(rewrite("call wa.remove_flow(%s)").encode(), (flow,))
        if tables:
            schema = names.private_schema
            listed = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
            follow(f"dropping {len(tables)} tables")
            connection.execute(sql.SQL("drop table {}").format(listed))
        routines = [rewrite(name_of(shape)) for _, shape in goes if shape]
        for routine in routines:
            connection.execute(f"drop routine if exists {routine}".encode())
        connection.execute(
            rewrite(
                "delete from wa.applied_files where component = %s and path = any(%s)"
            ).encode(),
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
    return Removal(people, tuple(routines), tuple(tables), kept)
