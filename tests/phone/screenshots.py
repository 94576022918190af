"""Writes the pictures of the README: a basket and an insurance on the phone, and the desk."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from playwright.async_api import async_playwright

from bench.ocr.documents import Photograph, draw_pdf, photograph
from handler.process.listening import bind
from tests.console.screenshots import answer, running_desk
from tests.docs.code_blocks import PROJECT
from tests.fixtures.machine import find_program
from tests.flows.insurance.test_reading import CERTIFICATE
from tests.phone.screen import READING_MS, Screen
from wa_webhook.dev.local_phone import running_phone
from wa_webhook.dev.postgres import THROWAWAY_SETTINGS, LocalPostgres
from wa_webhook.dev.stack import Ports, prepare_database, run_stack

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FOLDER = PROJECT / "docs" / "images"
MOST_BYTES = 200_000


async def talk(screen: Screen) -> None:
    """Ana makes a basket and shares it, and Bruno joins by its code."""
    ana, bruno, chiara = (screen.phone(name) for name in ("Ana", "Bruno", "Chiara"))
    await ana.begin_basket()
    await ana.write("Wedding")
    await ana.tap("Private")
    await ana.sees("How much do you want to save")
    await ana.write("1,500")
    await ana.tap("Yes, create")
    card = await ana.sees("Owner: Ana")
    code = (await card.inner_text()).partition("Code: ")[2].split()[0]
    await ana.choose("Actions", "Share")
    await ana.sees("Scan this code")
    await ana.sees("Whoever has it can join")
    await bruno.write(f"JB:{code}")
    await bruno.tap("Join")
    await bruno.sees("2 members")
    await bruno.choose("Actions", "Contribute")
    await bruno.sees("How much do you put")
    await bruno.write("25")
    await bruno.tap("Yes, contribute")
    await bruno.sees("which now holds")
    await chiara.greet()
    await chiara.choose("Menu", "Baskets nearby")
    await chiara.tap("Send location")
    await chiara.in_sheet("Kigali Heights")
    place = await chiara.sees("Kigali Heights")
    await place.locator("summary").click()
    await chiara.node.locator(".log").evaluate("log => { log.scrollTop = log.scrollHeight }")


async def insure(page: Page, screen: Screen) -> None:
    """Somebody new sends a photograph of a certificate, and is asked about what was read."""
    await page.get_by_role("button", name="+ Person").click()
    await page.get_by_role("textbox", name="Name").fill("Dora")
    await screen.in_sheet("Add")
    for name in ("Ana", "Bruno", "Chiara"):
        await page.get_by_role("navigation").get_by_role("button", name=name).click()
    dora = screen.phone("Dora")
    await dora.tap("Flow")
    await dora.begin_insurance()
    picture = photograph(draw_pdf([CERTIFICATE], "Times-Roman"), Photograph(askew=2, size=0.6))
    await dora.send("certificate.jpg", "image/jpeg", picture)
    await dora.sees("Certificate, plate", READING_MS)


async def take(page: Page, name: str) -> None:
    """Write a picture of the page. Raises AssertionError where it is too large for a clone."""
    await page.mouse.move(0, 0)
    picture = await page.screenshot(animations="disabled")
    assert len(picture) < MOST_BYTES, f"{name} has {len(picture)} bytes"
    (FOLDER / name).write_bytes(picture)
    print(f"docs/images/{name}: {len(picture)} bytes")


async def open_window(browser: Browser, url: str, *, width: int, scheme: str) -> Page:
    """Open the page in a window of that width."""
    context = await browser.new_context(
        viewport={"width": width, "height": 760},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
    )
    page = await context.new_page()
    await page.goto(url)
    return page


async def main() -> None:
    """Run everything, talk, and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with (
        LocalPostgres(settings=THROWAWAY_SETTINGS) as postgres,
        tempfile.TemporaryDirectory() as media,
    ):
        prepare_database(postgres, asked_for=["insurance"])
        async with (
            run_stack(postgres, Ports.take(), media=Path(media)) as stack,
            running_phone(postgres, stack.graph, bind("127.0.0.1", 0, "phone")) as phone,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(
                executable_path=find_program("chromium"), args=["--no-sandbox"]
            )
            page = await open_window(browser, phone.url, width=1200, scheme="light")
            await talk(Screen(page, Path(media)))
            await take(page, "phone.png")
            narrow = await open_window(browser, phone.url, width=390, scheme="dark")
            await Screen(narrow, Path(media)).phone("Ana").tap("Actions")
            await take(narrow, "phone-narrow.png")
            async with running_desk(postgres) as desk:
                page_of_desk = await open_window(browser, desk, width=1200, scheme="light")
                await answer(page_of_desk, Screen(page, Path(media)))
                await take(page_of_desk, "desk.png")
                await page_of_desk.close()
            await insure(page, Screen(page, Path(media)))
            await take(page, "phone-insurance.png")
            await browser.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.exit(asyncio.run(main()))
