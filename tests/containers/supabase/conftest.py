"""Supabase's own PostgreSQL and PostgREST, as containers, in place of cluster and stand-in."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from psycopg import sql
from testcontainers.core.container import DockerContainer

from handler.process.listening import bind
from tests.containers.docker import POSTGRES_IMAGE, POSTGREST_IMAGE
from tests.containers.servers import PASSWORD, TEMPLATE, running_postgres, wait_until
from tests.fixtures.names import current_names, current_role
from tests.fixtures.postgrest import JWT_SECRET
from tests.fixtures.postgrest_program import make_gateway
from tests.fixtures.transport import EDGE_ROLE
from tests.webhook.conftest import running_webhook
from wa_webhook.api_key import mint, read_secret
from wa_webhook.dev.server import LocalServer
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.containers.servers import ContainerDatabase, ContainerPostgres
    from tests.webhook.conftest import RunWebhook, Webhook


@pytest.fixture(scope="session")
def supabase_postgres() -> Iterator[ContainerPostgres]:
    """The image with one migrated template."""
    with running_postgres(POSTGRES_IMAGE) as server:
        password = sql.Literal(PASSWORD)
        server.execute(
            "postgres",
            sql.SQL("alter role postgres password {}").format(password),
            sql.SQL("alter role authenticator password {}").format(password),
        )
        server.make_template()
        with psycopg.connect(server.url("postgres", TEMPLATE), autocommit=True) as migrating:
            Migrator(migrating, read_source(find_db_folder())).run()
            migrating.execute(f"grant {EDGE_ROLE} to authenticator")
            migrating.execute(f"alter role {EDGE_ROLE} set statement_timeout = '2min'")
        yield server


@pytest.fixture
def database(supabase_postgres: ContainerPostgres) -> ContainerDatabase:
    """The test's own copy of the template."""
    return supabase_postgres.copy_template()


@pytest.fixture
def run_webhook() -> RunWebhook:
    """`async with run_webhook(database)`: a handler with a PostgREST of its own."""

    @asynccontextmanager
    async def run(database: ContainerDatabase, **settings: Any) -> AsyncIterator[Webhook]:
        with _postgrest(database) as postgrest_url:
            async with (
                httpx.AsyncClient(base_url=postgrest_url, timeout=180) as http,
                LocalServer(make_gateway(http), bind("127.0.0.1", 0, "gateway")) as gateway,
            ):
                key = mint(
                    current_role(EDGE_ROLE), read_secret(JWT_SECRET), timedelta(days=1)
                ).token
                given = {"supabase_url": gateway.url, "wa_supabase_service_role_key": key}
                async with running_webhook(given | settings) as webhook:
                    yield webhook

    return run


@contextmanager
def _postgrest(database: ContainerDatabase) -> Iterator[str]:
    """Run PostgREST on one database; yields where it answers."""
    container = (
        DockerContainer(POSTGREST_IMAGE)
        .with_env("PGRST_DB_URI", database.server.url_inside("authenticator", database.name))
        .with_env("PGRST_DB_SCHEMAS", current_names().schema)
        .with_env("PGRST_DB_ANON_ROLE", "anon")
        .with_env("PGRST_JWT_SECRET", JWT_SECRET)
        .with_exposed_ports(3000)
        .with_network(database.server.network)
    )
    with container:
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(3000)}"
        wait_until(lambda: httpx.get(url).raise_for_status(), httpx.HTTPError)
        yield url
