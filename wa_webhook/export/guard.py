"""What stops an export from running on a database that is not where it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wa_webhook.migrate.files import COMPONENT, SqlFile, parts_of

if TYPE_CHECKING:
    from wa_webhook.migrate.manifest import Manifest

_NOT_BEFORE = """\
do $$
begin
  if to_regnamespace('wa') is not null then
    raise exception using
      errcode = 'duplicate_schema',
      message = 'this database has wa-webhook already',
      hint = '{hint}';
  end if;
end
$$;
"""
_WHERE_IT_BEGINS = """\
do $$
declare
  v_newest text;
begin
  select max(version) into v_newest from wa.applied_migrations where component = '{component}';
  if v_newest is distinct from '{newest}' then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = format('wa-webhook is at %s here, and this file leads on from {newest}', v_newest),
      hint = '{hint}';
  end if;
end
$$;
"""
_HINT = "If wa-webhook migrate made it so: supabase migration repair {version} --status applied"


def guard(earlier: Manifest, version: str) -> SqlFile:
    """Return the statement for an export that is called `version` and leads on from `earlier`."""
    template = _WHERE_IT_BEGINS if earlier.migrations else _NOT_BEFORE
    versions = (parts_of(key) for key in earlier.migrations)
    newest = max((version for component, version in versions if component == COMPONENT), default="")
    hint = _HINT.format(version=version)
    return SqlFile("guard", template.format(hint=hint, newest=newest, component=COMPONENT))
