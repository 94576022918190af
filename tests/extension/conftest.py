"""Servers that have the extension's files, as `wa-webhook extension` writes them.

`NEW` is today's. `OLD` and `NEXT` differ in all that a version may bring: tests/roads/versions.py.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.extension.installation import Installation, copy_installation
from tests.fixtures import clusters
from tests.fixtures.postgres import Database
from tests.roads.versions import Version, make_later, write_earlier
from tests.supabase.conftest import supabase as supabase  # a fixture here too
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER
from wa_webhook.extension import read_versions, record_version, write_extension
from wa_webhook.migrate import find_db_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.extension import Built

OLD, NEXT, NEW = "0.0.1", "0.0.2", "0.1.0"
CHANGED = "functions/base/clean_line.sql"
"""A routine that is another one in OLD than today."""
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
    text = (today.folder / CHANGED).read_text()
    changing.write(CHANGED, f"{text}\n-- As it was before.\n")
    for name in (OLD, NEXT):
        if name == NEXT:
            make_later(changing)
            changing.write(CHANGED, text)
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


@pytest.fixture(scope="session")
def extended_template(postgres_server: LocalPostgres) -> str:
    """A plain database with the extension, to copy."""
    return make_template(postgres_server, "template1", "create extension wa_webhook cascade")


@pytest.fixture(scope="session")
def supabase_shaped_template(postgres_server: LocalPostgres) -> str:
    """A new project's database with the extension, to copy; extensions have a schema there."""
    create = "create extension wa_webhook schema extensions cascade"
    return make_template(postgres_server, clusters.BARE_TEMPLATE, create)


@pytest.fixture
def extended(extended_template: str, new_database: Callable[[str], Database]) -> Database:
    """A plain database with the extension."""
    return new_database(extended_template)


@pytest.fixture
def supabase_shaped(
    supabase_shaped_template: str, new_database: Callable[[str], Database]
) -> Database:
    """A new project's database with the extension."""
    return new_database(supabase_shaped_template)


def make_template(server: LocalPostgres, template: str, statement: str) -> str:
    """Make a database from another by a statement of the migrating role, and return its name."""
    name = f"template_{uuid4().hex[:12]}"
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {template} owner {MIGRATING_ROLE}".encode()
        )
    execute(Database(server, name), statement)
    return name


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
