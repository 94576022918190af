"""`wa-webhook meta`: what Meta holds of us against what we need, and setting it."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from handler.process.listening import bind
from tests import payloads
from tests.docs.code_blocks import PROJECT
from tests.fixtures.numbers import OURS, SECOND, enter_number
from tests.operations.command import answer, run
from wa_webhook.cli import meta as command
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta import Behaviour, GraphStandIn
from wa_webhook.operations import graph as graph_api
from wa_webhook.operations.subscription import FIELDS_OF_SOME, NEEDED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow
    from starlette.requests import Request
    from typer.testing import Result

    from tests.fixtures.postgres import Database

ACCOUNT = payloads.ACCOUNT_ID
TOKEN = "EAAJ-token-of-the-system-user"  # noqa: S105
APP_SECRET = "secret-of-the-app"  # noqa: S105
VERIFY_TOKEN = "verify-token"  # noqa: S105
CALLBACK = "https://bot.example.com/webhook"
SETTINGS = {
    "WA_TOKEN": TOKEN,
    "WA_APP_SECRET": f"{APP_SECRET},secret-of-the-year-before",
    "WA_VERIFY_TOKEN": VERIFY_TOKEN,
    "WA_PHONE_ID": OURS,
    "WA_WABA_ID": ACCOUNT,
}
WELL: dict[str, Any] = {
    "object": "whatsapp_business_account",
    "callback_url": CALLBACK,
    "active": True,
    "fields": [{"name": name, "version": "v26.0"} for name in sorted(NEEDED_FIELDS)],
}
DAY = 86_400


def run_beside(
    situation: Callable[[GraphStandIn], object],
    *arguments: str,
    database: Database | None = None,
    **environment: Any,
) -> tuple[GraphStandIn, Result]:
    """Run the command beside a Meta that holds all we need, but for the situation."""

    async def run_it() -> tuple[GraphStandIn, Result]:
        graph = GraphStandIn(
            token=TOKEN, app_secret=APP_SECRET, accounts={ACCOUNT: {OURS: "+1 555-000-1111"}}
        )
        graph.management.subscription = WELL
        graph.management.subscribed = {ACCOUNT: ""}
        situation(graph)
        async with LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server:
            given = SETTINGS | {"WHATSAPP_API_BASE_URL": f"{server.url}/v26.0"} | environment
            return graph, await asyncio.to_thread(
                run, "meta", *arguments, database=database, **given
            )

    graph, result = asyncio.run(run_it())
    for secret in (TOKEN, APP_SECRET, VERIFY_TOKEN):
        assert secret not in result.output
    return graph, result


def findings(result: Result) -> list[tuple[str, str, str]]:
    """Return outcome, name and text of what is not as it should be, or only where it is needed."""
    found = answer(result)
    assert result.exit_code == (0 if found["is_well"] else 1)
    return [
        (one["outcome"], one["name"], f"{one['message']} {one['mend']}")
        for one in found["checks"]
        if one["outcome"] in ("warn", "fail")
    ]


def as_it_is(_: GraphStandIn) -> None:
    """Change nothing."""


def test_a_line_tells_each_thing_that_is_as_it_should_be() -> None:
    _, result = run_beside(as_it_is, "--url", CALLBACK)
    assert result.exit_code == 0
    lines = [line.split(maxsplit=2)[:2] for line in result.stdout.splitlines() if line[0] != " "]
    assert [name for outcome, name in lines if outcome == "ok"] == [
        *("token", "callback", "fields", "account", "number", "templates")
    ]
    assert {outcome for outcome, _ in lines} == {"ok", "skip"}
    assert "WA_DATABASE_URL" in result.stdout, "what was not looked at says what it takes"


def lacking(field: str) -> Callable[[GraphStandIn], object]:
    left = [one for one in WELL["fields"] if one["name"] != field]
    return lambda graph: setattr(graph.management, "subscription", WELL | {"fields": left})


def set_on(name: str, value: object) -> Callable[[GraphStandIn], object]:
    return lambda graph: setattr(graph.management, name, value)


def number_is(**fields: object) -> Callable[[GraphStandIn], object]:
    return lambda graph: graph.management.numbers.update({OURS: fields})


def goes_wrong(path: Any, **how: Any) -> Callable[[GraphStandIn], object]:
    return lambda graph: graph.behave(Behaviour(path=path, **how))


@pytest.mark.parametrize(
    ("situation", "outcome", "name", "told"),
    [
        (goes_wrong("debug_token", answer="error", code=190), "fail", "token", "has expired or"),
        (set_on("is_valid", False), "fail", "token", "not valid any more"),
        (set_on("expires_at", int(time.time()) + 3 * DAY), "fail", "token", "expires in 3 days"),
        (set_on("expires_at", int(time.time()) + 59 * DAY), "warn", "token", "expires in 59 days"),
        (
            set_on("scopes", ["whatsapp_business_management"]),
            "fail",
            "token",
            "lacks whatsapp_business_messaging, for sending",
        ),
        (set_on("app_secret", "another"), "fail", "app", "WA_APP_SECRET is not the secret of app"),
        (set_on("subscription", None), "fail", "app", "meta subscribe --url"),
        (
            set_on("subscription", WELL | {"callback_url": "https://old.example.com/hook"}),
            "fail",
            "callback",
            f"go to https://old.example.com/hook wa-webhook meta subscribe --url {CALLBACK}",
        ),
        (lacking("account_update"), "fail", "fields", "not subscribed to account_update"),
        (set_on("subscribed", {}), "fail", "account", f"{ACCOUNT} sends its webhooks to 0 apps"),
        (
            set_on("subscribed", {ACCOUNT: "https://old.example.com/hook"}),
            "fail",
            "account",
            "has a callback of its own, https://old.example.com/hook",
        ),
        (
            number_is(status="PENDING"),
            "fail",
            "number",
            f"{OURS} is PENDING wa-webhook meta register {OURS}",
        ),
        (number_is(platform_type="NOT_APPLICABLE"), "fail", "number", f"meta register {OURS}"),
        (number_is(status="BANNED"), "fail", "number", "takes an appeal"),
        (number_is(quality_rating="RED"), "warn", "number", "quality RED"),
        (number_is(name_status="DECLINED"), "warn", "number", "DECLINED"),
        (
            number_is(webhook_configuration={"phone_number": "https://old.example.com/hook"}),
            "fail",
            "number",
            "has a callback of its own",
        ),
        (
            goes_wrong("message_templates", answer="error", code=131000, http_status=500),
            "fail",
            "templates",
            "HTTP 500, code 131000",
        ),
        (goes_wrong("subscribed_apps", answer="html"), "fail", "account", "HTTP 502, and no JSON"),
        (
            goes_wrong("subscriptions", answer="refuse", times=None),
            "fail",
            "app",
            "does not answer",
        ),
        (
            goes_wrong("phone_number", answer="error", code=100),
            "fail",
            "number",
            "There is no such id",
        ),
    ],
)
def test_what_is_wrong_at_meta_is_said_with_the_next_step(
    situation: Callable[[GraphStandIn], object], outcome: str, name: str, told: str
) -> None:
    _, result = run_beside(situation, "--json", "--url", CALLBACK)
    ((found, about, text),) = findings(result)
    assert (found, about) == (outcome, name)
    assert told in text


def test_a_meta_that_is_silent_ends_the_question_with_its_time_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        command, "_graph", lambda given: graph_api.GraphApi(given.whatsapp_api_base_url, TOKEN, 0.1)
    )
    _, result = run_beside(goes_wrong("debug_token", delay=1), "--json")
    ((_, name, text),) = findings(result)
    assert name == "token"
    assert "does not answer (TimeoutError)" in text


def test_numbers_and_templates_are_those_of_the_database(
    database: Database, connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    for name, language in (("news", "en-US"), ("news", "fr"), ("offer", "en"), ("held", "en")):
        connection.execute(
            "select public.wa_notify('+34600111222', %s)",
            (
                Jsonb(
                    {"type": "template", "template": {"name": name, "language": {"code": language}}}
                ),
            ),
        )
    connection.execute(
        "insert into wa.message_templates (name, language, is_held) values ('held', 'en', true)"
    )

    def situation(graph: GraphStandIn) -> None:
        graph._accounts[ACCOUNT][SECOND] = "+1 555-000-2222"
        graph.management.templates.held = [
            {"name": "news", "language": "en_US", "status": "APPROVED"},
            {"name": "offer", "language": "en", "status": "PAUSED"},
            {"name": "held", "language": "en", "status": "APPROVED"},
            {
                "name": "never_sent",
                "language": "en",
                "status": "REJECTED",
                "rejected_reason": "INVALID_FORMAT",
            },
        ]

    _, result = run_beside(situation, "--json", database=database)
    told = {(outcome, name): text for outcome, name, text in findings(result)}
    everything = " ".join(text for *_, text in findings(result))
    assert len(findings(result)) == 5
    assert f"{SECOND} of account {ACCOUNT} is not ours" in told["warn", "number"]
    assert "never_sent (en) is REJECTED (INVALID_FORMAT)" in told["warn", "templates"]
    assert (
        f"news (fr), in 1 messages of the outbox, is not at Meta in account {ACCOUNT}" in everything
    )
    assert "offer (en), in 1 messages of the outbox, is PAUSED" in everything
    assert "set is_held = false where name = 'held' and language = 'en';" in everything


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
    text = Path(PROJECT / "docs/webhook.md").read_text(encoding="utf-8")
    fields = text.partition("\n## Fields")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| logged \| ([^|]*?) ?\|", fields, re.MULTILINE)
    acting = {field for field, acts in rows if acts}
    assert {"messages", *acting} == NEEDED_FIELDS | FIELDS_OF_SOME.keys()
