"""`wa-webhook meta`: what Meta holds of us against what we need, and setting it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from tests.fixtures.numbers import OURS, SECOND, enter_number
from tests.operations.beside_meta import (
    ACCOUNT,
    CALLBACK,
    TOKEN,
    WELL,
    as_it_is,
    findings,
    goes_wrong,
    lacking,
    number_is,
    run_beside,
    set_on,
)
from wa_webhook.cli.commands import meta as command
from wa_webhook.operations import graph as graph_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from wa_webhook.meta_stand_in import GraphStandIn

DAY = 86_400


def test_a_line_tells_each_thing_that_is_as_it_should_be() -> None:
    _, result = run_beside(as_it_is, "--url", CALLBACK)
    assert result.exit_code == 0
    lines = [line.split(maxsplit=2)[:2] for line in result.stdout.splitlines() if line[0] != " "]
    assert [name for outcome, name in lines if outcome == "ok"] == [
        *("token", "callback", "fields", "account", "number", "templates")
    ]
    assert {outcome for outcome, _ in lines} == {"ok", "skip"}
    assert "WA_DATABASE_URL" in result.stdout, "what was not looked at says what it takes"


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
        command, "_graph", lambda given: graph_api.GraphApi(given.whatsapp_api_base_url, TOKEN, 1.0)
    )
    _, result = run_beside(goes_wrong("debug_token", delay=2), "--json")
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
