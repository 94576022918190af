"""A phone on the screen, over a stack that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest_asyncio

from handler.process.listening import bind
from tests.fixtures.browser import open_page
from tests.phone.screen import Screen
from wa_webhook.dev.local_phone import running_phone
from wa_webhook.dev.stack import Ports, run_stack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.fixtures.postgres import Database
    from wa_webhook.dev.postgres import LocalPostgres


@pytest_asyncio.fixture(loop_scope="module")
async def screen(database: Database, browser: Browser) -> AsyncIterator[Screen]:
    """Ana's, Bruno's and Chiara's phones, in one window."""
    # All that the stack asks of a server of its own.
    postgres = cast("LocalPostgres", database)
    async with (
        run_stack(postgres, Ports.take()) as stack,
        running_phone(postgres, stack.graph, bind("127.0.0.1", 0, "phone")) as url,
    ):
        page, faults = await open_page(browser, url)
        yield Screen(page, stack)
        await page.context.close()
    assert faults.told == []
