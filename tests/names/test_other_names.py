"""A database with names of the operator's choice: made whole, kept apart, and never made twice."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from tests.fixtures.clusters import BARE_TEMPLATE, empty_cluster, find_binaries
from tests.fixtures.names import ONE, about_default_names, environment_of, names_like
from tests.privileges.rights import OUR_ROLES, read_rights
from tests.privileges.test_direct_access import MATRIX
from wa_webhook.cli import app
from wa_webhook.migrate import HistoryError, Migrator, find_db_folder, read_source
from wa_webhook.naming.names import Names
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from psycopg import Connection

    from tests.fixtures.postgres import Database
    from tests.privileges.rights import Right
    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = [
    pytest.mark.any_server,
    about_default_names("compares the default names with others"),
]

OTHER = names_like("shop", "shop")
OPTIONS = tuple(
    part
    for option, name in OTHER.as_options().items()
    for part in (f"--{option.replace('_', '-')}", name)
)
STRAY = """
    select object from (
        select namespace.nspname || '.' || relname as object
        from pg_class join pg_namespace as namespace on namespace.oid = relnamespace
        union all
        select namespace.nspname || '.' || proname
        from pg_proc join pg_namespace as namespace on namespace.oid = pronamespace
        union all
        select 'role ' || rolname from pg_roles
        union all
        select 'schema ' || nspname from pg_namespace
    ) as everything
    where object ~ '^(public|wa)[.]' or object ~ '^role wa_' or object = 'schema wa'
    order by 1
