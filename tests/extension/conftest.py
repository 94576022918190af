"""Servers that have the extension's files, as `wa-webhook extension` writes them.

`OLD` is what the project's first release made, `NEW` everything of today.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.extension.installation import Installation, copy_installation
from tests.fixtures import clusters
from tests.supabase.conftest import supabase as supabase  # a fixture here too
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.extension import Version, read_versions, record_version, write_extension
from wa_webhook.migrate import find_db_folder, read_source
from wa_webhook.migrate.release import name_release, plan_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.extension import Built
    from wa_webhook.migrate import Source

OLD, NEW = "0.0.1", "0.1.0"
ROLES = (
    "wa_edge_role, wa_notifier_role, wa_operator_role, wa_runtime, wa_basket_owner, wa_maintenance"
)

ALL_MEMBERS = """
    select member.classid, member.objid
    from pg_depend as member
    join pg_extension as extension on extension.oid = member.refobjid
    where extname = 'wa_webhook' and deptype = 'e'
"""


@dataclass(frozen=True)
class Tree:
    """A copy of db/ whose changed routines are released."""

    folder: Path

    def source(self) -> Source:
        """Read the folder as it is now."""
        return read_source(self.folder)

    def release(self) -> None:
        """Do what `make release` does, if there is anything to release."""
        source = self.source()
        if due := plan_release(source):
            name = name_release(source, datetime.now(UTC))
            (self.folder / "migrations" / name).write_text(due.text(), newline="")

    def record(self, name: str, migrations: int | None = None) -> None:
        """Write that a version of the first so many migrations is out; of all, if none are told."""
        record_version(self.folder, Version(name, self.source().migrations[:migrations]))

    def versions(self, current: str = NEW) -> tuple[Version, ...]:
        return read_versions(self.folder, self.source(), current)

    def build(self, target: Path, current: str = NEW) -> Built:
        return write_extension(self.folder, self.versions(current), target)


def copy_tree(target: Path) -> Tree:
    """Return a tree in which OLD is out."""
    shutil.copytree(find_db_folder(), target)
    tree = Tree(target)
    (target / "extension" / "versions.txt").write_text("")
    releases = (n for n, one in enumerate(tree.source().migrations, start=1) if one.is_release)
    tree.record(OLD, next(releases))
    tree.release()
    return tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A copy of db/ of the test's own."""
    return copy_tree(tmp_path / "db")


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
        built = copy_tree(folder / "db").build(folder)
        machines_own = clusters.find_binaries()[postgres_version]
        yield copy_installation(machines_own, built.extension, folder / "installation")


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
