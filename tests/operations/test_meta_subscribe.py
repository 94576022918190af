"""`wa-webhook meta subscribe` and `register`: what they set at Meta, and what they leave."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from handler.process.listening import bind
from tests.docs.code_blocks import PROJECT
from tests.fixtures.numbers import OURS
from tests.operations.beside_meta import (
    ACCOUNT,
    APP_SECRET,
    CALLBACK,
    SETTINGS,
    TOKEN,
    VERIFY_TOKEN,
    WELL,
    as_it_is,
    findings,
    run_beside,
    set_on,
)
from tests.operations.command import run
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.operations.subscription import FIELDS_OF_SOME, NEEDED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from typer.testing import Result


async def answer_challenge(request: Request) -> Response:
    if request.query_params["hub.verify_token"] != VERIFY_TOKEN:
        return PlainTextResponse("no", 403)
    return PlainTextResponse(request.query_params["hub.challenge"])


def subscribe_beside(
    situation: Callable[[GraphStandIn], object], *options: str, **environment: Any
) -> tuple[GraphStandIn, Result, str]:
    """Run `meta subscribe` with the address of a webhook that answers the challenge."""

    async def run_it() -> tuple[GraphStandIn, Result, str]:
        app = Starlette(routes=[Route("/webhook", answer_challenge)])
        async with LocalServer(app, bind("127.0.0.1", 0, "webhook")) as webhook:
            url = f"{webhook.url}/webhook"
            graph, result = await asyncio.to_thread(
                lambda: run_beside(situation, "subscribe", "--url", url, *options, **environment)
            )
            return graph, result, url

    return asyncio.run(run_it())


def test_subscribing_sets_callback_fields_and_account_and_takes_nothing_away() -> None:
    def situation(graph: GraphStandIn) -> None:
        graph.management.subscription = WELL | {
            "callback_url": "https://old.example.com/hook",
            "fields": [{"name": "calls"}, {"name": "messages"}],
        }
        graph.management.subscribed = {}

    graph, result, url = subscribe_beside(situation, "--field", "flows")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        f"webhooks go to {url}, and no more to https://old.example.com/hook"
    )
    assert result.stdout.splitlines()[-1] == f"account {ACCOUNT} sends its webhooks to the app"
    now = graph.management.subscription or {}
    assert now["callback_url"] == url
    assert {one["name"] for one in now["fields"]} == NEEDED_FIELDS | {"calls", "flows"}
    assert ACCOUNT in graph.management.subscribed


def test_subscribing_again_changes_nothing() -> None:
    graph, result = run_beside(as_it_is, "subscribe")
    assert result.stdout == f"webhooks go to {CALLBACK}\n"
    assert graph.management.subscription is WELL


@pytest.mark.parametrize(
    ("options", "environment", "code", "told"),
    [
        ((), {"WA_VERIFY_TOKEN": "wrong"}, 1, "asked the callback for the challenge and got none"),
        ((), {"WA_TOKEN": "wrong"}, 1, "WA_TOKEN has expired or is wrong"),
        (("--field", "no_such_field"), {}, 1, "Meta knows no such field"),
        (("--url", "http://bot.example.com/webhook"), {}, 2, "Meta calls https addresses only"),
        (("--url", "bot.example.com"), {}, 2, "is an address"),
        ((), {"WA_APP_SECRET": ""}, 2, "WA_APP_SECRET: is not set"),
    ],
)
def test_what_keeps_it_from_subscribing_is_said_and_nothing_is_changed(
    options: tuple[str, ...], environment: dict[str, str], code: int, told: str
) -> None:
    graph, result, _ = subscribe_beside(as_it_is, *options, **environment)
    assert result.exit_code == code
    assert told in " ".join(result.stderr.replace("│", " ").split())
    assert graph.management.subscription is WELL


@pytest.mark.parametrize(
    ("pin", "pin_at_meta", "code", "said"),
    [
        ("123456", "", 0, f"{OURS} is registered"),
        ("123456", "654321", 1, "code 133005: it has another PIN"),
        ("12345", "", 2, "a PIN is six digits"),
    ],
)
def test_a_number_is_registered_with_a_pin_that_stands_in_no_command(
    pin: str, pin_at_meta: str, code: int, said: str
) -> None:
    def situation(graph: GraphStandIn) -> None:
        graph.management.numbers = {OURS: {"status": "PENDING", "platform_type": "NOT_APPLICABLE"}}
        graph.management.pins = {OURS: pin_at_meta} if pin_at_meta else {}

    graph, result = run_beside(situation, "register", typed=f"{pin}\n")
    assert (result.exit_code, said in result.output) == (code, True), result.output
    is_registered = graph.management.numbers[OURS]["status"] == "CONNECTED"
    assert is_registered == (code == 0)
    assert pin not in result.output


def test_an_app_without_a_callback_is_given_none_by_itself() -> None:
    _, result = run_beside(set_on("subscription", None), "subscribe")
    assert (result.exit_code, result.stderr) == (
        2,
        "the app has no callback yet: give it by --url\n",
    )


def test_a_redirect_leads_no_secret_to_another_place() -> None:
    stranger = GraphStandIn(token=TOKEN, app_secret=APP_SECRET)

    async def run_it() -> Result:
        async with LocalServer(stranger.app, bind("127.0.0.1", 0, "stranger")) as elsewhere:

            async def redirect(request: Request) -> Response:
                return RedirectResponse(f"{elsewhere.url}{request.url.path}", 307)

            app = Starlette(routes=[Route("/{path:path}", redirect)])
            async with LocalServer(app, bind("127.0.0.1", 0, "redirect")) as server:
                given: dict[str, Any] = SETTINGS | {"WHATSAPP_API_BASE_URL": f"{server.url}/v26.0"}
                return await asyncio.to_thread(lambda: run("meta", "--json", **given))

    ((_, _, text),) = findings(asyncio.run(run_it()))
    assert "HTTP 307" in text
    assert stranger.record.requests == 0


def test_the_fields_are_those_that_act_by_docs_webhook_md() -> None:
    text = Path(PROJECT / "docs/reference/webhook.md").read_text(encoding="utf-8")
    fields = text.partition("\n## Fields")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| logged \| ([^|]*?) ?\|", fields, re.MULTILINE)
    acting = {field for field, acts in rows if acts}
    assert {"messages", *acting} == NEEDED_FIELDS | FIELDS_OF_SOME.keys()
