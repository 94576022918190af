"""Our image, as it runs in production: nothing may be written, and no power is left."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from psycopg import sql
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from tests.containers.images import HANDLER, POSTGRES
from tests.containers.servers import PASSWORD, TEMPLATE, running_postgres, wait_until
from tests.webhook.conftest import APP_SECRET, VERIFY_TOKEN, Webhook
from wa_webhook.dev.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from tests.containers.servers import ContainerDatabase, ContainerPostgres
    from tests.webhook.conftest import RunWebhook

HARDENED: Mapping[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}
ROLES = {"serve": "wa_edge_role", "notify": "wa_notifier_role"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[ContainerPostgres]:
    """A server with a template that the image itself has migrated."""
    with running_postgres(POSTGRES) as server:
        server.make_template()
        DockerClient().client.containers.run(
            HANDLER,
            "migrate",
            environment={"WA_DATABASE_URL": server.url_inside("postgres", TEMPLATE)},
            network=server.network.name,
            remove=True,
            **HARDENED,
        )
        login = sql.SQL("alter role {} login password {}")
        names = map(sql.Identifier, ROLES.values())
        server.execute("postgres", *(login.format(name, sql.Literal(PASSWORD)) for name in names))
        yield server


@pytest.fixture
def database(postgres: ContainerPostgres) -> ContainerDatabase:
    """The test's own copy of the template."""
    return postgres.copy_template()


@pytest.fixture
def run_webhook() -> RunWebhook:
    """`async with run_webhook(database)`: a container of the handler."""

    @asynccontextmanager
    async def run(database: ContainerDatabase, **settings: Any) -> AsyncIterator[Webhook]:
        with running_process("serve", database, **settings) as container:
            async with client_of(container) as webhook:
                yield webhook

    return run


@contextmanager
def running_process(
    kind: str, database: ContainerDatabase, **settings: Any
) -> Iterator[DockerContainer]:
    """Run `wa-webhook <kind>` in a container of its own, and wait until a handler is ready."""
    given = {
        "wa_database_url": database.server.url_inside(ROLES[kind], database.name),
        "wa_app_secret": APP_SECRET,
        "wa_verify_token": VERIFY_TOKEN,
    } | settings
    container = (
        DockerContainer(HANDLER)
        .with_command(kind)
        .with_envs(**{name.upper(): as_text(value) for name, value in given.items()})
        .with_network(database.server.network)
        .with_kwargs(**HARDENED)
    )
    # Ports of ours, since Docker's choice changes when a container is started again.
    for port in (8000, 9464) if kind == "serve" else ():
        container = container.with_bind_ports(port, free_port())
    with container:
        # Asked from outside, which costs the container nothing while it starts.
        if kind == "serve":
            url = f"http://127.0.0.1:{container.get_exposed_port(8000)}/readyz"
            wait_until(lambda: httpx.get(url).raise_for_status(), httpx.HTTPError)
        yield container


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def is_well(container: DockerContainer) -> bool:
    """Run the health check of the image."""
    check = container.get_wrapped_container().attrs["Config"]["Healthcheck"]["Test"]
    assert check[0] == "CMD"
    return container.exec(check[1:]).exit_code == 0


def require_well(container: DockerContainer) -> None:
    assert is_well(container), container.get_logs()


@asynccontextmanager
async def client_of(container: DockerContainer) -> AsyncIterator[Webhook]:
    """Yield a client of a running handler."""
    base, metrics = (
        f"http://127.0.0.1:{container.get_exposed_port(port)}" for port in (8000, 9464)
    )
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=base, timeout=60, limits=limits) as http:

        async def scrape() -> bytes:
            return (await http.get(f"{metrics}/metrics")).content

        yield Webhook(http, [], scrape, f"{metrics}/metrics")
