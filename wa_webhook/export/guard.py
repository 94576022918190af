"""What stops an export from running on a database that is not where it begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wa_webhook.migrate.files import COMPONENT, SqlFile, parts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from wa_webhook.migrate.files import Migration
    from wa_webhook.migrate.manifest import Manifest

_IN_ONE = """\
select pg_catalog.set_config('wa_webhook.in_one', 'yes', true);
do $$
begin
  -- What is set for a transaction alone is gone where each statement has one of its own.
  if current_setting('wa_webhook.in_one', true) is distinct from 'yes' then
    raise exception using
      errcode = 'no_active_sql_transaction',
      message = 'this file is to be one transaction, and nothing of it was applied',
      hint = 'Apply it with supabase db push, or with psql --single-transaction.';
  end if;
end
$$;
"""
_NOT_BEFORE = """\
do $$
declare
  v_taken text;
begin
  if to_regnamespace('wa') is not null then
    raise exception using
      errcode = 'duplicate_schema',
      message = 'this database has wa-webhook already, or a schema wa of something else',
      hint = '{hint}';
  end if;

  select string_agg(taken.name, ', ' order by taken.name) into v_taken
  from unnest(array[{tables}]::text[]) as taken (name)
  where to_regclass(taken.name) is not null;

  if v_taken is not null then
    raise exception using
      errcode = 'duplicate_table',
      message = format('of these names there are tables already: %s', v_taken),
      hint = '{taken_hint}';
  end if;

  select string_agg(adopted.name, ', ' order by adopted.name) into v_taken
  from unnest(array[{adopted}]::text[]) as adopted (name)
  where to_regclass(adopted.name) is null;

  if v_taken is not null then
    raise exception using
      errcode = 'undefined_table',
      message = format('this file takes tables over that are not here: %s', v_taken),
      hint = 'It is for databases that the migrations before it have made.';
  end if;
end
$$;
"""
_WHERE_IT_BEGINS = """\
do $$
declare
  v_newest text;
begin
  if to_regclass('wa.applied_migrations') is null then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = 'wa-webhook is not in this database, and this file leads on from {newest}',
      hint = 'Apply the exports before this one first.';
  end if;

  select max(version) into v_newest from wa.applied_migrations where component = '{component}';
  if v_newest is distinct from '{newest}' then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = format(
        'wa-webhook is at %s here, and this file leads on from {newest}',
        coalesce(v_newest, 'no version')
      ),
      hint = '{hint}';
  end if;
end
$$;
"""
_TAKEN_HINT = (
    "If they hold people on WhatsApp, export with --adopt: docs/install/adopting.md; if they are of"
    " your app, leave them, and export with --schema NAME: docs/install/names.md"
)
_MAKES_TABLE = re.compile(r"^create table public\.(\w+)", re.MULTILINE)
_HINT = "If wa-webhook migrate made it so: supabase migration repair {version} --status applied"


def guard(
    earlier: Manifest,
    version: str,
    pending: Iterable[Migration],
    adopted: Collection[str],
    schema: str,
) -> SqlFile:
    """Return the statements for an export that is called `version` and leads on from `earlier`.

    A first one refuses to run where tables are that its `pending` migrations make in the contract's
    `schema`, and where those are not that it takes over, `adopted` (names without it).
    """
    template = _WHERE_IT_BEGINS if earlier.migrations else _NOT_BEFORE
    versions = (parts_of(key) for key in earlier.migrations)
    newest = max((version for component, version in versions if component == COMPONENT), default="")
    made = {name for one in pending for name in _MAKES_TABLE.findall(one.text)}
    taken_over = made.intersection(adopted)
    checked = template.format(
        hint=_HINT.format(version=version),
        taken_hint=_TAKEN_HINT,
        newest=newest,
        component=COMPONENT,
        tables=_listed(schema, made - taken_over),
        adopted=_listed(schema, taken_over),
    )
    return SqlFile("guard", _IN_ONE + checked)


def _listed(schema: str, tables: Collection[str]) -> str:
    # With the chosen name: a text in a list is none that is rewritten.
    return ", ".join(f"'{schema}.{name}'" for name in sorted(tables))
