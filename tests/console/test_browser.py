"""The desk in a browser, by real clicks on a real server and database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.console.conftest import PASSWORD
from tests.dispatching import value
from tests.fixtures.browser import needs_browser, open_page
from wa_webhook.console.process import serve_console
from wa_webhook.console.settings import ConsoleSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.fixtures.browser import Faults
    from tests.handover.conftest import Desk

pytestmark = [needs_browser, pytest.mark.any_server, pytest.mark.asyncio(loop_scope="module")]


class Windows:
    """Opens windows in which somebody of the team signs in."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self.faults: list[Faults] = []

    async def open(self, name: str, password: str = PASSWORD) -> Page:
        page, faults = await open_page(self._browser, self._url)
        self.faults.append(faults)
        await sign_in(page, name, password)
        return page


async def sign_in(page: Page, name: str, password: str) -> None:
    await page.get_by_label("Name or e-mail address").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


@pytest_asyncio.fixture(loop_scope="module")
async def windows(browser: Browser, settings_of_team: dict[str, Any]) -> AsyncIterator[Windows]:
    settings = ConsoleSettings(
        **settings_of_team, wa_console_port=0, wa_metrics_port=None, _env_file=None
    )
    async with serve_console(settings) as port:
        windows = Windows(browser, f"http://127.0.0.1:{port}/")
        yield windows
        for context in browser.contexts:
            await context.close()
    assert [one.told for one in windows.faults] == [[]] * len(windows.faults)


async def test_a_colleague_signs_in_takes_answers_and_gives_back_while_the_page_follows(
    windows: Windows, desk: Desk
) -> None:
    page = await windows.open("Kim", "wrong")
    await expect(page.get_by_role("alert")).to_have_text("wrong name or password")
    await sign_in(page, "Kim", PASSWORD)
    await expect(page.get_by_text("Nobody waits.")).to_be_visible()

    await page.get_by_role("searchbox").fill("+34 600 111 222")
    await page.get_by_role("link", name="the bot has it").click()
    answer = page.get_by_role("textbox", name="Answer")
    await expect(answer).to_be_disabled()
    await page.get_by_role("button", name="Take").click()
    await expect(answer).to_be_enabled()
    await page.get_by_role("searchbox").fill("")
    desk.hears("Is *anybody* there?")
    await expect(page.locator(".bubble").last.locator("strong")).to_have_text("anybody")
    await expect(page.get_by_role("link", name="waits a moment")).to_be_visible()
    await answer.fill("Kim here.")
    await answer.press("Enter")
    await expect(page.locator(".bubble.own").last).to_contain_text("Kim here.")
    await expect(answer).to_have_value("")
    assert desk.answers()[-1] == "Kim here."

    await page.get_by_text("Notes").click()
    await page.get_by_role("textbox", name="New note").fill("Likes tea.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Likes tea.")).to_be_visible()

    await page.get_by_role("button", name="Give back").click()
    await expect(page.get_by_text("Nobody waits.")).to_be_visible()
    desk.hears("menu")
    await page.get_by_role("button", name="Take").click()
    await expect(answer).to_be_enabled()
    await answer.fill("not sent yet")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(page.locator(".bubble")).to_have_count(0)
    await sign_in(page, "Kim", PASSWORD)
    await expect(answer).to_be_enabled()
    await expect(answer).to_have_value("")


async def test_of_two_agents_one_has_it_and_a_reader_may_not_answer(
    windows: Windows, desk: Desk
) -> None:
    user_id = value(desk.owner, "select user_id from public.profiles")
    kim, lee, rae = [await windows.open(name) for name in ("Kim", "Lee", "Rae")]
    for page in (kim, lee, rae):
        await page.evaluate("where => { location.hash = where }", f"#/{user_id}/")
        await expect(page.locator(".bubble").first).to_be_visible()
    # Both click before either is told of the other.
    conversation = f"**/api/conversations/{user_id}?*"
    free = await lee.evaluate(
        "async user => (await fetch(`api/conversations/${user}`)).json()", str(user_id)
    )
    await lee.route(conversation, lambda route: route.fulfill(json=free))
    await kim.get_by_role("button", name="Take").click()
    await expect(kim.get_by_role("button", name="Give back")).to_be_visible()
    await lee.get_by_role("button", name="Take").click()
    await expect(lee.get_by_text("Kim has this conversation")).to_be_visible()
    await lee.unroute(conversation)
    desk.hears("Is anybody there?")
    await lee.get_by_role("button", name="Take from Kim").click()
    await expect(lee.get_by_role("button", name="Give back")).to_be_visible()
    await expect(kim.get_by_role("button", name="Take from Lee")).to_be_visible()

    await expect(rae.get_by_role("heading", name="Ana")).to_be_visible()
    await expect(rae.get_by_role("textbox", name="Answer")).to_have_count(0)
    await expect(rae.get_by_role("button", name="Take")).to_have_count(0)


async def test_an_operator_reads_what_needs_somebody_and_who_did_what(
    windows: Windows, desk: Desk
) -> None:
    desk.owner.execute("update wa.queue_state set paused_until = 'infinity', paused_reason = 'x'")
    desk.takes()
    page = await windows.open("Olu")
    await page.get_by_role("button", name="Operations").click()
    await expect(page.get_by_text("public.wa_queue_resume()")).to_be_visible()
    for told in (
        "Messages by the hour: 1 received, 0 failed",
        "Due while this page is open: ",
    ):
        await expect(page.get_by_role("img", name=told)).to_be_visible()
    await expect(page.get_by_role("table", name="The last hundred")).to_contain_text("Kimtaken")
