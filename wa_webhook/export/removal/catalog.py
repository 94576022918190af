"""Finds in the catalog what was made, what goes with it without a word, and what stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from wa_webhook.migrate.kept_names import SCHEMA_COMMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from wa_webhook.export.removal.made import Made
    from wa_webhook.naming.names import Names

_OBJECTS = """
with made as (
  select namespace.oid as namespace, made.name
  from unnest(%(relation_schemas)s::text[], %(relations)s::text[]) as made (schema, name)
  inner join pg_namespace as namespace on namespace.nspname = made.schema
),

signature as (
  select namespace.oid as namespace, made.schema, made.name, made.types
  from unnest(%(routine_schemas)s::text[], %(routines)s::text[], %(types)s::text[])
    as made (schema, name, types)
  inner join pg_namespace as namespace on namespace.nspname = made.schema
),

extended as (
  select classid, objid from pg_depend where deptype = 'e'
)

select 'pg_class'::regclass::oid as class, relation.oid as id, relation.oid::regclass::text as name,
  case relation.relkind
    when 'v' then 'view'
    when 'm' then 'materialized view'
    when 'S' then 'sequence'
    when 'c' then 'type'
    else 'table'
  end as kind
from pg_class as relation
inner join made on made.namespace = relation.relnamespace and made.name = relation.relname
where relation.relkind in ('r', 'p', 'v', 'm', 'S', 'c')
  and not relation.relispartition
  and ('pg_class'::regclass, relation.oid) not in (select classid, objid from extended)
union all
select 'pg_proc'::regclass, routine.oid, routine.oid::regprocedure::text, 'routine'
from pg_proc as routine
inner join signature
  on signature.namespace = routine.pronamespace and signature.name = routine.proname
where ('pg_proc'::regclass, routine.oid) not in (select classid, objid from extended)
  -- Before 16 to_regprocedure raises an error for a type that is not there.
  and case
    when (
      select bool_and(to_regtype(type) is not null) is not false
      from string_to_table(nullif(signature.types, ''), ', ') as type
    )
      then to_regprocedure(
        format('%%I.%%I(%%s)', signature.schema, signature.name, signature.types)
      ) = routine.oid
    else true
  end is not false
union all
select 'pg_type'::regclass, type.oid, type.oid::regtype::text, 'type'
from pg_type as type
inner join made on made.namespace = type.typnamespace and made.name = type.typname
where type.typtype in ('d', 'e', 'r')
union all
select 'pg_namespace'::regclass, oid, oid::regnamespace::text, 'schema'
from pg_namespace
where nspname = %(private)s
  or nspname = %(contract)s and obj_description(oid, 'pg_namespace') = %(comment)s
order by 4, 3
"""
# What goes with an object without being named: partitions, indexes, defaults, triggers.
_PARTS = """
with given as (
  select class, id from unnest(%(classes)s::oid[], %(ids)s::oid[]) as given (class, id)
),

relation as (
  select given.id as of_id, tree.relid::oid as id
  from given
  cross join lateral pg_partition_tree(given.id) as tree
  where given.class = 'pg_class'::regclass
  union
  select id, id from given where class = 'pg_class'::regclass
),

type as (
  select given.class, given.id as of_id, pg_type.oid as id, pg_type.typarray
  from given
  inner join pg_type on given.class = 'pg_type'::regclass and pg_type.oid = given.id
  union all
  select 'pg_class'::regclass, relation.of_id, pg_type.oid, pg_type.typarray
  from relation
  inner join pg_type on typrelid = relation.id
)

