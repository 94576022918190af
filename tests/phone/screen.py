"""What a person sees and does on a phone in the browser."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.fixtures.browser import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Locator, Page

_TROUBLE = re.compile(r"/trouble(/[a-z]+)?$")
expect.set_options(timeout=PATIENCE_MS)
READING_MS = 3 * PATIENCE_MS
"""What reads documents loads its models first."""


@dataclass(frozen=True)
class Hand:
    """Somebody's phone, and what a hand does with it."""

    page: Page
    node: Locator

    async def write(self, text: str) -> None:
        """Type a message, send it by Enter, and wait until the phone has taken it."""
        field = self.node.get_by_role("textbox", name="Message")
        await field.fill(text)
        await field.press("Enter")
        await expect(field).to_have_value("")

    async def send(self, name: str, mime_type: str, content: bytes, caption: str = "") -> None:
        """Choose a file by the clip, and send it."""
        await self.node.get_by_label("File to send").set_input_files(
            {"name": name, "mimeType": mime_type, "buffer": content}
        )
        await self.write(caption)

    def bubble(self, text: str) -> Locator:
        """Return the last bubble with a text."""
        return self.node.locator(".bubble").filter(has_text=text).last

    async def sees(self, text: str, patience_ms: int = PATIENCE_MS) -> Locator:
        """Wait until a bubble has a text, and return it."""
        bubble = self.bubble(text)
        await expect(bubble).to_be_visible(timeout=patience_ms)
        return bubble

    async def greet(self) -> Locator:
        """Say hello, and return the menu that comes."""
        await self.write("hello")
        return await self.sees("What would you like to do?")

    async def begin_basket(self) -> None:
        """Say hello and choose a new basket, up to the question for its name."""
        await self.greet()
        await self.choose("Menu", "New basket")
        await self.sees("What is the name")

    async def begin_insurance(self) -> None:
        """Ask for an insurance, up to the question for the certificate."""
        await self.write("insurance")
        await self.tap("Yes")
        await self.sees("What is the name")
        await self.write("Ana García")
        await self.sees("Please send the insurance certificate")

    async def tap(self, name: str) -> None:
        """Tap the last button of that name on the phone."""
        await self.node.get_by_role("button", name=name).last.click()

    async def choose(self, list_button: str, row: str) -> None:
        """Open the last list of that button, and choose a row."""
        await self.tap(list_button)
        await self.in_sheet(row)

    async def in_sheet(self, name: str) -> None:
        """Tap a button of the sheet that is open."""
        sheet = self.page.get_by_role("dialog")
        await sheet.get_by_role("button", name=name).click()


@dataclass(frozen=True)
class Screen:
    """The window with everybody's phone, and the folder for what people send."""

    page: Page
    media: Path

    async def in_sheet(self, name: str) -> None:
        """Tap a button of the sheet that is open."""
        await self.page.get_by_role("dialog").get_by_role("button", name=name).click()

    @asynccontextmanager
    async def trouble(self) -> AsyncIterator[Locator]:
        """Open the sheet of a difficult Meta for one thing to be pressed on, which is then so."""
        await self.page.get_by_role("button", name="Trouble").click()
        sheet = self.page.get_by_role("dialog", name="A difficult Meta")
        async with self.page.expect_response(_TROUBLE) as answer:
            yield sheet
        assert (await answer.value).ok
        await self.page.keyboard.press("Escape")
        await expect(sheet).to_have_count(0)

    def phone(self, name: str) -> Hand:
        """Return somebody's phone."""
        return Hand(self.page, self.page.get_by_role("region", name=f"{name}'s phone"))
