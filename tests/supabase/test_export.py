"""`wa-webhook export`, pushed by the Supabase CLI in a project that has migrations of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.offered import SHIPPED as SOURCE
from tests.migrations.adopting import OLDER_TABLES, find_conflicts
from tests.migrations.test_adoption import SHAPE
from tests.operations.command import answer, run
from tests.roads.versions import make_later, write_earlier
from tests.supabase.conftest import needs_the_cli
from tests.supabase.project import AFTER, BEFORE, Project
from wa_webhook.adoption import adopt
from wa_webhook.export.written import find_exports
from wa_webhook.migrate import Migrator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli

pytestmark = [needs_the_cli, pytest.mark.any_server]

NEXT_ID = """
    select nextval(pg_get_serial_sequence('public.notifications', 'id')) > coalesce(max(id), 0)
    from public.notifications
"""


@pytest.fixture
def project(supabase: SupabaseCli, bare_database: Database) -> Project:
    """A project that has a table of its own in production."""
    project = Project(supabase, bare_database)
    project.write("20250101000000_shops.sql", BEFORE)
    project.push()
    return project


@pytest.fixture
def pushed(project: Project) -> Project:
    """The same after an export of everything and one more migration of the team's."""
    project.export(SOURCE)
    project.write("20990101000000_owners.sql", AFTER)
    project.push()
    return project


def test_an_export_is_pushed_between_the_teams_own(project: Project) -> None:
    ours = project.export(SOURCE)
    theirs = project.write("20990101000000_owners.sql", AFTER)
    assert project.push() == [ours, theirs]
    assert project.is_pushed()


def test_status_doctor_and_migrate_say_that_all_is_applied(pushed: Project) -> None:
    state = run("migrate", "--status", database=pushed.database, role="postgres")
    assert state.exit_code == 0, state.output
    assert state.output.endswith("up to date\n")
    status = answer(run("status", "--json", database=pushed.database))
    assert status["migrations"]["pending"] == status["migrations"]["changed"] == []
    assert status["migrations"]["applied"] == len(SOURCE.migrations)
    checks = answer(run("doctor", "--json", "--as", "operator", database=pushed.database))["checks"]
    assert [
        c["message"] for c in checks if c["name"] == "migrations" and c["outcome"] != "ok"
    ] == []


def test_the_apply_script_has_nothing_to_do_and_leaves_the_push_green(pushed: Project) -> None:
    with psycopg.connect(pushed.database.url(), autocommit=True) as connection:
        outcome = Migrator(connection, SOURCE).run()
    assert (outcome.migrations, outcome.routines) == ([], 0)
    assert pushed.is_pushed()


def test_a_push_goes_on_after_the_apply_script(pushed: Project, tmp_path: Path) -> None:
    later = write_earlier(tmp_path / "db")
    with psycopg.connect(pushed.database.url(), autocommit=True) as connection:
        assert Migrator(connection, later.source()).run().migrations
    theirs = pushed.write("20990201000000_next.sql", "create table public.next (id int);")
    assert pushed.push() == [theirs]
    assert pushed.is_pushed()


def test_an_upgrade_is_a_second_export(project: Project, tmp_path: Path) -> None:
    version = write_earlier(tmp_path / "db")
    project.export(version.source())
    project.push()
    make_later(version)
    ours = project.export(version.source())
    assert project.push() == [ours]
    assert project.is_pushed()
    with psycopg.connect(project.database.url(), autocommit=True) as connection:
        assert not Migrator(connection, version.source()).plan()


def test_an_export_of_what_the_apply_script_brought_is_refused_with_what_to_do(
    project: Project,
) -> None:
    with psycopg.connect(project.database.url(), autocommit=True) as connection:
        Migrator(connection, SOURCE).run()
    version = project.export(SOURCE).partition("_")[0]
    said = project.cli.run(project.database, "db", "push", expect=1)
    assert f"supabase migration repair {version} --status applied" in str(said)
    project.cli.run(project.database, "migration", "repair", version, "--status", "applied")
    assert project.is_pushed()


def test_a_database_of_before_joins_a_project_as_the_document_says(project: Project) -> None:
    # As it is once that version's exports are deleted and the database is taken over.
    theirs = "20261124180000"
    with psycopg.connect(project.database.url(), autocommit=True) as connection:
        Migrator(connection, SOURCE).run()
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version) values (%s)", (theirs,)
        )
    run_cli = partial(project.cli.run, project.database)
    assert "not found in local" in str(run_cli("db", "push", expect=1))
    run_cli("migration", "repair", theirs, "--status", "reverted")
    ours = project.export(SOURCE).partition("_")[0]
    run_cli("migration", "repair", ours, "--status", "applied")
    assert project.is_pushed()


def test_a_push_that_fails_leaves_nothing_behind(project: Project) -> None:
    ours = project.migrations / project.export(SOURCE)
    ours.write_text(f"{ours.read_text()}\nselect 1 / 0;\n")
    project.cli.run(project.database, "db", "push", expect=1)
    with psycopg.connect(project.database.url()) as connection:
        assert connection.execute("select to_regnamespace('wa')").fetchone() == (None,)


def test_an_export_that_adopts_brings_new_databases_to_where_the_adopted_one_is(
    supabase: SupabaseCli, bare_database: Database, new_database: Callable[[str], Database]
) -> None:
    production = Project(supabase, bare_database)
    production.write("20250101000000_older_bot.sql", OLDER_TABLES)
    production.push()
    mends = [conflict.mend for conflict in find_conflicts(bare_database)]
    production.write("20250201000000_mends.sql", "\n".join(mends))
    production.push()
    with psycopg.connect(bare_database.url(), autocommit=True) as connection:
        assert adopt(Migrator(connection, SOURCE)).conflicts == []
        Migrator(connection, SOURCE).run()

    def export(database: Database) -> Result:
        folder = str(production.migrations)
        return run("export", "--adopt", "--to", folder, database=database, role="postgres")

    assert "has wa-webhook already" in export(bare_database).output
    preview, branch = (Project(supabase, new_database(BARE_TEMPLATE)) for _ in range(2))
    preview.push()
    with psycopg.connect(preview.database.url(), autocommit=True) as connection:
        connection.execute("delete from public.notifications")
    written = export(preview.database)
    assert written.exit_code == 0, written.output
    ours = find_exports(production.migrations)[-1].name
    assert preview.push() == [ours]
    assert branch.push()[-1] == ours
    repair = ("migration", "repair", ours.partition("_")[0], "--status", "applied")
    production.cli.run(bare_database, *repair)
    shapes = []
    for one in (production, preview, branch):
        assert one.is_pushed()
        with psycopg.connect(one.database.url(), autocommit=True) as connection:
            assert not Migrator(connection, SOURCE).plan()
            shapes.append(set(connection.execute(SHAPE.encode()).fetchall()))
            # Numbers go on behind the rows that are there, wherever it was tried.
            (is_behind,) = connection.execute(NEXT_ID).fetchone() or (None,)
            assert is_behind
    assert shapes[0] == shapes[1] == shapes[2]


def test_what_is_removed_is_one_more_migration_after_which_an_export_begins_anew(
    project: Project,
) -> None:
    first = project.export(SOURCE)
    project.push()
    folder = str(project.migrations)
    said = run("remove", "--to", folder, database=project.database, role="postgres")
    assert said.exit_code == 0, said.output
    (removed,) = project.migrations.glob("*_removed.sql")
    assert project.push() == [removed.name]
    second = project.export(SOURCE)
    assert project.push() == [second]
    assert project.is_pushed()
    assert first < removed.name < second
