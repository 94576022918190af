"""What any login may put into its temporary schema, to stand in for what a routine means.

Each of it tells, in a warning that names the current user, that it was run. A warning outlives the
transaction and its subtransactions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.errors import Diagnostic

_SAID = re.compile(r"spied (.+) as (\w+)")

_SPY = """
set search_path = pg_temp, public;

create function pg_temp.spy(what pg_catalog.text) returns boolean language plpgsql as $$
begin
  raise warning 'spied % as %', what, current_user;
  return true;
end $$;

create function pg_temp.spy_on_writing() returns trigger language plpgsql as $$
begin
  perform pg_temp.spy('a write to ' operator(pg_catalog.||) tg_table_name);
  return new;
end $$;

create function pg_temp.try(statement pg_catalog.text) returns integer language plpgsql as $$
begin
  execute statement;
  return 1;
exception
  when others then
    return 0;
end $$;

-- Types are not hidden from the statements below by what they make.
set search_path = pg_catalog, pg_temp;
"""

_TYPES = """
with type as (
    select typname as name from pg_type
    where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r') and typelem = 0
        and typname <> 'cstring'
)
"""

DOMAINS = (
    _TYPES
    + """
select sum(pg_temp.try(format(
    'create domain pg_temp.%1$I as pg_catalog.%1$I check (pg_temp.spy(%2$L))',
    name, 'type ' || name
)))::integer
from type
""",
    # Rows have the types just made, so that a row of one is spied on as well.
    """
select sum(pg_temp.try(format(
    'create type pg_temp.%I as (%s)',
    typname,
    (
        select string_agg(
            format('%I pg_temp.%I', attname, case typnamespace
                when 'pg_catalog'::regnamespace then ltrim(typname, '_') else 'text' end),
            ', ' order by attnum
        )
        from pg_attribute join pg_type as of_attribute on of_attribute.oid = atttypid
        where attrelid = type.typrelid and attnum > 0 and not attisdropped
    )
)))::integer
from pg_type as type
where typtype = 'c' and typnamespace in ('public'::regnamespace, 'wa'::regnamespace)
    and exists (select from pg_class where pg_class.oid = typrelid and relkind = 'c')
""",
)

CASTS = (
    _TYPES
    + """
select sum(pg_temp.try(format('create type pg_temp.%I as enum (%L)', name, 'x')))::integer from type
""",
    _TYPES
    + """
select sum(pg_temp.try(format(
    $$create function pg_temp.to_%1$s(pg_catalog.%2$I) returns pg_temp.%1$I language plpgsql as
    'begin perform pg_temp.spy(''cast to %1$s''); return null; end'$$, name, source
)) * pg_temp.try(format(
    'create cast (pg_catalog.%2$I as pg_temp.%1$I) with function pg_temp.to_%1$s(pg_catalog.%2$I)'
    ' as implicit', name, source
)))::integer
from type, lateral (select unnest(array[name, 'text', 'jsonb']) as source) as sources
""",
    _TYPES
    + """
select sum(pg_temp.try(format(
    $$create function pg_temp.from_%1$s(pg_temp.%1$I) returns pg_catalog.%1$I language plpgsql as
    'begin perform pg_temp.spy(''cast from %1$s''); return null; end'$$, name
)) * pg_temp.try(format(
    'create cast (pg_temp.%1$I as pg_catalog.%1$I) with function pg_temp.from_%1$s(pg_temp.%1$I)'
    ' as implicit', name
)))::integer
from type
""",
)

RELATIONS = (
    """
