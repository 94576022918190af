"""Writes what drops what is ours. None of its statements cascades."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from wa_webhook.export.removal.catalog import Address
from wa_webhook.export.removal.obstacles import purge_of
from wa_webhook.migrate.errors import RemovalError
from wa_webhook.migrate.turns import LOCK_TIMEOUT

if TYPE_CHECKING:
    from wa_webhook.export.removal.catalog import Catalog
    from wa_webhook.export.removal.made import Made
    from wa_webhook.naming.names import Names

# One statement, so that it is done as a whole or not at all whoever runs it.
_SCRIPT = """\
-- Written by `wa-webhook remove`: drops what wa-webhook made, and nothing else. Where something was
-- built on it since, PostgreSQL refuses, and nothing is changed.
do $$
declare
  v_role record;
  v_schema name;
begin
  perform pg_catalog.set_config('lock_timeout', '{lock_timeout}', true);

  -- To drop what a role owns takes membership in it.
  for v_role in
    select role.rolname as name from pg_catalog.pg_roles as role
    where role.rolname in ({roles})
      and not pg_catalog.pg_has_role(role.oid, 'usage')
      and exists (
        select from pg_catalog.pg_shdepend as owned
        inner join pg_catalog.pg_database as here on here.oid = owned.dbid
        where owned.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
          and owned.refobjid = role.oid
          and owned.deptype = 'o'
          and here.datname = pg_catalog.current_database()
      )
  loop
    execute pg_catalog.format('grant %I to current_user', v_role.name);
  end loop;

  if pg_catalog.to_regclass('cron.job') is not null then
    perform cron.unschedule(jobid)
    from cron.job
    where database = pg_catalog.current_database() and command operator(pg_catalog.~) '{purge}';
  end if;

{drops}
  for v_role in
    select
      role.oid,
      role.rolname as name,
      pg_catalog.shobj_description(role.oid, 'pg_authid') is distinct from made.comment
        as is_of_others,
      exists (
        select from pg_catalog.pg_shdepend as used
        inner join pg_catalog.pg_database as elsewhere on elsewhere.oid = used.dbid
        where used.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
          and used.refobjid = role.oid
          and elsewhere.datname <> pg_catalog.current_database()
      ) as is_used_elsewhere
    from pg_catalog.pg_roles as role
    inner join (
      values
      {made}
    ) as made (name, comment) on made.name = role.rolname
  loop
    if v_role.is_of_others then
      raise notice '% stays: wa-webhook did not make it', v_role.name;
      continue;
    end if;

    if v_role.is_used_elsewhere then
      raise notice '% stays: another database of this server uses it', v_role.name;
      for v_schema in
        select distinct namespace.nspname
        from pg_catalog.pg_namespace as namespace
        cross join lateral pg_catalog.aclexplode(namespace.nspacl) as acl
        where acl.grantee = v_role.oid
      loop
        execute pg_catalog.format('revoke all on schema %I from %I', v_schema, v_role.name);
      end loop;
      continue;
    end if;

    if not pg_catalog.pg_has_role(v_role.oid, 'usage') then
      execute pg_catalog.format('grant %I to current_user', v_role.name);
    end if;
    -- What an app gave it goes to whoever runs this, and only what it may do is taken.
    execute pg_catalog.format('reassign owned by %I to current_user', v_role.name);
    execute pg_catalog.format('drop owned by %I', v_role.name);
    execute pg_catalog.format('drop role %I', v_role.name);
  end loop;
end
$$;
"""


def write_script(catalog: Catalog, made: Made, names: Names) -> str:
    """Return the statement that drops it all. Raises RemovalError where no order would do."""
    return _SCRIPT.format(
        lock_timeout=LOCK_TIMEOUT,
        roles=", ".join(f"'{role}'" for role in made.roles),
        purge=purge_of(names),
        drops="".join(
            f"  drop {kind} if exists\n    " + ",\n    ".join(names_of_kind) + ";\n"
            for kind, names_of_kind in _order(catalog)
        ),
        made=",\n      ".join(
            f"({_quote(role)}, {_quote(comment)})" for role, comment in made.roles.items()
        ),
    )


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _order(catalog: Catalog) -> list[tuple[str, list[str]]]:
    """Return what one statement each drops: what uses something before what it uses.

    Tables go together, since they may refer to each other.
    """
    tables = Address(0, 0)
    nodes = {one: tables if kind == "table" else one for one, (kind, _) in catalog.objects.items()}
    sorter = TopologicalSorter[Address](dict.fromkeys(nodes.values(), ()))
    for holder, held in catalog.uses:
        if holder in nodes and held in nodes and nodes[holder] != nodes[held]:
            sorter.add(nodes[held], nodes[holder])
    try:
        sorter.prepare()
    except CycleError as error:
        circle = sorted(
            catalog.objects[one].name if one in catalog.objects else "tables"
            for one in set(error.args[1])
        )
        raise RemovalError(f"these use each other: {', '.join(circle)}") from None
    order: list[tuple[str, list[str]]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        by_kind: dict[str, list[str]] = defaultdict(list)
        for one, (kind, name) in catalog.objects.items():
            if nodes[one] in ready:
                by_kind[kind].append(name)
        order += by_kind.items()
        sorter.done(*ready)
    return order
