"""A person on the phone and a colleague at the desk, each in a browser."""

from __future__ import annotations

import base64
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest
from playwright.async_api import expect

from bench.ocr.documents import Photograph, draw_pdf, photograph
from tests.console.conftest import PASSWORD, quick_passwords, settings_of_team
from tests.console.test_browser import sign_in
from tests.fixtures.browser import needs_browser, open_page
from tests.flows.insurance.test_reading import CERTIFICATE
from wa_webhook.console.process import serve_console
from wa_webhook.console.settings import ConsoleSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, FilePayload, Locator, Page

    from tests.phone.screen import Screen

__all__ = ["quick_passwords", "settings_of_team"]

pytestmark = [needs_browser, pytest.mark.any_server, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def taken_from_ana(
    settings_of_team: dict[str, Any], browser: Browser, screen: Screen
) -> AsyncIterator[tuple[Page, Locator]]:
    """Open the desk, take Ana's conversation, and give the page and where answers are written."""
    settings = ConsoleSettings(
        **settings_of_team,
        wa_console_port=0,
        wa_metrics_port=None,
        wa_media_store=str(screen.media),
        _env_file=None,
    )
    async with serve_console(settings) as port:
        desk, faults = await open_page(browser, f"http://127.0.0.1:{port}/")
        await sign_in(desk, "Kim", PASSWORD)
        await desk.get_by_role("searchbox").fill("Ana")
        await desk.get_by_role("link", name="the bot has it").click()
        await desk.get_by_role("button", name="Take").click()
        answer = desk.get_by_role("textbox", name="Answer")
        await expect(answer).to_be_enabled()
        yield desk, answer
        await desk.context.close()
    assert faults.told == []


async def test_a_conversation_goes_to_the_desk_and_back(
    screen: Screen, browser: Browser, settings_of_team: dict[str, Any]
) -> None:
    ana = screen.phone("Ana")
    menus = ana.node.locator(".bubble").filter(has_text="What would you like to do?")
    await ana.write("hello")
    await expect(menus).to_have_count(1)
    async with taken_from_ana(settings_of_team, browser, screen) as (desk, answer):
        await ana.write("hello, is anybody there?")
        await expect(desk.locator(".bubble").last).to_contain_text("is anybody there?")
        told = (await ana.sees("is anybody there?")).locator("summary")
        await expect(told).to_contain_text("Kim has it")
        await answer.fill("Kim here.")
        await answer.press("Enter")
        await ana.sees("Kim here.")
        await expect(menus).to_have_count(1)
        await desk.get_by_role("button", name="Give back").click()
        await expect(answer).to_be_disabled()
        await ana.write("hello")
        await expect(menus).to_have_count(2)
        await expect(desk.locator(".bubble").last).to_contain_text("What would you like to do?")


async def test_a_colleague_answers_with_a_picture_and_the_phone_shows_it(
    screen: Screen, browser: Browser, settings_of_team: dict[str, Any]
) -> None:
    picture = photograph(draw_pdf([CERTIFICATE], "Times-Roman"), Photograph(askew=2, blur=1))
    ana = screen.phone("Ana")
    await ana.greet()
    async with taken_from_ana(settings_of_team, browser, screen) as (desk, answer):
        await answer.fill("Your certificate.")
        chosen = {"name": "no.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
        async with desk.expect_file_chooser() as chooser:
            await desk.get_by_role("button", name="Add a picture").click()
        await (await chooser.value).set_files(cast("FilePayload", chosen))
        preview = desk.get_by_role("img", name="To be sent")
        await expect(preview).to_have_accessible_name("To be sent: no.jpg")
        await desk.get_by_role("button", name="Send", exact=True).click()
        await expect(desk.get_by_text("Meta takes JPEG and PNG")).to_be_visible()
        await expect(answer).to_have_value("Your certificate.")
        await desk.get_by_role("button", name="Remove the picture").click()
        await expect(preview).to_have_count(0)
        dropped = await desk.evaluate_handle(
            """base64 => {
                const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt());
                const held = new DataTransfer();
                held.items.add(new File([bytes], "certificate.jpg", { type: "image/jpeg" }));
                return held;
            }""",
            base64.b64encode(picture).decode(),
        )
        await answer.dispatch_event("drop", {"dataTransfer": dropped})
        await expect(preview).to_have_accessible_name("To be sent: certificate.jpg")
        await desk.get_by_role("button", name="Send", exact=True).click()
        await expect(preview).to_have_count(0)
        await expect(answer).to_have_value("")
        for bubble in (
            desk.locator(".bubble.own").filter(has_text="Your certificate."),
            await ana.sees("Your certificate."),
        ):
            shown = bubble.locator("img")
            await expect(shown).to_have_js_property("complete", value=True)
            assert await shown.evaluate("picture => picture.naturalWidth") > 100
