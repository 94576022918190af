"""Three roads to a database end in the same place, from nothing and from an earlier version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.extension.conftest import NEW, NEXT, OLD, execute, let_go
from tests.extension.conftest import installation as installation  # fixtures here too
from tests.extension.conftest import postgres_server as postgres_server
from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.names import about_default_names
from tests.roads.contents import assert_same, routines_of
from tests.roads.versions import Version, make_later, write_earlier
from wa_webhook.export import plan_export
from wa_webhook.migrate import Migrator, find_db_folder
from wa_webhook.naming.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fixtures.postgres import Database

    Road = Callable[[Database, Version, str, Path], None]
    """Bring a database to a version, which the extension calls by the name; in a folder."""

pytestmark = about_default_names("the extension has the default names")


def migrate(database: Database, version: Version, _name: str, _folder: Path) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, version.source()).run()


def export(database: Database, version: Version, _name: str, folder: Path) -> None:
    due = plan_export(version.source(), Names(), folder, datetime.now(UTC))
    text = due.text()
    (folder / due.file_name).write_text(text)
    with psycopg.connect(database.url(), autocommit=True) as connection:
        # As the Supabase CLI does: many statements and no `begin`.
        connection.execute(text.encode())


def extension(database: Database, _version: Version, name: str, _folder: Path) -> None:
    if execute(database, "select 1 from pg_extension where extname = 'wa_webhook'"):
        execute(database, f"alter extension wa_webhook update to '{name}'")
    else:
        execute(database, f"create extension wa_webhook schema extensions version '{name}' cascade")


ROADS = (migrate, export, extension)


@pytest.mark.parametrize("road", [export, extension], ids=lambda road: road.__name__)
def test_a_new_database_is_that_of_the_apply_script(
    bare_database: Database, database: Database, tmp_path: Path, road: Road
) -> None:
    road(bare_database, Version(find_db_folder()), NEW, tmp_path)
    let_go(bare_database)
    assert_same(bare_database, database)


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_an_upgraded_database_is_a_new_one(
    bare_database: Database,
    new_database: Callable[[str], Database],
    tmp_path: Path,
    road: Road,
) -> None:
    version = write_earlier(tmp_path / "db")
    road(bare_database, version, OLD, tmp_path)
    earlier = routines_of(bare_database)
    make_later(version)
    road(bare_database, version, NEXT, tmp_path)
    let_go(bare_database)
    anew = new_database(BARE_TEMPLATE)
    migrate(anew, version, NEXT, tmp_path)
    assert_same(bare_database, anew)
    assert earlier != routines_of(anew)
