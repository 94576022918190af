"""pg_dump and pg_restore bring back a database that the extension holds, with every row."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.baskets.callers import Baskets
from tests.docs.situation import bring_trouble
from tests.extension.conftest import execute
from tests.fixtures.clusters import empty_cluster
from tests.fixtures.names import about_default_names
from tests.fixtures.postgres import Database, freeze_database
from tests.roads.contents import routines_of
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.extension.installation import Installation


pytestmark = about_default_names("the extension has the default names")

# What the scripts write themselves, and what is made from other tables.
NOT_DUMPED = ["wa.applied_files", "wa.applied_migrations", "wa.rendered_menus", "wa.rights"]
TABLES = """
    select oid::regclass::text from pg_class
    where relnamespace in ('public'::regnamespace, 'wa'::regnamespace) and relkind = 'r'
    order by 1
"""
SEQUENCES = """
    select oid::regclass::text, pg_sequence_last_value(oid) from pg_class
    where relnamespace in ('public'::regnamespace, 'wa'::regnamespace) and relkind = 'S'
    order by 1
"""
RELATIONS = """
    select relation.oid::regclass::text, relrowsecurity, pg_get_userbyid(relowner),
        array(select acl::text from unnest(relacl) as acl order by 1),
        array(select polname::text from pg_policy where polrelid = relation.oid order by 1),
        array(
            select pg_get_indexdef(indexrelid) from pg_index
            where indrelid = relation.oid order by 1
        ),
        array(
            select pg_get_triggerdef(oid) from pg_trigger
            where tgrelid = relation.oid and not tgisinternal order by 1
        ),
        obj_description(relation.oid, 'pg_class')
    from pg_class as relation
    where relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
        and relkind in ('r', 'p', 'S')
    order by 1
"""


@pytest.fixture(scope="module")
def used(extended_template: str, shared_database: Callable[[str], Database]) -> Database:
    """A database that has been in use, with seeded rows that an operator changed and deleted."""
    extended = shared_database(extended_template)
    bring_trouble(extended)
    with (
        psycopg.connect(extended.url(), autocommit=True, row_factory=dict_row) as admin,
        psycopg.connect(extended.url(), autocommit=True, row_factory=dict_row) as runtime,
    ):
        runtime.execute("set role wa_runtime")
        number = "update wa.settings set value = '\"+15550001111\"' where key = 'bot_number_e164'"
        admin.execute(number)
        baskets = Baskets(runtime, admin)
        ana, bruno = baskets.person("Ana"), baskets.person("Bruno")
        open_one, closed_one = baskets.create(ana), baskets.create(bruno)
        baskets.join(bruno, open_one["share_token"])
        for person, reference in ((bruno, "first"), (ana, "second")):
            baskets.contribute(person, open_one, 500, reference)
        baskets.act("basket_close", bruno, closed_one)
        admin.execute("update wa.settings set value = '99' where key = 'events_ttl_days'")
        admin.execute("update wa.texts set body = 'Ndiyo' where key = 'home.open_menu'")
        admin.execute(
            "delete from wa.menu_items where reply_id = (select max(reply_id) from wa.menu_items)"
        )
        admin.execute("call public.wa_retention_purge()")
        admin.execute("insert into public.webhook_logs (kind, detail) values ('field', '{}')")
    freeze_database(extended)
    return extended


@pytest.fixture(scope="module")
def dumped(used: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that pg_dump writes of it."""
    file = tmp_path_factory.mktemp("dumped") / "dump"
    ended = run(used, "pg_dump", "--format=custom", f"--file={file}", used.url())
    assert ended.returncode == 0, ended.stderr
    return file


@pytest.fixture(scope="module")
def restored(dumped: Path, shared_database: Callable[[str], Database]) -> Database:
    """The database that pg_restore makes of that."""
    database = shared_database("template1")
    ended = restore(database, dumped)
    assert ended.returncode == 0, ended.stderr
    freeze_database(database)
    return database


@pytest.fixture
def target(new_database: Callable[[str], Database]) -> Database:
    """An empty database."""
    return new_database("template1")


