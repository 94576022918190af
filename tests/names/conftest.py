"""Businesses side by side in one database."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.dispatching import value, values
from tests.fixtures.clusters import TEMPLATE
from tests.fixtures.names import environment_of
from tests.operations.command import run
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER
from wa_webhook.migrate import Migrator, find_db_folder, read_source
from wa_webhook.naming.names import Names
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres

ACME, BETA = (Names(schema=name, private_schema=name) for name in ("acme", "beta"))
PLAIN = Names()
SHARED = "secret-of-the-shared-app"
"""The secret of the app of all businesses that have none of their own."""

TABLES = """
    select format('%%I.%%I', nspname, relname)
    from pg_class join pg_namespace as namespace on namespace.oid = relnamespace
    where nspname = any (%s) and relkind = 'r' order by 1
"""


class Business:
    """One of them; its sessions speak the default names."""

    def __init__(self, database: Database, names: Names, cleanup: ExitStack) -> None:
        self.database, self.names, self._cleanup = database, names, cleanup
        rewriter = Rewriter(names)

        class Speaking(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
                query = query.decode() if isinstance(query, bytes) else query
                return super().execute(rewriter.rewrite(query).encode(), params, **options)

        self._cursor = Speaking

    def connect(self, role: str = "postgres", *, autocommit: bool = True) -> Connection[DictRow]:
        connection: Connection[DictRow] = self._cleanup.enter_context(
            psycopg.connect(
                self.url(role),
                autocommit=autocommit,
                row_factory=dict_row,
                cursor_factory=self._cursor,
            )
        )
        return connection

    def url(self, role: str) -> str:
        role = self.names.roles.get(role, role)
        return self.database.server.url(role, self.database.name)

    def command(self, *arguments: str) -> Any:
        given = environment_of(self.names) | {"WA_DATABASE_URL": self.url("wa_operator_role")}
        return run(*arguments, database=None, role="", **given)

    def contents(self) -> dict[str, str]:
        """Return a digest of each table."""
        owner = self.connect()
        tables = values(owner, TABLES, list(self.names.schemas.values()))
        digest = (
            "select md5(coalesce(string_agg(one::text, '' order by one::text), '')) from {} as one"
        )
        return {table: value(owner, digest.format(table)) for table in tables}


@pytest.fixture(scope="session")
def shared(postgres_server: LocalPostgres) -> str:
    """A database with the default names and two businesses, to copy."""
    name = "template_businesses"
    with psycopg.connect(postgres_server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(f"create database {name} template {TEMPLATE} owner {MIGRATING_ROLE}")
    source = read_source(find_db_folder())
    with psycopg.connect(postgres_server.url(database=name), autocommit=True) as connection:
        for names in (ACME, BETA):
            Migrator(connection, source, names=names).run()
            for role in ("edge", "notifier", "worker", "operator"):
                connection.execute(f"alter role {names.schema}_{role}_role login".encode())
    # Each copy has the catalog's cache that its first session would make.
    psycopg.connect(postgres_server.url(SUPERUSER, name)).close()
    return name


@pytest.fixture
def open_business(
    shared: str, new_database: Callable[[str], Database]
) -> Iterator[Callable[[Names], Business]]:
    database = new_database(shared)
    with ExitStack() as cleanup:
        yield lambda names: Business(database, names, cleanup)


@pytest.fixture
def acme(open_business: Callable[[Names], Business]) -> Business:
    return open_business(ACME)


@pytest.fixture
def beta(open_business: Callable[[Names], Business]) -> Business:
    return open_business(BETA)


@pytest.fixture
def plain(open_business: Callable[[Names], Business]) -> Business:
    return open_business(PLAIN)


@pytest.fixture
def write_businesses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Write the file of businesses, in an environment that has what they share."""
    monkeypatch.chdir(tmp_path)
    for name, given in {
        "WA_BUSINESSES_FILE": "businesses.toml",
        "WA_APP_SECRET": SHARED,
        "WA_VERIFY_TOKEN": "token-of-all",
        "WA_DATABASE_URL": "postgresql://edge@127.0.0.1/all",
        "WA_METRICS_PORT": "off",
        "WA_HTTP_CONNECTIONS": "8",
        "WA_WEBHOOK_BATCH_SIZE": "2",
    }.items():
        monkeypatch.setenv(name, given)
    return lambda text: (tmp_path / "businesses.toml").write_text(text)
