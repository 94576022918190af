"""The databases of the tests are shaped as a hosted project's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.fixtures.names import about_default_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from tests.fixtures.postgres import Database

API_ROLES = ("anon", "authenticated", "service_role")


@pytest.fixture
def bare(bare_database: Database) -> Iterator[Connection[Any]]:
    """The migrating role in a database that was never migrated."""
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        yield connection


def test_the_migrating_role_owns_the_database_and_is_no_superuser(bare: Connection[Any]) -> None:
    row = bare.execute("""
        select current_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
            pg_get_userbyid(datdba)
        from pg_roles join pg_database on datname = current_database()
        where rolname = current_user""").fetchone()
    assert row == ("postgres", False, True, True, True, True, "postgres")


def test_the_superuser_is_supabase_admin(bare: Connection[Any]) -> None:
    superusers = bare.execute("select rolname from pg_roles where rolsuper").fetchall()
    assert superusers == [("supabase_admin",)]


def test_the_api_comes_in_as_authenticator_and_becomes_one_of_its_roles(
    bare: Connection[Any],
) -> None:
    roles = bare.execute(
        """
        select rolname, rolinherit, rolbypassrls, pg_has_role('authenticator', oid, 'member')
        from pg_roles where rolname = any(%s) order by rolname""",
        ([*API_ROLES, "authenticator"],),
    ).fetchall()
    assert roles == [
        ("anon", False, False, True),
        ("authenticated", False, False, True),
        ("authenticator", False, False, True),
        ("service_role", False, True, True),
    ]


def test_the_schemas_of_a_project_are_there(bare: Connection[Any]) -> None:
    schemas = bare.execute(
        "select nspname from pg_namespace where nspname in ('auth', 'extensions') order by nspname"
    ).fetchall()
    assert schemas == [("auth",), ("extensions",)]


@about_default_names("describes schema public of a new project")
def test_extensions_are_found_without_their_schema(bare: Connection[Any]) -> None:
    row = bare.execute("show search_path").fetchone()
    assert row == ('"$user", public, extensions',)


def test_the_api_knows_which_schemas_it_exposes(bare: Connection[Any]) -> None:
    row = bare.execute("select current_setting('pgrst.db_schemas')").fetchone()
    assert row == ("public, graphql_public",)


@about_default_names("describes schema public of a new project")
@pytest.mark.parametrize("role", API_ROLES)
def test_whatever_is_made_in_public_is_given_to_the_api(bare: Connection[Any], role: str) -> None:
    bare.execute("create table public.made (id bigint generated always as identity)")
    bare.execute("create function public.make() returns integer language sql return 1")
    row = bare.execute(
        """
        select has_table_privilege(%(role)s, 'public.made', 'select, insert, update, delete'),
            has_sequence_privilege(%(role)s, 'public.made_id_seq', 'usage'),
            has_function_privilege(%(role)s, 'public.make()', 'execute')""",
        {"role": role},
    ).fetchone()
    assert row == (True, True, True)
