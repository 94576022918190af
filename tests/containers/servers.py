"""PostgreSQL in a container, with one migrated template, of which each test has a copy."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSWORD = "password-of-the-tests"  # noqa: S105
TEMPLATE = "template_migrated"
_PATIENCE_SECONDS = 120

# What it would clean up after a crash goes with the daemon, and its image would have to be pulled.
testcontainers_config.ryuk_disabled = True


@dataclass(frozen=True)
class ContainerPostgres:
    """The running image, and the network on which other containers find it as `db`."""

    container: DockerContainer
    network: Network

    def url(self, role: str, database: str) -> str:
        """Return where this process reaches a database."""
        host, port = self.container.get_container_host_ip(), self.container.get_exposed_port(5432)
        return f"postgresql://{role}:{PASSWORD}@{host}:{port}/{database}"

    def url_inside(self, role: str, database: str) -> str:
        """Return where other containers reach a database."""
        return f"postgresql://{role}:{PASSWORD}@db:5432/{database}"

    def execute(self, database: str, *statements: sql.SQL | sql.Composed) -> None:
        """Run statements as the image's superuser."""
        with psycopg.connect(self.url("supabase_admin", database), autocommit=True) as superuser:
            for statement in statements:
                superuser.execute(statement)

    def wait(self) -> None:
        """Return once statements are answered."""
        wait_until(lambda: self.execute("postgres", sql.SQL("select 1")), psycopg.Error)

    def make_template(self) -> None:
        """Make the database that is then to be migrated."""
        self.execute(
            "postgres",
            sql.SQL("create database {} owner postgres").format(sql.Identifier(TEMPLATE)),
        )

    def copy_template(self) -> ContainerDatabase:
        """Return a database of a test's own; the container goes with all of them."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        copy = sql.SQL("create database {} template {} owner postgres")
        self.execute("postgres", copy.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        return ContainerDatabase(self, name)


@dataclass(frozen=True)
class ContainerDatabase:
    """One test's database, as `tests.fixtures.postgres.Database`."""

    server: ContainerPostgres
    name: str

    def url(self, role: str = "postgres") -> str:
        return self.server.url(role, self.name)


@contextmanager
def running_postgres(image: str) -> Iterator[ContainerPostgres]:
    """Run an image of PostgreSQL on a network of its own."""
    with Network() as network:
        container = (
            DockerContainer(image)
            .with_env("POSTGRES_PASSWORD", PASSWORD)
            .with_exposed_ports(5432)
            .with_network(network)
            .with_network_aliases("db")
        )
        with container:
            server = ContainerPostgres(container, network)
            server.wait()
            yield server


def wait_until(attempt: Callable[[], object], failure: type[Exception]) -> None:
    """Try until nothing is raised; what is raised after two minutes leaves."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            attempt()
        except failure:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
