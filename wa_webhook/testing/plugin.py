"""The pytest plugin: a server for the session, a migrated database for each test, and a chat.

pytest loads this wherever the package is installed, so that nothing heavy is imported before a
fixture is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.testing.chat import Chat


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project say where its flows are, and which of ours it has beside them."""
    parser.addini(
        "wa_flows",
        "The folder of your flows, from the root folder. Default: WA_FLOWS, else flows/.",
        default="",
    )
    parser.addini(
        "wa_with",
        "Flows that ship and are installed only when asked for, beside those of WA_WITH.",
        type="args",
        default=[],
    )


@pytest.fixture(scope="session")
def wa_server(request: pytest.FixtureRequest) -> Iterator[LocalPostgres]:
    """Run a PostgreSQL for this session; its database `postgres` is what tests get copies of.

    It has the project's flows. Where they do not hold together, the session ends with the reasons.
    """
    from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres  # noqa: PLC0415, RUF100
    from wa_webhook.testing.own_flows import FlowsError, find_folder, prepare  # noqa: PLC0415, RUF100

    named = request.config.getini("wa_flows")
    problem = None
    with LocalPostgres(settings=THROWAWAY_SETTINGS) as server:
        try:
            asked_for = request.config.getini("wa_with")
            prepare(server, find_folder(request.config.rootpath, named), asked_for)
        except FlowsError as error:
            problem = str(error)
        if problem is not None:
            # Every other test would say the same again.
            request.session.shouldfail = "the flows do not hold together"
            pytest.fail(problem, pytrace=False)
        yield server


@pytest.fixture
def wa_database(wa_server: LocalPostgres) -> Iterator[Callable[[str], str]]:
    """Make a migrated database for the test: called with a role, it gives the URL to connect to."""
    import psycopg  # noqa: PLC0415, RUF100

    from wa_webhook.dev.postgres import DATABASE, MIGRATING_ROLE, SUPERUSER  # noqa: PLC0415, RUF100

    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(wa_server.url(SUPERUSER, "template1"), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {DATABASE} strategy file_copy"
            f" owner {MIGRATING_ROLE}".encode()
        )
        try:
            yield lambda role: wa_server.url(role, name)
        finally:
            superuser.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def chat(wa_database: Callable[[str], str]) -> Iterator[Chat]:
    """Put the bot in front of people: `chat.person("Ana").says("hello")`."""
    from wa_webhook.testing.chat import Chat  # noqa: PLC0415, RUF100

    with Chat.open(wa_database) as opened:
        yield opened
