"""`supabase db advisors` on a project's database that the extension holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.extension.conftest import execute
from tests.fixtures.names import about_default_names
from tests.supabase.conftest import needs_the_cli

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli

pytestmark = [needs_the_cli, about_default_names("the extension has the default names")]


def find_fault(supabase: SupabaseCli, database: Database) -> list[str]:
    found = supabase.run(
        database, "db", "advisors", "--type=security", "--level=info", "--fail-on=none"
    )
    return [one["name"] for one in found["results"]]


def test_nothing_is_said_of_an_extension_in_its_place(
    supabase: SupabaseCli, supabase_shaped: Database
) -> None:
    assert find_fault(supabase, supabase_shaped) == []


def test_an_extension_in_public_is_warned_of(
    supabase: SupabaseCli, bare_database: Database
) -> None:
    execute(bare_database, "create extension wa_webhook schema public cascade")
    assert set(find_fault(supabase, bare_database)) == {"extension_in_public"}
