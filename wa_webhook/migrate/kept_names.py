"""The names that a database was migrated with, which every later run has to use again.

Default names leave no trace. Others are kept in `names`, beside the history, from the first
migration's transaction on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_webhook.migrate import history
from wa_webhook.migrate.errors import HistoryError
from wa_webhook.migrate.files import SqlFile
from wa_webhook.naming.names import DEFAULT_PRIVATE_SCHEMA, Names

if TYPE_CHECKING:
    from psycopg import Connection

_HISTORY = [history.MIGRATIONS, history.FILES]
TABLE = "names"

SCHEMA_COMMENT = "The contract of wa-webhook with its callers."
"""On the contract's schema where there was none."""

_SCHEMA = f"""\
do $$
begin
  if to_regnamespace('public') is null then
    create schema public;
    comment on schema public is '{SCHEMA_COMMENT}';
  end if;
end
$$;
"""
_TABLE_OF_NAMES = f"""\
create table wa.{TABLE} (
  option text not null,
  name text not null,
  constraint names_pkey primary key (option)
);

comment on table wa.{TABLE} is
'The names that wa-webhook was given for this database; wa-webhook migrate takes no others.';
comment on column wa.{TABLE}.option is 'As on the command line: edge_role is --edge-role.';
comment on column wa.{TABLE}.name is 'Of a schema or role.';

alter table wa.{TABLE} enable row level security;

-- It gives its owner nothing new; Supabase's advisors miss a policy on a table without.
create policy names_keep on wa.{TABLE} to current_user using (true) with check (true);
"""


def schema_of_contract(names: Names) -> SqlFile:
    """Return what creates the schema of the contract, which migrations expect to be there.

    They create the private one themselves, and with it that of names with a single schema.
    """
    return SqlFile("schema", "" if names.is_one_schema else _SCHEMA)


def keep_names(names: Names) -> SqlFile:
    """Return what keeps names that are not the default ones."""
    rows = ",\n".join(f"('{option}', '{name}')" for option, name in names.as_options().items())
    return SqlFile(
        "names", f"{_TABLE_OF_NAMES}\ninsert into wa.{TABLE} (option, name) values\n{rows};\n"
    )


def are_kept(database: Connection[Any], private_schema: str) -> bool:
    """Whether the database has such names, and a place for them."""
    return bool(_read(database, private_schema))


def refuse_other_names(database: Connection[Any], names: Names) -> None:
    """Raise HistoryError when the database was migrated with names other than these.

    Beside others comes only what has one schema, and shares neither that nor a role with them.
    """
    found = _find_kept(database)
    if names in found:
        return
    for kept in found:
        given = names.as_options()
        shared = sorted(set(given.values()) & set(kept.as_options().values()))
        if names.is_one_schema and names.schema not in kept.schemas.values():
            if shared:
                raise HistoryError(
                    f"schema {kept.schema} of this database has {', '.join(shared)} already.\n"
                    f"Give schema {names.schema} roles of its own, or none: they are derived."
                )
        else:
            raise HistoryError(
                "\n".join(
                    (
                        "this database was migrated with other names:",
                        *(
                            f"  --{option.replace('_', '-')} {name} (now: {given[option]})"
                            for option, name in kept.as_options().items()
                            if name != given[option]
                        ),
                        "Run with the names that it has. Others need a database of their own,"
                        " or one schema for both: docs/install/names.md",
                    )
                )
            )


def _find_kept(database: Connection[Any]) -> list[Names]:
    rows = database.execute(
        "select namespace.nspname"
        " from pg_catalog.pg_class as relation"
        " join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace"
        " where relation.relkind = 'r'"
        " group by 1 having pg_catalog.array_agg(relation.relname::text) @> %s",
        (_HISTORY,),
    ).fetchall()
    kept = ((schema, _read(database, schema)) for (schema,) in rows)
    return [Names(**given) for schema, given in kept if given or schema == DEFAULT_PRIVATE_SCHEMA]


def _read(database: Connection[Any], schema: str) -> dict[str, str]:
    row = database.execute(
        "select pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', %s::text, %s::text))::text",
        (schema, TABLE),
    ).fetchone()
    if row is None or row[0] is None:
        return {}
    return dict(database.execute(f"select option, name from {row[0]}").fetchall())  # noqa: S608