select 'pg_class'::regclass::oid as class, id, 'pg_class'::regclass::oid as of_class, of_id
from relation
union all
select class, id, class, id from given where class <> 'pg_class'::regclass
union all
select 'pg_type'::regclass, type.id, type.class, type.of_id
from type where type.class = 'pg_class'::regclass
union all
select 'pg_type'::regclass, type.typarray, type.class, type.of_id
from type where type.typarray <> 0
union all
select 'pg_constraint'::regclass, pg_constraint.oid, type.class, type.of_id
from type inner join pg_constraint on contypid = type.id
union all
select part.class, part.id, 'pg_class'::regclass, relation.of_id
from relation
cross join lateral (
  select 'pg_class'::regclass, indexrelid from pg_index where indrelid = relation.id
  union all
  select 'pg_class'::regclass, objid from pg_depend
  where refclassid = 'pg_class'::regclass and refobjid = relation.id and refobjsubid > 0
    and classid = 'pg_class'::regclass and deptype in ('a', 'i')
  union all
  select 'pg_constraint'::regclass, oid from pg_constraint where conrelid = relation.id
  union all
  select 'pg_trigger'::regclass, oid from pg_trigger where tgrelid = relation.id
  union all
  select 'pg_policy'::regclass, oid from pg_policy where polrelid = relation.id
  union all
  select 'pg_attrdef'::regclass, oid from pg_attrdef where adrelid = relation.id
  union all
  select 'pg_rewrite'::regclass, oid from pg_rewrite where ev_class = relation.id
) as part (class, id)
"""
_USES = """
select classid, objid, refclassid, refobjid, deptype = 'n',
  case
    when rule.oid is null then pg_describe_object(classid, objid, objsubid)
    else pg_describe_object('pg_class'::regclass, rule.ev_class, 0)
  end as description
from pg_depend
left join pg_rewrite as rule on classid = 'pg_rewrite'::regclass and rule.oid = objid
inner join unnest(%(classes)s::oid[], %(ids)s::oid[]) as held (class, id)
  on held.class = refclassid and held.id = refobjid
where deptype in ('n', 'a')
order by description
"""


class Address(NamedTuple):
    """What PostgreSQL tells objects apart by: the catalog that it is in, and its oid there."""

    catalog: int
    id: int


class Object(NamedTuple):
    """`kind` as `drop` says it; `name` with its schema, of a routine with what it takes."""

    kind: str
    name: str


class Catalog:
    """What of ours is there, as of one transaction whose path is pg_catalog alone.

    `objects`: what has to be dropped by itself. `uses`: which of them stands on which. `others`:
    what stands on one and is not ours.
    """

    def __init__(self, database: Connection[Any], made: Made, names: Names) -> None:
        self._database = database
        self._names = names
        given = {
            "relation_schemas": [one.schema for one in made.relations],
            "relations": [one.name for one in made.relations],
            "routine_schemas": [one.schema for one in made.signatures],
            "routines": [one.name for one in made.signatures],
            "types": list(made.signatures.values()),
            "private": names.private_schema,
            "contract": names.schema,
            "comment": SCHEMA_COMMENT,
        }
        self.objects = {
            Address(catalog, id_): Object(kind, name)
            for catalog, id_, name, kind in self.ask(_OBJECTS, given)
        }
        self.uses: set[tuple[Address, Address]] = set()
        self.others: list[str] = []
        self._read_uses()

    def ids(self, *kinds: str) -> list[int]:
        """Return the oids of ours of these kinds."""
        return [address.id for address, one in self.objects.items() if one.kind in kinds]

    def ask(self, query: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Return what a query finds, in the transaction of all."""
        return self._database.execute(query.encode(), values).fetchall()

    def _read_uses(self) -> None:
        of = {
            Address(catalog, id_): Address(of_catalog, of_id)
            for catalog, id_, of_catalog, of_id in self.ask(_PARTS, _as_arrays(self.objects))
        }
        others: dict[str, None] = {}
        shared: set[Address] = set()
        for catalog, id_, of_catalog, of_id, is_normal, name in self.ask(_USES, _as_arrays(of)):
            held = of[Address(of_catalog, of_id)]
            holder = of.get(Address(catalog, id_))
            if holder is not None:
                self.uses |= {(holder, held)} if holder != held else set()
            elif is_normal and self._is_contract(held):
                shared.add(held)
            elif is_normal:
                others[name] = None
        for schema in shared:
            del self.objects[schema]
        self.others = list(others)

    def _is_contract(self, address: Address) -> bool:
        """Whether it is the schema that an app may put things of its own into."""
        return not self._names.is_one_schema and self.objects[address] == (
            "schema",
            self._names.schema,
        )


def _as_arrays(addresses: Iterable[Address]) -> dict[str, list[int]]:
    listed = list(addresses)
    return {"classes": [one.catalog for one in listed], "ids": [one.id for one in listed]}
