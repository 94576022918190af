"""The names that a database was migrated with, which every later run has to use again.

Default names leave no trace. Others are kept in `names`, beside the history, from the first
migration's transaction on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate import history, takeover
from wa_webhook.migrate.errors import HistoryError
from wa_webhook.naming.names import DEFAULT_PRIVATE_SCHEMA, DEFAULT_SCHEMA, Names

if TYPE_CHECKING:
    from psycopg import Connection

_HISTORIES = (
    [history.MIGRATIONS, history.FILES],
    [takeover.MIGRATIONS, takeover.FILES],
)
_TABLE = "names"


def ensure_schema(database: Connection[Any], names: Names) -> None:
    """Create the schema of the contract, which migrations expect to be there as public is."""
    if names.schema != DEFAULT_SCHEMA and not _exists(database, names.schema):
        database.execute(f"create schema {names.schema}")
        database.execute(
            f"comment on schema {names.schema} is 'The contract of wa-webhook with its callers.'"
        )


def remember_names(database: Connection[Any], names: Names) -> None:
    """Keep names that are not the default ones, unless they are kept already."""
    schema = names.private_schema
    if names.are_default or not history.has_history(database, schema) or _read(database, schema):
        return
    table = f"{schema}.{_TABLE}"
    for statement in (
        f"create table {table} (option text primary key, name text not null)",
        f"comment on table {table} is 'The names that wa-webhook migrate was given; it takes no"
        " others for this database.'",
        f"comment on column {table}.option is 'As on the command line: edge_role is --edge-role.'",
        f"comment on column {table}.name is 'Of a schema or role.'",
        f"alter table {table} enable row level security",
        # It gives its owner nothing new; Supabase's advisors miss a policy on a table without.
        f"create policy names_keep on {table} to current_user using (true) with check (true)",
    ):
        database.execute(statement.encode())
    database.execute(
        f"insert into {table} (option, name)"  # noqa: S608
        " select option, name from unnest(%s::text[], %s::text[]) as given (option, name)",
        (list(names.as_options()), list(names.as_options().values())),
    )


def refuse_other_names(database: Connection[Any], names: Names) -> None:
    """Raise HistoryError when the database was migrated with names other than these."""
    for kept in _find_kept(database):
        if kept != names:
            given = names.as_options()
            raise HistoryError(
                "\n".join(
                    (
                        "this database was migrated with other names:",
                        *(
                            f"  --{option.replace('_', '-')} {name} (now: {given[option]})"
                            for option, name in kept.as_options().items()
                            if name != given[option]
                        ),
                        "Run with the names that it has. Other names need a database of their own.",
                    )
                )
            )


def _find_kept(database: Connection[Any]) -> list[Names]:
    rows = database.execute(
        "select namespace.nspname"
        " from pg_catalog.pg_class as relation"
        " join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace"
        " where relation.relkind = 'r'"
        " group by 1 having pg_catalog.array_agg(relation.relname::text) @> %s"
        " or pg_catalog.array_agg(relation.relname::text) @> %s",
        _HISTORIES,
    ).fetchall()
    kept = ((schema, _read(database, schema)) for (schema,) in rows)
    return [Names(**given) for schema, given in kept if given or schema == DEFAULT_PRIVATE_SCHEMA]


def _read(database: Connection[Any], schema: str) -> dict[str, str]:
    row = database.execute(
        "select pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', %s::text, %s::text))::text",
        (schema, _TABLE),
    ).fetchone()
    if row is None or row[0] is None:
        return {}
    return dict(database.execute(f"select option, name from {row[0]}").fetchall())  # noqa: S608


def _exists(database: Connection[Any], schema: str) -> bool:
    row = database.execute(
        "select pg_catalog.to_regnamespace(%s) is not null", (schema,)
    ).fetchone()
    return row == (True,)
