"""Servers that have the extension's files, as `wa-webhook extension` writes them.

`NEW` is today's. `OLD` and `NEXT` differ in all that a version may bring: tests/roads/versions.py.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.extension.installation import Installation, copy_installation
from tests.fixtures import clusters
from tests.fixtures.postgres import kept_connection as kept_connection  # to this server
from tests.roads.versions import Version, make_later, write_earlier
from tests.supabase.conftest import supabase as supabase  # a fixture here too
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.extension import read_versions, record_version, write_extension
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.extension import Built

OLD, NEXT, NEW = "0.0.1", "0.0.2", "0.1.0"
ROLES = (
    "wa_edge_role, wa_notifier_role, wa_worker_role, wa_reader_role, wa_agent_role,"
    " wa_operator_role, wa_runtime, wa_basket_owner, wa_maintenance, wa_privacy"
)

ALL_MEMBERS = """
    select member.classid, member.objid
    from pg_depend as member
    join pg_extension as extension on extension.oid = member.refobjid
    where extname = 'wa_webhook' and deptype = 'e'
"""


def build(version: Version, name: str, target: Path) -> Built:
    """Do what `wa-webhook extension` does in a checkout of that version, which is called `name`."""
    source = version.source()
    earlier = read_versions(version.folder, source, name)
    return write_extension(version.folder, source, name, earlier, target)


def build_all(folder: Path) -> Path:
    """Return a folder with the files of today's version, and of OLD, NEXT and the way between."""
    today = Version(find_db_folder())
    files = build(today, NEW, folder / "today").extension
    changing = write_earlier(folder / "db")
    for name in (OLD, NEXT):
        if name == NEXT:
            make_later(changing)
        for script in build(changing, name, folder / name).extension.glob("*.sql"):
            shutil.copy(script, files)
        record_version(changing.folder, changing.source(), name)
    return files


@contextmanager
def open_folder() -> Iterator[Path]:
    """Have a folder that servers of another account reach; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="wa-extension-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def installation(postgres_version: int) -> Iterator[Installation]:
    """Programs of a server that has the extension's files."""
    with open_folder() as folder:
        machines_own = clusters.find_binaries()[postgres_version]
        yield copy_installation(machines_own, build_all(folder), folder / "installation")


@pytest.fixture(scope="session")
def postgres_server(installation: Installation) -> Iterator[LocalPostgres]:
    """The running server of this process and version, with the extension's files."""
    with clusters.cluster_from_seed(installation.programs) as server:
        yield server


@pytest.fixture
def plain_database(new_database: Callable[[str], Database]) -> Database:
    """A database as PostgreSQL makes it."""
    return new_database("template1")


@pytest.fixture
def extended(plain_database: Database) -> Database:
    """A plain database with the extension."""
    execute(plain_database, "create extension wa_webhook cascade")
    return plain_database


@pytest.fixture
def supabase_shaped(bare_database: Database) -> Database:
    """A new project's database with the extension; extensions have a schema there."""
    execute(bare_database, "create extension wa_webhook schema extensions cascade")
    return bare_database


def execute(database: Database, *statements: str, role: str = "postgres") -> list[tuple[Any, ...]]:
    """Run statements one by one, and return the rows of the last."""
    with psycopg.connect(database.url(role), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def let_go(database: Database) -> None:
    """Make members ordinary objects, which is what pg_dump shows whole."""
    execute(
        database,
        f"delete from pg_init_privs where (classoid, objoid) in ({ALL_MEMBERS})",
        "delete from pg_depend where deptype = 'e' and refobjid ="
        " (select oid from pg_extension where extname = 'wa_webhook')",
        role=SUPERUSER,
    )
