"""How every page draws messages, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from handler.process.listening import bind
from tests.fixtures.browser import Faults, needs_browser, open_page
from wa_webhook.dev.server import LocalServer
from wa_webhook.pages import Message, from_business, from_user, page_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from playwright.async_api import Browser, Locator, Page

pytestmark = [needs_browser, pytest.mark.any_server, pytest.mark.asyncio(loop_scope="module")]

AT = "2026-11-29T09:30:00+00:00"


class Screen:
    """A user's conversation, as it is drawn."""

    def __init__(self, page: Page, faults: Faults) -> None:
        self.page = page
        self.faults = faults

    async def show(self, *messages: dict[str, Any]) -> None:
        await self.page.evaluate("messages => show(messages)", list(messages))

    def bubble(self, message_id: str) -> Locator:
        return self.page.locator(f'.bubble[data-id="{message_id}"]')

    async def html(self, message_id: str) -> str:
        return await self.bubble(message_id).locator(".text").inner_html()

    async def chosen(self) -> Any:
        return await self.page.evaluate("window.chosen.splice(0)")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def screen(browser: Browser) -> AsyncIterator[Screen]:
    app = page_app(Path(__file__).parent / "site", [])
    async with LocalServer(app, bind("127.0.0.1", 0, "page")) as server:
        yield Screen(*await open_page(browser, server.url))


def sent(message_id: str, payload: Mapping[str, Any], status: str = "read") -> dict[str, Any]:
    content = from_business(payload, lambda media: media.get("id") and f"/media/{media['id']}")
    return Message(message_id, "from_business", AT, "bot", status, content).as_json()


def said(message_id: str, message: Mapping[str, Any], status: str = "processed") -> dict[str, Any]:
    content = from_user(message)
    return Message(message_id, "from_user", AT, "user", status, content).as_json()


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def interactive(kind: str, action: dict[str, Any]) -> dict[str, Any]:
    content = {"type": kind, "body": {"text": "Choose"}, "action": action}
    return {"type": "interactive", "interactive": content}


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("*bold* _it_ ~gone~ `x`", "<strong>bold</strong> <em>it</em> <s>gone</s> <code>x</code>"),
        ("_*both*_, *a _b_ c*", "<em><strong>both</strong></em>, <strong>a <em>b</em> c</strong>"),
        ("2*3*4 and * no * or snake_case_name", "2*3*4 and * no * or snake_case_name"),
        ("```a *b*\nc```", '<code class="mono">a *b*\nc</code>'),
        ("> quoted\nafter", "<blockquote>quoted</blockquote>after"),
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        (
            "See https://a.example/x_y_z?q=1.",
            'See <a href="https://a.example/x_y_z?q=1" target="_blank" rel="noopener noreferrer">'
            "https://a.example/x_y_z?q=1</a>.",
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
async def test_text_is_drawn_as_whatsapp_draws_it(screen: Screen, written: str, drawn: str) -> None:
    await screen.show(said("one", text(written)))
    assert await screen.html("one") == drawn


async def test_what_is_offered_is_tapped_by_mouse_and_by_keyboard(screen: Screen) -> None:
    button = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
    rows = [{"id": "near", "title": "Near me", "description": "Within 10 km"}]
    await screen.show(
        sent("buttons", interactive("button", {"buttons": [button]})),
        sent("list", interactive("list", {"button": "Menu", "sections": [{"rows": rows}]})),
        sent("place", interactive("location_request_message", {"name": "send_location"})),
    )
    await screen.bubble("buttons").get_by_role("button", name="Yes").click()
    await screen.bubble("list").get_by_role("button", name="Menu").press("Enter")
    await screen.page.get_by_role("dialog").get_by_role("button", name="Near me").press("Enter")
    await screen.bubble("place").get_by_role("button", name="Send location").click()
    await screen.bubble("place").get_by_role("button", name="Reply").click()
    await expect(screen.page.get_by_role("dialog")).to_have_count(0)
    assert await screen.chosen() == [
        ["buttons", "button", "yes"],
        ["list", "row", "near"],
        ["place", "asked"],
        ["place", "reply"],
    ]


async def test_every_kind_of_message_says_what_it_is(screen: Screen) -> None:
    card = {"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+34600111222"}]}
    parameters = [{"type": "body", "parameters": [{"type": "text", "text": "Monday"}]}]
    template = {"name": "order", "language": {"code": "en"}, "components": parameters}
    link = {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://a.example"}}
    place = {"latitude": 1.5, "longitude": 2, "name": "Here"}
    shown: dict[str, dict[str, Any]] = {
        "a place": {"type": "location", "location": place},
        "a card": {"type": "contacts", "contacts": [card]},
        "a document": {"type": "document", "document": {"id": "7", "filename": "bill.pdf"}},
        "a template": {"type": "template", "template": template},
        "a link": interactive("cta_url", link),
        "what is new": {"type": "hologram", "hologram": "?"},
    }
    await screen.show(*(sent(name, payload) for name, payload in shown.items()))
    for name, text in (
        ("a place", "Here"),
        ("a place", "1.5, 2"),
        ("a card", "Ana"),
        ("a card", "+34600111222"),
        ("a document", "bill.pdf"),
        ("a template", "Template order"),
        ("a template", "Monday"),
        ("a link", "Open"),
        ("what is new", "(hologram)"),
    ):
        await expect(screen.bubble(name)).to_contain_text(text)


async def test_ticks_reasons_reactions_and_answers_stand_with_their_message(screen: Screen) -> None:
    failed = sent("failed", text("Late"), "failed") | {"error": "131047 Re-engagement message"}
    reaction = {"type": "reaction", "reaction": {"message_id": "read", "emoji": "👍"}}
    answer = text("Thanks") | {"context": {"id": "read"}}
    await screen.show(
        sent("read", text("It is *done*")), failed, said("r", reaction), said("answer", answer)
    )
    read = screen.bubble("read")
    await expect(read.get_by_role("img", name="read", exact=True)).to_have_text("✓✓")
    await expect(read).to_contain_text("👍")
    await expect(screen.bubble("failed")).to_contain_text("131047")
    await expect(screen.bubble("r")).to_have_count(0)
    answered = screen.bubble("answer").get_by_role("button").first
    await expect(answered).to_contain_text("It is done")


async def test_a_bubble_that_did_not_change_is_not_drawn_again(screen: Screen) -> None:
    await screen.show(sent("a", text("One"), "sent"), sent("b", text("Two")))
    before = await screen.bubble("b").element_handle()
    await screen.show(sent("a", text("One"), "read"), sent("b", text("Two")))
    assert await screen.page.evaluate("node => node.isConnected", before)
    await expect(screen.bubble("a").get_by_role("img", name="read", exact=True)).to_have_count(1)


async def test_what_is_pressed_while_the_ticks_change_is_tapped(screen: Screen) -> None:
    buttons = interactive(
        "button", {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]}
    )
    await screen.show(sent("asked", buttons, "delivered"))
    await screen.bubble("asked").get_by_role("button", name="Yes").hover()
    await screen.page.mouse.down()
    await screen.show(sent("asked", buttons, "read"))
    await screen.page.mouse.up()
    assert await screen.chosen() == [["asked", "button", "yes"]]


async def test_a_page_asks_no_other_site_and_breaks_no_policy(screen: Screen) -> None:
    picture = {"type": "image", "image": {"link": "https://other.example/a.png"}}
    await screen.show(sent("elsewhere", picture))
    await expect(screen.bubble("elsewhere").get_by_role("link")).to_have_count(1)
    assert screen.faults.told == []
