"""The one routine without a search_path can have none, and uses its caller's nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.retention.conftest import purge
from tests.style.names_in_routines import names_in_routines
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.retention.conftest import Past

SOURCE = find_db_folder() / "functions" / "retention" / "wa_retention_purge.sql"
HOSTILE = """
    create schema evil;
    grant usage on schema evil to public;
    create domain evil.jsonb as pg_catalog.jsonb check (false);
    create domain evil.text as pg_catalog.text check (false);
    create function evil.trap(pg_catalog.jsonb, pg_catalog.text) returns boolean
    language plpgsql as $$ begin raise 'trapped'; end $$;
    create function evil.trap(bigint, bigint) returns bigint
    language plpgsql as $$ begin raise 'trapped'; end $$;
    create operator evil.? (
        leftarg = pg_catalog.jsonb, rightarg = pg_catalog.text, function = evil.trap);
    create operator evil.-> (
        leftarg = pg_catalog.jsonb, rightarg = pg_catalog.text, function = evil.trap);
    create operator evil.->> (
        leftarg = pg_catalog.jsonb, rightarg = pg_catalog.text, function = evil.trap);
    create operator evil.+ (leftarg = bigint, rightarg = bigint, function = evil.trap);
    create function evil.wa_retention_step() returns pg_catalog.jsonb
    language plpgsql as $$ begin raise 'trapped'; end $$;
    create function evil.upper(pg_catalog.text) returns pg_catalog.text
    language plpgsql as $$ begin raise 'trapped'; end $$;
"""


def test_every_name_in_the_procedure_says_its_schema() -> None:
    names = names_in_routines(SOURCE.read_text())
    assert len(names) > 10
    assert {str(one) for one in names if not one.is_qualified} == set()


def test_a_hostile_search_path_changes_nothing(connection: Connection[DictRow], past: Past) -> None:
    connection.execute(HOSTILE.encode())
    past.add_events(3, "31 days")
    connection.execute("set search_path = evil, pg_catalog")
    said = purge(connection)
    assert said["RETENTION_WA_EVENTS_PURGED"]["count"] == 3
    assert len(said) == 6


@pytest.mark.parametrize(
    "setting", ["set search_path = ''", "set lock_timeout = '2s'", "security definer"]
)
def test_with_a_setting_of_its_own_or_its_owners_rights_it_could_not_commit(
    connection: Connection[DictRow], setting: str
) -> None:
    connection.execute(f"alter procedure public.wa_retention_purge() {setting}".encode())
    with pytest.raises(psycopg.errors.InvalidTransactionTermination):
        purge(connection)
