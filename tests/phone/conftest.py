"""A phone on the screen, over a stack that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest_asyncio

from handler.process.listening import bind
from tests.fixtures.browser import open_page
from tests.phone.screen import Screen
from wa_webhook.dev.identity import BOT_NUMBER
from wa_webhook.dev.local_phone import running_phone
from wa_webhook.dev.stack import Ports, run_stack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres


@pytest_asyncio.fixture(loop_scope="module")
async def screen(
    database: Database, connection: Connection[DictRow], browser: Browser, tmp_path: Path
) -> AsyncIterator[Screen]:
    """Ana's, Bruno's and Chiara's phones, in one window."""
    # All that the stack asks of a server of its own.
    postgres = cast("LocalPostgres", database)
    connection.execute(
        "update wa.settings set value = to_jsonb(%s::text) where key = 'bot_number_e164'",
        (BOT_NUMBER,),
    )
    async with (
        run_stack(postgres, Ports.take(), media=tmp_path / "media") as stack,
        running_phone(postgres, stack.graph, bind("127.0.0.1", 0, "phone")) as phone,
    ):
        page, faults = await open_page(browser, phone.url)
        yield Screen(page, tmp_path / "media")
        await page.context.close()
    assert faults.told == []
