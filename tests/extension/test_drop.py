"""`drop extension wa_webhook` takes everything along but the roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg import errors

from tests.docs.situation import bring_trouble
from tests.extension.conftest import ROLES, execute
from tests.fixtures.clusters import empty_cluster
from tests.fixtures.names import about_default_names
from tests.fixtures.postgres import Database

if TYPE_CHECKING:
    from tests.extension.installation import Installation

pytestmark = about_default_names("the extension has the default names")

LEFT = """
    select nspname || '.' || name
    from (
      select relnamespace, relname from pg_class
      union all select pronamespace, proname from pg_proc
      union all select typnamespace, typname from pg_type
    ) as made (namespace, name)
    join pg_namespace on pg_namespace.oid = namespace
    where nspname = 'wa' or nspname = 'public' and not exists (
      select from pg_depend
      where deptype = 'e' and refobjid = (select oid from pg_extension where extname = 'cube')
        and (
          objid in (select oid from pg_proc where proname = name)
          or objid in (select oid from pg_type where typname = ltrim(name, '_'))
        )
    )
"""


def test_nothing_is_left_of_tables_rows_and_partitions(extended: Database) -> None:
    bring_trouble(extended)
    execute(extended, "call public.wa_retention_purge()")
    assert execute(extended, LEFT) != []
    execute(extended, "drop extension wa_webhook")
    assert execute(extended, LEFT) == []
    assert execute(extended, "select to_regnamespace('wa')") == [(None,)]


def test_it_can_be_created_again(extended: Database) -> None:
    execute(extended, "drop extension wa_webhook", "create extension wa_webhook")
    assert execute(extended, "select public.wa_health() ->> 'ok'") == [("true",)]


def test_what_an_app_built_on_it_is_not_dropped_unasked(extended: Database) -> None:
    execute(extended, "create view public.people as select user_id from public.profiles")
    with pytest.raises(errors.DependentObjectsStillExist) as raised:
        execute(extended, "drop extension wa_webhook")
    assert "view people depends on" in str(raised.value.diag.message_detail)
    execute(extended, "drop extension wa_webhook cascade")
    assert execute(extended, "select to_regclass('public.people')") == [(None,)]


def test_a_member_is_not_dropped_alone(extended: Database) -> None:
    with pytest.raises(errors.DependentObjectsStillExist, match="extension wa_webhook requires it"):
        execute(extended, "drop table public.chat_state")


def test_the_roles_can_be_dropped_once_no_database_needs_them(installation: Installation) -> None:
    with empty_cluster(installation.programs) as server:
        database = Database(server, "postgres")
        execute(
            database,
            "create extension wa_webhook cascade",
            "drop extension wa_webhook",
            f"grant {ROLES} to current_user",
            f"drop owned by {ROLES}",
            f"drop role {ROLES}",
        )
        assert execute(database, "select from pg_roles where rolname ~ '^wa_'") == []