"""


def migrate(database: Database, *options: str) -> Result:
    return CliRunner().invoke(app, ["migrate", *options], env={"WA_DATABASE_URL": database.url()})


def values(connection: Connection[Any], query: str) -> list[Any]:
    return [one for (one,) in connection.execute(query.encode()).fetchall()]


@pytest.fixture
def server(postgres_version: int) -> Iterator[LocalPostgres]:
    """A server without a trace of the default names: roles belong to all databases."""
    with empty_cluster(find_binaries()[postgres_version]) as server:
        yield server


@pytest.fixture
def target(bare_database: Database) -> Iterator[Connection[Any]]:
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def named_template(shared_database: Callable[[str], Database]) -> str:
    """A database that was migrated with the other names, to copy."""
    database = shared_database(BARE_TEMPLATE)
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, read_source(find_db_folder()), names=OTHER).run()
    return database.name


@pytest.fixture
def named(named_template: str, new_database: Callable[[str], Database]) -> Database:
    """A database with the other names."""
    return new_database(named_template)


@pytest.fixture
def inside(named: Database) -> Iterator[Connection[Any]]:
    """A connection to it."""
    with psycopg.connect(named.url(), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("names", [OTHER, ONE], ids=["two schemas", "one schema"])
def test_nothing_has_a_default_name(server: LocalPostgres, names: Names) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        Migrator(connection, read_source(find_db_folder()), names=names).run()
        assert values(connection, STRAY) == []
        assert values(connection, f"select {names.schema}.wa_health() -> 'ok'") == [True]


def test_every_role_holds_what_it_holds_under_the_default_names(
    inside: Connection[Any], connection: Connection[Any]
) -> None:
    default_of = {mine: name for name, mine in (OTHER.schemas | OTHER.roles).items()}

    def in_default_names(right: Right) -> Right:
        named = {
            field: default_of.get(name, name)
            for field in ("schema", "name", "role", "runs_as")
            for name in (getattr(right, field),)
        }
        return replace(right, **named)

    mine = read_rights(inside, Rewriter(OTHER).rewrite)
    assert ours(map(in_default_names, mine.rights)) == ours(read_rights(connection).rights)


def ours(rights: Iterable[Right]) -> set[Right]:
    """Return the rights of the roles of wa-webhook; others have theirs from Supabase in public."""
    return {right for right in rights if right.role in OUR_ROLES}


def test_a_second_run_is_up_to_date(bare_database: Database) -> None:
    assert migrate(bare_database, *OPTIONS).exit_code == 0
    assert migrate(bare_database, *OPTIONS).output.endswith("up to date\n")
    assert migrate(bare_database, "--status", *OPTIONS).output.endswith("up to date\n")


def test_checksums_are_those_of_the_files(inside: Connection[Any]) -> None:
    kept = values(inside, "select checksum from shop_private.applied_migrations order by version")
    files = sorted((find_db_folder() / "migrations").glob("*.sql"))
    assert kept == [hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files]


def test_a_run_with_one_other_name_than_before_is_refused(
    named: Database, inside: Connection[Any]
) -> None:
    for option in OPTIONS[::2]:
        refused = migrate(named, *OPTIONS, option, "different")
        assert refused.exit_code == 1
        assert "this database was migrated with other names:" in refused.output
        assert "(now: different)" in refused.output
    assert values(inside, "select nspname from pg_namespace where nspname = 'different'") == []


def test_a_database_with_the_default_names_keeps_them(database: Database) -> None:
    refused = migrate(database, "--schema", "shop")
    assert refused.exit_code == 1
    assert "--schema public (now: shop)" in refused.output
    assert "--private-schema wa (now: shop_private)" in refused.output


def test_names_are_kept_from_the_first_migration_on(
    target: Connection[Any], tmp_path: Path
) -> None:
    (first, *_) = sorted((find_db_folder() / "migrations").glob("*.sql"))
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / first.name).write_bytes(first.read_bytes())
    Migrator(target, read_source(tmp_path), names=OTHER).run()
    (tmp_path / "migrations" / "20270101000000_broken.sql").write_text("select 1 / 0")
    with pytest.raises(Exception, match="division by zero"):
        Migrator(target, read_source(tmp_path), names=OTHER).run()
    with pytest.raises(HistoryError, match="--schema shop"):
        Migrator(target, read_source(find_db_folder()), names=Names()).run()


def test_the_environment_chooses_names_too(
    bare_database: Database, target: Connection[Any]
) -> None:
    environment = {
        "WA_DATABASE_URL": bare_database.url(),
        "WA_DATABASE_SCHEMA": "shop",
        "WA_DATABASE_PRIVATE_SCHEMA": "shop_inner",
        "WA_EDGE_ROLE": "shop_handler",
        "WA_BOT_NUMBER_E164": "+15550001111",
    }
    assert CliRunner().invoke(app, ["migrate"], env=environment).exit_code == 0
    assert values(target, "select name from shop_inner.names where option = 'edge_role'") == [
        "shop_handler"
    ]
    number = "select value #>> '{}' from shop_inner.settings where key = 'bot_number_e164'"
    assert values(target, number) == ["+15550001111"]
    flows = CliRunner().invoke(app, ["flows", "--mermaid"], env=environment)
    assert flows.output.startswith("stateDiagram-v2")


@pytest.mark.parametrize("option", [("--edge-role", "Edge role"), ("--schema", "wa")])
def test_names_that_cannot_be_used_stop_the_command_before_it_connects(
    option: tuple[str, str],
) -> None:
    refused = CliRunner().invoke(app, ["migrate", *option])
    assert refused.exit_code == 2
    assert option[0] in refused.output


def run_role_script(database: Database, name: str, *options: str) -> str:
    """Run a script as docs/install/names.md tells to, and return what it says."""
    script = str(find_db_folder() / "roles" / name)
    rewritten = CliRunner().invoke(app, ["rewrite", script], env=environment_of(OTHER))
    assert rewritten.exit_code == 0
    finished = subprocess.run(
        [database.server.binaries / "psql", database.url(), *options, "-f", "-"],
        input=rewritten.output,
        env={**os.environ, "WA_ROLE_PASSWORD": "a-long-enough-password"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_direct_access_is_given_and_taken_by_the_rewritten_scripts(
    named: Database, inside: Connection[Any]
) -> None:
    def rights() -> frozenset[Right]:
        return read_rights(inside, Rewriter(OTHER).rewrite).rights

    before = rights()
    said = run_role_script(named, "give_direct_access.sql")
    assert said == "shop_handler has direct access\n"
    added = {(one.schema, one.role, one.name, one.privilege) for one in rights() - before}
    assert added == {("shop", "shop_handler", *right) for right in MATRIX}
    run_role_script(named, "take_direct_access.sql")
    assert rights() == before


def test_a_login_is_given_and_taken_by_the_rewritten_scripts(
    named: Database, inside: Connection[Any]
) -> None:
    may_log_in = "select rolcanlogin from pg_roles where rolname = 'shop_notifier'"
    for script, expected in (("give_login.sql", True), ("take_login.sql", False)):
        assert "shop_notifier" in run_role_script(named, script, "-v", "role=shop_notifier")
        assert values(inside, may_log_in) == [expected]


def test_api_access_is_given_and_taken_by_the_rewritten_scripts(
    named: Database, inside: Connection[Any]
) -> None:
    may_switch = "select pg_has_role('authenticator', 'shop_handler', 'set')"
    if inside.info.server_version < 160000:
        may_switch = may_switch.replace("'set'", "'member'")
    for script, expected in (
        ("give_api_key_access.sql", True),
        ("take_api_key_access.sql", False),
    ):
        assert "switch to shop_handler" in run_role_script(named, script)
        assert values(inside, may_switch) == [expected]
