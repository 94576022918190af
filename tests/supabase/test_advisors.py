"""`supabase db advisors`, its strictest level, on a database that has worked for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures.names import with_default_names
from tests.supabase.conftest import documented, needs_the_cli
from tests.supabase.project import Project
from tests.supabase.usage import work_through
from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli

pytestmark = [needs_the_cli, pytest.mark.any_server]


@pytest.fixture
def worked(supabase: SupabaseCli, bare_database: Database) -> Database:
    """A project's database, pushed by the CLI, in which every part has done its work once."""
    project = Project(supabase, bare_database)
    project.export(read_source(find_db_folder()))
    project.push()
    work_through(bare_database)
    return bare_database


def advice(supabase: SupabaseCli, database: Database, kind: str) -> list[str]:
    found = supabase.run(
        database, "db", "advisors", f"--type={kind}", "--level=info", "--fail-on=none"
    )
    return [
        with_default_names(f"{one['level']} {one['name']}: {one['detail']}")
        for one in found["results"]
    ]


def test_the_advisors_have_nothing_to_say_on_performance(
    supabase: SupabaseCli, worked: Database
) -> None:
    assert advice(supabase, worked, "performance") == []


def test_the_advisors_have_one_thing_to_say_on_security(
    supabase: SupabaseCli, worked: Database
) -> None:
    # It can have none and commit: tests/retention/test_search_path.py.
    assert advice(supabase, worked, "security") == [
        "WARN function_search_path_mutable: "
        "Function `public.wa_retention_purge` has a role mutable search_path"
    ]


def test_nothing_but_a_search_path_is_missed_in_it(supabase: SupabaseCli, worked: Database) -> None:
    with psycopg.connect(worked.url(), autocommit=True) as connection:
        connection.execute("alter procedure public.wa_retention_purge() set search_path = ''")
    assert supabase.run(worked, *documented("db advisors"), expect=0)["results"] == []


def test_the_documented_command_ends_with_one_for_it(
    supabase: SupabaseCli, worked: Database
) -> None:
    (found,) = supabase.run(worked, *documented("db advisors"), expect=1)["results"]
    assert found["metadata"]["name"] == "wa_retention_purge"
