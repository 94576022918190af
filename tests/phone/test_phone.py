"""The phone in the browser, by real clicks on a real stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from playwright.async_api import expect

from bench.ocr.documents import Photograph, draw_pdf, photograph
from handler.process.listening import bind
from tests.dispatching import value
from tests.fixtures.browser import needs_browser
from tests.flows.insurance.test_reading import CERTIFICATE
from tests.notifier.conftest import until
from tests.phone.screen import READING_MS
from wa_webhook.dev.local_phone import running_phone
from wa_webhook.meta_stand_in import GraphStandIn

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.phone.screen import Screen
    from wa_webhook.dev.postgres import LocalPostgres

pytestmark = [needs_browser, pytest.mark.any_server, pytest.mark.asyncio(loop_scope="module")]


async def test_a_first_hello_is_answered_and_tells_what_it_did(screen: Screen) -> None:
    ana = screen.phone("Ana")
    answer = await ana.greet()
    await expect(answer.get_by_role("img", name="read", exact=True)).to_be_visible()
    hello = ana.bubble("hello")
    await expect(hello.locator("summary")).to_contain_text("home → home · processed")
    await hello.locator("summary").click()
    await expect(hello.locator("details")).to_contain_text("notifications")
    await expect(screen.phone("Bruno").node.locator(".bubble")).to_have_count(0)


async def test_a_basket_is_made_by_a_list_a_button_and_a_place_and_shown_as_a_picture(
    screen: Screen,
) -> None:
    chiara = screen.phone("Chiara")
    await chiara.begin_basket()
    await chiara.tap("Flow")
    flow = screen.page.get_by_role("region", name="Chiara's flow")
    await expect(flow.get_by_role("img")).to_have_accessible_name(
        re.compile("baskets: now basket_create_name, next .*basket_create_visibility")
    )
    await chiara.write("Market")
    await expect(flow.locator(".here text")).to_have_text("create_visibility")
    await chiara.tap("Public")
    await chiara.tap("No goal")
    await chiara.tap("Send location")
    await chiara.in_sheet("Kimironko Market")
    await chiara.sees("Kimironko Market")
    await chiara.tap("Yes, create")
    await chiara.sees("Owner: Chiara")
    await chiara.choose("Actions", "Share")
    picture = (await chiara.sees("Scan this code")).get_by_role("img", name="image")
    await screen.page.wait_for_function(
        "picture => picture.naturalWidth > 100", arg=await picture.element_handle()
    )


@pytest.mark.with_flows("insurance")
async def test_a_picture_that_is_sent_is_fetched_shown_and_read(screen: Screen) -> None:
    picture = photograph(draw_pdf([CERTIFICATE], "Times-Roman"), Photograph(askew=2, blur=1))
    bruno = screen.phone("Bruno")
    await bruno.begin_insurance()
    await bruno.send("certificate.jpg", "image/jpeg", picture, "My certificate")
    sent = await bruno.sees("My certificate")
    await expect(sent.get_by_role("button", name="Enlarge")).to_be_visible()
    await bruno.sees("Certificate, plate: RAC123B. Is that right?", READING_MS)
    stored = [path.read_bytes() for path in screen.media.rglob("*") if path.is_file()]
    assert stored == [picture]


async def test_what_is_delivered_twice_counts_once(screen: Screen) -> None:
    async with screen.trouble() as trouble:
        await trouble.get_by_label("Deliver each message twice").check()
    ana = screen.phone("Ana")
    await ana.write("hello")
    hello = await ana.sees("hello")
    await hello.locator("summary").click()
    details = hello.locator("details")
    # Both came in one call to the database.
    await expect(details).to_contain_text("duplicate 1, processed 1")
    await expect(ana.node.locator(".bubble.other")).to_have_count(1)


async def test_every_switch_and_button_of_trouble_is_taken_and_shown_as_it_stands(
    screen: Screen,
) -> None:
    ana, page = screen.phone("Ana"), screen.page
    async with screen.trouble() as trouble:
        await trouble.get_by_label("Hold messages back").check()
    await ana.write("hello")
    await page.get_by_role("button", name="Trouble").click()
    sheet = page.get_by_role("dialog", name="A difficult Meta")
    await expect(sheet.get_by_label("Hold messages back")).to_be_checked()
    taken: list[Any] = []

    async def press(pressing: Awaitable[Any], path: str = "/trouble") -> None:
        async with page.expect_response(re.compile(f"{path}$")) as answer:
            await pressing
        response = await answer.value
        assert response.ok
        taken.append(response.request.post_data_json)

    statuses = sheet.get_by_label("Statuses of what the bot sends")
    late = sheet.get_by_label("Seconds until a message is delivered")
    reading = sheet.get_by_label("Tell when messages are read")
    await press(statuses.select_option("failed"))
    await press(reading.uncheck())
    await late.fill("0.5")
    await press(late.press("Tab"))
    assert taken == [{"statuses": "failed"}, {"tells_of_reading": False}, {"seconds_late": 0.5}]
    taken.clear()
    await expect(ana.node.locator(".bubble.other")).to_have_count(0)
    for name in ("the last first", "in one webhook", "Deliver in order"):
        await press(sheet.get_by_role("button", name=name).click(), "/trouble/release")
    assert [one["order"] for one in taken] == ["reversed", "one_batch", "in_order"]
    taken.clear()
    answer = await ana.sees("What would you like to do?")
    await expect(answer.get_by_role("img", name="failed")).to_be_visible()
    for name, seconds in (("10 minutes", 600), ("1 hour", 3600)):
        await press(sheet.get_by_role("button", name=name).click(), "/trouble/time")
        assert taken.pop() == {"seconds": seconds}
    codes = {
        "Rate limit": 130429,
        "Pair limit": 131056,
        "Token expired": 190,
        "Template paused": 132015,
        "Something went wrong": 131000,
        "Taken, then undeliverable": 131026,
    }
    breaks = {"Proxy answers 502": "html", "Connection cut": "refuse"}
    for name in (*codes, *breaks, "Cut after it was taken"):
        button = sheet.get_by_role("button", name=name)
        await press(button.click(), "/trouble/once")
        await expect(button).to_have_attribute("aria-pressed", "true")
    assert [one["code"] for one in taken[:6]] == list(codes.values())
    hows = [*["error"] * 5, "failed_status", *breaks.values(), "accept_then_reset"]
    assert [one["how"] for one in taken] == hows
    await sheet.get_by_label("Name").fill("news")
    await sheet.get_by_label("Meta's verdict").select_option("paused")
    await press(sheet.get_by_role("button", name="Review").click(), "/templates")
    await expect(sheet.get_by_text("news, en: paused")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await page.get_by_role("button", name="Trouble").click()
    await expect(reading).not_to_be_checked()
    await expect(late).to_have_value("0.5")
    await expect(statuses).to_have_value("failed")


async def test_a_step_that_fails_and_a_refusal_of_metas_stand_beside_their_message(
    screen: Screen, connection: Connection[DictRow]
) -> None:
    ana = screen.phone("Ana")
    await ana.greet()
    async with screen.trouble() as trouble:
        await trouble.get_by_role("button", name="Outside 24 hours").click()
    await ana.tap("within 24 h")
    await expect(ana.node.get_by_role("button", name="outside 24 h")).to_be_visible()
    await ana.choose("Menu", "New basket")
    refused = await ana.sees("What is the name")
    await expect(refused.locator(".error")).to_contain_text("Meta refused it: 131047")
    connection.execute(
        """
        create or replace function wa.step_basket_create_name(p_chat wa.chat) returns wa.step_result
        language plpgsql as $$
        begin
          raise exception 'no paper left' using errcode = 'WA999', hint = 'Fill the tray.';
        end $$
        """
    )
    await ana.write("Market")
    told = (await ana.sees("Market")).locator("details")
    await told.locator("summary").click()
    for part in (
        "WA999: no paper left, at step_basket_create_name line 3 of its body",
        "(hint: Fill the tray.)",
        "raise exception 'no paper left' using errcode",
    ):
        await expect(told.locator(".error")).to_contain_text(part)


async def test_a_new_person_reacts_and_answers(
    screen: Screen, connection: Connection[DictRow]
) -> None:
    await screen.page.get_by_role("button", name="Ana", exact=True).click()
    await screen.page.get_by_role("button", name="+ Person").click()
    await screen.page.get_by_label("Meta shows us").select_option("user_id")
    await screen.page.get_by_label("Name").fill("Dora")
    await screen.page.get_by_role("textbox", name="BSUID").fill("ES.1001")
    await screen.in_sheet("Add")
    await expect(screen.page.get_by_text("somebody has ES.1001 already")).to_be_visible()
    await screen.page.get_by_role("textbox", name="BSUID").fill("ES.2002")
    await screen.in_sheet("Add")
    dora = screen.phone("Dora")
    answer = await dora.greet()
    await answer.hover()
    await answer.get_by_role("button", name="React").click()
    await screen.in_sheet("👍")
    await expect(answer.get_by_role("img", name="User reacted 👍")).to_be_visible()
    await until(lambda: value(connection, "select count(*) from public.wa_events") == 2)
    await answer.hover()
    await answer.get_by_role("button", name="Reply").click()
    await dora.write("thanks")
    thanks = await dora.sees("thanks")
    await expect(thanks.get_by_label("Answers: What would")).to_be_visible()
    await expect(thanks.locator("summary")).to_contain_text("processed")
    events = connection.execute("select message_type from public.wa_events order by received_at")
    assert [row["message_type"] for row in events] == ["text", "reaction", "text"]
    people = connection.execute("select wa_user_id, whatsapp_e164 from public.profiles").fetchall()
    assert people == [{"wa_user_id": "ES.2002", "whatsapp_e164": None}]
    await dora.tap("More")
    await screen.in_sheet("Save as a test")
    sheet = screen.page.get_by_role("dialog", name="test_dora.py")
    await expect(sheet).to_contain_text('assert dora.says("hello") == [')
    async with screen.page.expect_download() as download:
        await sheet.get_by_role("link", name="Save").click()
    assert (await download.value).suggested_filename == "test_dora.py"
    await screen.page.set_viewport_size({"width": 390, "height": 760})
    await screen.page.wait_for_function("document.documentElement.scrollWidth === 390")


async def test_who_changes_number_edits_and_deletes_stays_the_same_person_as_time_passes(
    screen: Screen, connection: Connection[DictRow]
) -> None:
    ana = screen.phone("Ana")
    await ana.greet()
    await ana.tap("More")
    await screen.in_sheet("Change number")
    changed = await ana.sees("Ana changed from 34600111222")
    await expect(changed.locator("summary")).to_contain_text("processed")
    for action in ("Edit", "Delete"):
        hello = ana.node.locator(".bubble.own").first
        await hello.hover()
        await hello.get_by_role("button", name=action).click()
        if action == "Edit":
            await screen.page.get_by_role("dialog").get_by_role("textbox").fill("hi")
            await screen.in_sheet("Save")
            await ana.sees("edited")
    await ana.sees("deleted a message")
    await ana.choose("Menu", "New basket")
    await ana.sees("What is the name")
    async with screen.trouble() as trouble:
        await trouble.get_by_role("button", name="1 day").click()
    await ana.write("Market")
    # The step's time is over, so that this is no name any more.
    await expect((await ana.sees("Market")).locator("summary")).to_contain_text("→ home")
    people = connection.execute("select wa_user_id from public.profiles").fetchall()
    assert len(people) == 1
    assert people[0]["wa_user_id"] != "ES.1001"


async def test_a_phone_that_is_started_again_has_its_conversations(
    screen: Screen, database: Database
) -> None:
    chiara = screen.phone("Chiara")
    answer = await chiara.greet()
    await expect(answer.get_by_role("img", name="read", exact=True)).to_be_visible()
    graph = GraphStandIn(token="", app_secret="")
    listener = bind("127.0.0.1", 0, "phone")
    async with (
        running_phone(cast("LocalPostgres", database), graph, listener) as phone,
        httpx.AsyncClient(base_url=phone.url) as http,
    ):
        said, answered = (await http.get("/people/3/messages")).json()
        rows = answered["list"]["sections"][0]["rows"]
        tapped = {"choice": {"message": answered["id"], "id": rows[0]["id"]}}
        assert (await http.post("/people/3/messages", json=tapped)).status_code == 200
    assert (said["text"], said["status"]) == ("hello", "delivered")
    assert answered["text"] == "What would you like to do?"
