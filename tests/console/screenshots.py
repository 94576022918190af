"""The picture of the desk: three people who were on the phone, and Kim, who answers two of them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
from pydantic import SecretStr

from tests.console.conftest import PASSWORD
from wa_webhook.console.people import describe
from wa_webhook.console.process import serve_console
from wa_webhook.console.settings import ConsoleSettings
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

    from tests.phone.screen import Screen
    from wa_webhook.dev.postgres import LocalPostgres

_TROUBLE = """
    select wa.hold_for_person(user_id, phone_number_id, null, 'asks about a payment')
    from public.chat_state join public.profiles using (user_id) where display_name = 'Bruno'
"""


@asynccontextmanager
async def running_desk(postgres: LocalPostgres) -> AsyncIterator[str]:
    """Serve the desk on the database that the phones use, and yield its address."""
    with psycopg.connect(postgres.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute("alter role wa_agent_role login")
        superuser.execute(_TROUBLE)
    settings = ConsoleSettings(
        wa_console_port=0,
        wa_metrics_port=None,
        wa_console_agent_database_url=SecretStr(postgres.url("wa_agent_role")),
        wa_console_people=SecretStr(describe("Kim", "agent", PASSWORD)),
        _env_file=None,
    )
    async with serve_console(settings) as port:
        yield f"http://127.0.0.1:{port}/"


async def answer(page: Page, screen: Screen) -> None:
    """Let Kim sign in, take Ana's conversation, answer her, and note something."""
    await page.get_by_label("Name or e-mail address").fill("Kim")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("searchbox").fill("Ana")
    await page.get_by_role("link", name="the bot has it").click()
    await page.get_by_role("button", name="Take").click()
    await page.get_by_role("searchbox").fill("")
    await screen.phone("Ana").write("Can we save in *two* currencies?")
    await page.get_by_text("two", exact=True).wait_for()
    field = page.get_by_role("textbox", name="Answer")
    await field.fill("Kim here. Not in one basket, but you can have one for each.")
    await field.press("Enter")
    await screen.phone("Ana").sees("Kim here.")
    await page.get_by_text("Notes").click()
    await page.get_by_role("textbox", name="New note").fill("Plans a wedding in May.")
    await page.keyboard.press("Enter")
    await page.get_by_text("Plans a wedding").wait_for()
