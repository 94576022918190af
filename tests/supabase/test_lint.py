"""`supabase db lint` (plpgsql_check) on everything that is written in PL/pgSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures import clusters
from tests.fixtures.machine import requires
from tests.fixtures.names import about_default_names, current_names, with_default_names
from tests.fixtures.postgres import Database
from tests.supabase.conftest import documented, needs_the_cli
from tests.supabase.project import Project
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER
from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.supabase.conftest import SupabaseCli

# Debian builds the extension for its own servers, not for the wheel's.
VERSION = 15
LIBRARY = "/usr/lib/postgresql/15/lib/plpgsql_check.so"

pytestmark = [needs_the_cli, requires(LIBRARY)]


@pytest.fixture
def checked(supabase: SupabaseCli) -> Iterator[Database]:
    """A project's database that the CLI pushed, with plpgsql_check: there anyone may create it."""
    with clusters.cluster_from_seed(clusters.find_binaries()[VERSION]) as server:
        with psycopg.connect(server.url(SUPERUSER), autocommit=True) as superuser:
            superuser.execute(
                f"create database checked template {clusters.BARE_TEMPLATE} owner {MIGRATING_ROLE}"
            )
        database = Database(server, "checked")
        project = Project(supabase, database)
        project.export(read_source(find_db_folder()))
        project.push()
        with psycopg.connect(database.url(SUPERUSER), autocommit=True) as superuser:
            superuser.execute("create extension plpgsql_check schema extensions")
        yield database


def lint(supabase: SupabaseCli, database: Database) -> list[str]:
    names = current_names()
    schemas = f"--schema={names.schema},{names.private_schema}"
    found = supabase.run(database, "db", "lint", schemas, "--level=warning")
    return [
        with_default_names(f"{one['function']}: {issue['level']}: {issue['message']}")
        for one in found["results"]
        for issue in one["issues"]
    ]


def test_the_linter_has_nothing_to_say(supabase: SupabaseCli, checked: Database) -> None:
    found = lint(supabase, checked)
    assert not found, "\n".join(found)


@about_default_names("the document has the default names")
def test_the_documented_command_ends_with_nothing_found(
    supabase: SupabaseCli, checked: Database
) -> None:
    assert supabase.run(checked, *documented("db lint"), expect=0)["results"] == []


def test_the_linter_would_see_what_is_wrong(supabase: SupabaseCli, checked: Database) -> None:
    with psycopg.connect(checked.url(), autocommit=True) as connection:
        connection.execute(
            "create function wa.careless(p_unused integer) returns integer language plpgsql as"
            " $$ begin return 1; end $$"
        )
    assert 'wa.careless: warning extra: unused parameter "p_unused"' in lint(supabase, checked)