select sum(pg_temp.try(format(
    'create temporary view %1$I as select %2$s where pg_temp.spy(%3$L)',
    relname,
    (
        select string_agg(format('null::%s as %I', case typnamespace
            when 'pg_catalog'::regnamespace then 'pg_catalog.' || quote_ident(typname)
            else 'pg_catalog.text' end, attname), ', ' order by attnum)
        from pg_attribute join pg_type on pg_type.oid = atttypid
        where attrelid = relation.oid and attnum > 0 and not attisdropped
    ),
    'relation ' || relname
)) * pg_temp.try(format('grant all on pg_temp.%I to public', relname)) * pg_temp.try(format(
    'create trigger spy instead of insert or update or delete on pg_temp.%I for each row'
    ' execute function pg_temp.spy_on_writing()', relname
)))::integer
from pg_class as relation
where relkind in ('r', 'p', 'v') and relnamespace in (
    'public'::regnamespace, 'wa'::regnamespace, 'pg_catalog'::regnamespace
)
""",
)

# PostgreSQL says that it never looks there for these.
ROUTINES_AND_OPERATORS = (
    """
with called as (
    select distinct match[1] as name
    from pg_proc as ours cross join lateral regexp_matches(prosrc, '([a-z0-9_]+)\\(', 'g') as match
    where ours.pronamespace in ('public'::regnamespace, 'wa'::regnamespace)
)
select sum(pg_temp.try(format(
    'create function pg_temp.%1$I(%2$s) returns %3$s language plpgsql as'
    ' ''begin perform pg_temp.spy(''''%1$s()''''); return null; end''',
    proname,
    (
        select string_agg(
            case when proargmodes[place] = 'v' then 'variadic ' else '' end || argument::regtype,
            ', ' order by place
        )
        from unnest(proargtypes::oid[]) with ordinality as listed (argument, place)
    ),
    pg_get_function_result(pg_proc.oid)
)))::integer
from pg_proc join called on called.name = proname
where prokind = 'f'
    and pronamespace in (
        'public'::regnamespace, 'wa'::regnamespace, 'pg_catalog'::regnamespace
    )
""",
    """
select sum(pg_temp.try(format(
    $$create function pg_temp.operator_%1$s(%2$s, %3$s) returns %4$s language plpgsql as
    'begin perform pg_temp.spy(''operator %5$s''); return null; end'$$,
    oid, oprleft::regtype, oprright::regtype, oprresult::regtype, oprname
)) * pg_temp.try(format(
    'create operator pg_temp.%5$s'
    ' (leftarg = %2$s, rightarg = %3$s, function = pg_temp.operator_%1$s)',
    oid, oprleft::regtype, oprright::regtype, null, oprname
)))::integer
from pg_operator
where oprnamespace = 'pg_catalog'::regnamespace and oprkind = 'b'
    and oprleft = any(array['text', 'jsonb', 'int4', 'int8', 'float8', 'numeric', 'bool', 'uuid',
        'date', 'timestamp', 'timestamptz', 'interval', 'text[]', 'name', 'oid']::regtype[])
""",
)

KINDS = {
    "domains": DOMAINS,
    "casts": CASTS,
    "relations": RELATIONS,
    "routines and operators": ROUTINES_AND_OPERATORS,
}


@dataclass
class Shadows:
    """What stands in the temporary schema of a connection, and what of it ran as whom.

    `statement` is what the caller is about to send.
    """

    connection: Connection[Any]
    made: int = 0
    statement: str = ""
    ran: set[tuple[str, str, str]] = field(default_factory=set)

    def hear(self, said: Diagnostic) -> None:
        if found := _SAID.fullmatch(said.message_primary or ""):
            self.ran.add((found[2], found[1], self.statement))

    def ran_as_others(self, role: str) -> set[tuple[str, str, str]]:
        """Return role, shadow and statement of what ran with the rights of another."""
        return {one for one in self.ran if one[0] != role}


def cast_shadows(connection: Connection[Any], kind: str) -> Shadows:
    """Fill the temporary schema of a connection with one of KINDS, and put it first."""
    shadows = Shadows(connection)
    connection.add_notice_handler(shadows.hear)
    connection.execute(_SPY.encode())
    shadows.made = sum(_counts(connection, KINDS[kind]))
    connection.execute("set search_path = pg_temp, public, pg_catalog")
    return shadows


def _counts(connection: Connection[Any], statements: tuple[str, ...]) -> Iterator[int]:
    for statement in statements:
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        count = next(iter(row.values())) if isinstance(row, dict) else row[0]
        assert count, statement
        yield count
