"""What is in the way: what of an app would go along without a word, or fail only later.

PostgreSQL itself knows what stands on what, but not what bodies of routines say, and a column or a
trigger goes with its table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wa_webhook.export.removal.made import Name

if TYPE_CHECKING:
    from collections.abc import Collection

    from wa_webhook.export.removal.catalog import Catalog
    from wa_webhook.export.removal.made import Made
    from wa_webhook.naming.names import Names

_TRIGGERS_AND_RULES = """
select pg_describe_object('pg_trigger'::regclass, oid, 0)
from pg_trigger
where tgrelid = any(%(relations)s::oid[]) and not tgisinternal
  and tgfoid <> all(%(routines)s::oid[])
union all
select pg_describe_object('pg_rewrite'::regclass, oid, 0)
from pg_rewrite
where ev_class = any(%(relations)s::oid[]) and rulename <> '_RETURN'
order by 1
"""
_COLUMNS = """
select relname::text, attname::text
from pg_attribute
inner join pg_class on pg_class.oid = attrelid
where attrelid = any(%(tables)s::oid[]) and relname = any(%(names)s)
  and attnum > 0 and not attisdropped
order by relname, attnum
"""
_MENTIONS = """
select pronamespace::regnamespace || '.' || quote_ident(proname)
from pg_proc
where (
    prosrc ~* %(named)s
    -- By its name alone it finds what its path leads to.
    or prosrc ~* %(unnamed)s and coalesce(
      (
        select strpos(setting, %(contract)s) > 0
        from unnest(proconfig) as setting where starts_with(setting, 'search_path=')
      ),
      %(is_usual)s
    )
  )
  and oid <> all(%(ids)s::oid[])
  and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  and not exists (
    select from pg_depend
    where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
  )
order by 1
"""
_HAS_JOBS = """
select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select')
from pg_class where oid = to_regclass('cron.job')
"""
_JOBS = """
select coalesce(jobname, jobid::text) from cron.job
where database = current_database() and command !~ %(purge)s
  and (command ~* %(named)s or %(is_usual)s and command ~* %(unnamed)s)
order by 1
"""


def purge_of(names: Names) -> str:
    """Return a regular expression for the command of a job of ours, and of nobody else's."""
    return f"[[:<:]]{names.schema}[.]wa_retention_"


def list_obstacles(
    catalog: Catalog, made: Made, names: Names, *, is_usual: bool, ignored: Collection[str]
) -> list[str]:
    """Return each as a person is told of it.

    `is_usual`: whether the contract's schema is where a name without one is looked for. `ignored`:
    routines, with their schema, that may say what they like.
    """
    contract = names.schema
    found = list(catalog.others)
    relations = {
        "relations": catalog.ids("table", "view"),
        "routines": catalog.ids("routine"),
        "tables": catalog.ids("table"),
        "names": sorted(made.contract),
    }
    found += [name for (name,) in catalog.ask(_TRIGGERS_AND_RULES, relations)]
    found += [
        f"column {column} of table {contract}.{table}"
        for table, column in catalog.ask(_COLUMNS, relations)
        if column not in made.relations[Name(contract, table)]
    ]
    given = _names_in_text(made, names) | {
        "contract": contract,
        "ids": relations["routines"],
        "is_usual": is_usual,
        "purge": purge_of(names),
    }
    found += [
        f"routine {name}, which mentions what goes"
        for (name,) in catalog.ask(_MENTIONS, given)
        if name not in ignored
    ]
    if catalog.ask(_HAS_JOBS) == [(True,)]:
        found += [f"job {name} of pg_cron" for (name,) in catalog.ask(_JOBS, given)]
    return found


def _names_in_text(made: Made, names: Names) -> dict[str, Any]:
    tables = "|".join(map(re.escape, sorted(made.contract)))
    routines = "|".join(map(re.escape, sorted(made.routines)))
    return {
        "named": rf'\m{names.private_schema}"?\."?\w'
        rf'|\m{names.schema}"?\."?({tables}|{routines})\M',
        "unnamed": rf'(?<![\w."])"?({routines})"?\s*\('
        rf'|\m(from|join|into|update|only|table)\s+"?({tables})\M',
    }