def run(
    database: Database, program: str, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [database.server.binaries / program, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )


def restore(database: Database, file: Path) -> subprocess.CompletedProcess[str]:
    """Restore as docs/install/extension.md tells: without the keys that partitions have already."""
    listed = run(database, "pg_restore", "--list", file).stdout
    wanted = file.with_suffix(".list")
    wanted.write_text(
        "".join(
            line
            for line in listed.splitlines(keepends=True)
            if " CONSTRAINT wa webhook_logs_2" not in line
        )
    )
    return run(
        database,
        "pg_restore",
        "--exit-on-error",
        f"--use-list={wanted}",
        f"--dbname={database.url()}",
        file,
    )


def rows_of(database: Database) -> dict[str, Any]:
    return {
        table: execute(database, f"select to_jsonb(t) from {table} as t order by to_jsonb(t)::text")
        for (table,) in execute(database, TABLES)
        if table not in NOT_DUMPED
    }


def test_every_row_is_back(used: Database, restored: Database) -> None:
    rows = rows_of(used)
    assert rows_of(restored) == rows
    filled = {table for table, found in rows.items() if found}
    assert {"basket_members", "notifications", "wa.kept_payloads"} <= filled
    assert execute(restored, SEQUENCES) == execute(used, SEQUENCES)


def test_routines_rights_policies_and_triggers_are_back(used: Database, restored: Database) -> None:
    assert routines_of(restored) == routines_of(used)
    assert execute(restored, RELATIONS) == execute(used, RELATIONS)


def test_conversations_go_on(dumped: Path, target: Database) -> None:
    restore(target, dumped)
    with Chat.open(target.url) as chat:
        # Nothing is sent before an operator says that this database is the one in use.
        assert chat.person("Eva", phone="34600555666").says("hello") == []
        assert "Ndiyo" in str(chat.rows("select payload from public.notifications"))


def test_a_server_without_the_roles_gets_them(
    used: Database, dumped: Path, installation: Installation
) -> None:
    with empty_cluster(installation.programs) as server:
        elsewhere = Database(server, "postgres")
        restored = restore(elsewhere, dumped)
        assert restored.returncode == 0, restored.stderr
        assert rows_of(elsewhere) == rows_of(used)


def test_without_the_list_only_the_keys_of_partitions_are_complained_of(
    used: Database, dumped: Path, target: Database
) -> None:
    restored = run(target, "pg_restore", f"--dbname={target.url()}", dumped)
    errors = [line for line in restored.stderr.splitlines() if "ERROR" in line]
    partitions = execute(
        used, TABLES.replace("order by", "and relname ~ '^webhook_logs_2' order by")
    )
    assert len(errors) == len(partitions)
    assert all('multiple primary keys for table "webhook_logs_2' in error for error in errors)
    assert rows_of(target) == rows_of(used)
    assert execute(target, RELATIONS) == execute(used, RELATIONS)


def test_rights_that_postgres_takes_for_the_extensions_own_are_not_in_the_dump(
    supabase_shaped: Database,
) -> None:
    # On the schema of cube, and by default privileges. A Supabase project gives them by itself.
    dumped = run(supabase_shaped, "pg_dump", supabase_shaped.url()).stdout
    assert "GRANT USAGE ON SCHEMA public TO service_role" in dumped
    assert "ON SCHEMA extensions TO" not in dumped
    assert "TABLE public.profiles TO" not in dumped


def test_every_table_and_identity_is_marked(extended: Database) -> None:
    unmarked = execute(
        extended,
        """
        select oid::regclass::text from pg_class
        where relnamespace in ('public'::regnamespace, 'wa'::regnamespace)
          and relkind in ('r', 'S')
          and oid <> all (select unnest(extconfig) from pg_extension where extname = 'wa_webhook')
        order by 1
        """,
    )
    assert unmarked == [(table,) for table in NOT_DUMPED]


def test_a_session_that_restores_gets_empty_tables_and_a_warning(plain_database: Database) -> None:
    told: list[str] = []
    with psycopg.connect(plain_database.url(), autocommit=True) as connection:
        connection.add_notice_handler(lambda said: told.append(str(said.message_primary)))
        connection.execute("set row_security = off")
        connection.execute("create extension wa_webhook cascade")
    assert any("left empty for the rows that follow" in line for line in told)
    assert [table for table, rows in rows_of(plain_database).items() if rows] == []
    health = execute(plain_database, "select public.wa_health() ->> 'ok'")
    assert health == [("false",)]
