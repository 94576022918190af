"""The phone in the browser, by real clicks on a real stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.fixtures.browser import needs_browser

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.phone.screen import Screen

pytestmark = [needs_browser, pytest.mark.any_server, pytest.mark.asyncio(loop_scope="module")]


async def test_a_first_hello_is_answered_and_tells_what_it_did(screen: Screen) -> None:
    ana = screen.phone("Ana")
    await ana.write("hello")
    answer = await ana.sees("What would you like to do?")
    await expect(answer.get_by_role("img", name="read", exact=True)).to_be_visible()
    hello = ana.bubble("hello")
    await expect(hello.locator("summary")).to_contain_text("home → home · processed")
    await hello.locator("summary").click()
    await expect(hello.locator("details")).to_contain_text("notifications")
    await expect(screen.phone("Bruno").node.locator(".bubble")).to_have_count(0)


async def test_a_basket_is_found_by_a_list_a_button_and_a_place(screen: Screen) -> None:
    chiara = screen.phone("Chiara")
    await chiara.write("hello")
    print(await (await chiara.sees("What would")).inner_text())
    await chiara.write("baskets")
    import asyncio
    await asyncio.sleep(3)
    print(await chiara.node.inner_text())
