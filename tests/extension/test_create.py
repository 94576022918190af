"""`create extension wa_webhook` makes the database that `wa-webhook migrate` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import dict_row

from tests.extension.conftest import ALL_MEMBERS, NEW, build, execute, open_folder
from tests.extension.installation import let_everybody_read
from tests.fixtures.clusters import cluster_from_seed, empty_cluster
from tests.fixtures.names import about_default_names
from tests.fixtures.postgres import Database
from tests.roads.contents import routines_of
from tests.roads.versions import Version
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.dev.server_programs import embedded_binaries
from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.migrate.history import read_history
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from tests.extension.installation import Installation

pytestmark = about_default_names("the extension has the default names")


def test_what_it_is_made_of_is_remembered(extended: Database) -> None:
    with psycopg.connect(extended.url(), autocommit=True) as connection:
        held = read_history(connection, "wa")
    assert held == read_source(find_db_folder()).manifest()


def test_everything_but_roles_belongs_to_it(extended: Database) -> None:
    alone = execute(
        extended,
        f"""
        with made as (
          select 'pg_class'::regclass as class, oid from pg_class
          where relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
            and relkind in ('r', 'p', 'S', 'v')
          union all
          select 'pg_proc'::regclass, oid from wa.list_routines() as ours (oid)
          union all
          select 'pg_namespace'::regclass, 'wa'::regnamespace::oid
        )
        select pg_describe_object(class, oid, 0) from made
        where (class, oid) not in ({ALL_MEMBERS})
        """,
    )
    assert alone == []


def test_its_owner_is_no_superuser(extended: Database) -> None:
    owner = "select extowner::regrole::text from pg_extension where extname = 'wa_webhook'"
    assert execute(extended, owner) == [("postgres",)]
    assert execute(extended, "select rolsuper from pg_roles where rolname = 'postgres'") == [
        (False,)
    ]


def test_a_conversation_works_and_retention_keeps_partitions(extended: Database) -> None:
    with (
        psycopg.connect(extended.url(), autocommit=True, row_factory=dict_row) as admin,
        psycopg.connect(
            extended.url("wa_edge_role"), autocommit=True, row_factory=dict_row
        ) as edge,
        Chat.open(extended.url) as chat,
    ):
        ana = chat.person("Ana", phone="34600111222")
        assert ana.says("hello")
        edge.execute("call public.wa_retention_purge()")
        partitions = "select from pg_inherits where inhparent = 'public.webhook_logs'::regclass"
        created = len(admin.execute(partitions).fetchall())
        assert created > 1
        admin.execute("select wa.drop_log_partitions(now() + interval '9 days')")
        assert len(admin.execute(partitions).fetchall()) == 1


def test_a_server_that_never_saw_it_gets_the_roles(installation: Installation) -> None:
    with empty_cluster(installation.programs) as server:
        first, second = Database(server, "postgres"), Database(server, "second")
        execute(first, "create extension wa_webhook cascade", "create database second")
        execute(second, "create extension wa_webhook cascade")
        assert routines_of(first) == routines_of(second)


def test_18_finds_it_in_a_folder_of_ones_own() -> None:
    with open_folder() as folder, cluster_from_seed(embedded_binaries()) as server:
        let_everybody_read(build(Version(find_db_folder()), NEW, folder).extension)
        database = Database(server, "postgres")
        path = f"alter database postgres set extension_control_path = '$system:{folder}'"
        execute(database, path, role=SUPERUSER)
        execute(database, "create extension wa_webhook cascade")


def test_nothing_of_it_lies_in_the_schema_that_it_is_given(supabase_shaped: Database) -> None:
    schemas = f"""
        select distinct identity.schema
        from pg_depend as member
        cross join lateral pg_identify_object(classid, objid, 0) as identity
        where (classid, objid) in ({ALL_MEMBERS}) and identity.schema is not null
        order by 1
    """
    assert execute(supabase_shaped, schemas) == [("public",), ("wa",)]


def test_a_migrated_database_refuses_it_and_says_why(database: Database) -> None:
    with pytest.raises(errors.DuplicateSchema, match="has a schema wa already") as raised:
        execute(database, "create extension wa_webhook")
    assert "stays with" in str(raised.value.diag.message_hint)
