"""The desk as a browser meets it, on the test's own database, with a team of every role."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import pytest
from pydantic import SecretStr

from tests.handover.conftest import desk as desk  # a fixture here too
from wa_webhook.console import people
from wa_webhook.console.app import console_app
from wa_webhook.console.database import Database
from wa_webhook.console.metrics import ConsoleMetrics
from wa_webhook.console.people import describe
from wa_webhook.console.process import open_auth
from wa_webhook.console.settings import ConsoleSettings
from wa_webhook.console.signing_in import SigningIn
from wa_webhook.media.settings import open_store
from wa_webhook.pages import Feed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from tests.fixtures import postgres

SITE = "http://127.0.0.1:8003"
PASSWORD = "correct horse"  # noqa: S105
ROLES = ("reader", "agent", "operator")
TEAM = {"Rae": "reader", "Kim": "agent", "Lee": "agent", "Olu": "operator"}


class Console(Protocol):
    """Starts a desk, and yields what makes browsers for it."""

    def __call__(self, **given: Any) -> AbstractAsyncContextManager[Browsers]: ...


class Browsers:
    """Makes browsers, each with cookies of its own."""

    def __init__(self, app: Any, metrics: ConsoleMetrics) -> None:
        self._app = app
        self.metrics = metrics

    def open(self, site: str = SITE) -> httpx.AsyncClient:
        """Open a browser in which nobody is signed in."""
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=site)

    async def of(self, name: str) -> httpx.AsyncClient:
        """Open a browser in which somebody of the team is signed in."""
        browser = self.open()
        answer = await sign_in(browser, name)
        assert answer.status_code == 200, answer.text
        return browser


async def sign_in(
    browser: httpx.AsyncClient, name: str, password: str = PASSWORD
) -> httpx.Response:
    return await browser.post("/api/sign-in", json={"name": name, "password": password})


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash in no time: what a password costs is not looked at here."""
    monkeypatch.setitem(people._COST, "n", 2)


@pytest.fixture
def settings_of_team(database: postgres.Database, quick_passwords: None) -> dict[str, Any]:
    """What a desk on the test's database is told, at which the team signs in."""
    del quick_passwords
    urls = {f"wa_console_{role}_database_url": database.url(f"wa_{role}_role") for role in ROLES}
    team = ",".join(describe(name, role, PASSWORD) for name, role in TEAM.items())
    return {**urls, "wa_console_people": SecretStr(team)}


@pytest.fixture
def console(settings_of_team: dict[str, Any]) -> Console:
    """A desk on the test's database."""

    @asynccontextmanager
    async def start(**given: Any) -> AsyncIterator[Browsers]:
        settings = ConsoleSettings(**{**settings_of_team, **given})
        metrics, auth = ConsoleMetrics(), open_auth(settings)
        async with Database(settings.database_urls, settings) as pools:
            app = console_app(
                pools,
                SigningIn(settings, metrics, auth),
                Feed(),
                metrics,
                settings.hosts,
                open_store(settings),
            )
            yield Browsers(app, metrics)
        if auth is not None:
            await auth.close()

    return start
