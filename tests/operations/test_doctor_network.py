"""`wa-webhook doctor`: what it finds wrong at Meta, at the webhook, and where services answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from yarl import URL

from tests.fixtures.transport import direct_way_in
from tests.operations.command import run
from tests.operations.examining import (
    NOTIFY,
    SERVE,
    TOKEN,
    VERIFY_TOKEN,
    examine,
    outcomes,
    running_graph,
)
from tests.webhook.conftest import running_webhook
from wa_webhook.dev.postgres import free_port
from wa_webhook.meta_stand_in import Behaviour
from wa_webhook.worker.process import open_worker
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database


async def test_the_token_is_tried_on_the_number(database: Database) -> None:
    async with running_graph() as (_, url):
        given = NOTIFY | {"WHATSAPP_API_BASE_URL": url, "ALERT_WEBHOOK_URL": "https://example.org"}
        checks = await asyncio.to_thread(
            examine, database=database, role="wa_notifier_role", **given
        )
    assert checks["graph"] == [("ok", "the token reaches the business number")]
    assert outcomes(checks, "clock") == ["ok", "ok"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"WA_TOKEN": "wrong-token-of-the-tests"}, "code 190"),
        ({"WA_PHONE_ID": "999"}, "code 100"),
    ],
)
async def test_a_token_or_number_that_meta_refuses_fails_without_showing_it(
    database: Database, given: dict[str, str], words: str
) -> None:
    async with running_graph() as (_, url):
        everything = NOTIFY | {"WHATSAPP_API_BASE_URL": url} | given
        result = await asyncio.to_thread(
            run, "doctor", database=database, role="wa_notifier_role", **everything
        )
    assert result.exit_code == 1
    assert words in result.stdout
    assert "of-the-tests" not in result.output


async def test_a_proxy_in_place_of_meta_fails(database: Database) -> None:
    async with running_graph() as (stand_in, url):
        stand_in.behave(Behaviour(answer="html", path="phone_number"))
        given = NOTIFY | {"WHATSAPP_API_BASE_URL": url}
        checks = await asyncio.to_thread(
            examine, database=database, role="wa_notifier_role", **given
        )
    assert checks["graph"] == [("fail", "HTTP 502, and no JSON")]


@pytest.mark.any_server
@pytest.mark.parametrize(
    ("app_secret", "found"),
    [
        ("the-new-one,unused", ("ok", "WA_APP_SECRET has that of app")),
        ("another", ("fail", "WA_APP_SECRET is not the secret of app")),
    ],
)
async def test_the_secret_of_the_webhook_is_compared_with_that_of_the_tokens_app(
    database: Database, app_secret: str, found: tuple[str, str]
) -> None:
    async with running_graph() as (_, url):
        given = SERVE | {"WA_TOKEN": TOKEN, "WHATSAPP_API_BASE_URL": url}
        given |= {"WA_APP_SECRET": app_secret}
        checks = await asyncio.to_thread(examine, database=database, role="wa_edge_role", **given)
    ((outcome, message),) = checks["secret"]
    assert (outcome, message[: len(found[1])]) == found


def test_a_graph_that_nobody_answers_at_fails(database: Database) -> None:
    checks = examine(database=database, role="wa_notifier_role", **NOTIFY)
    assert checks["graph"] == [("fail", "127.0.0.1 does not answer: ConnectError")]


@pytest.mark.parametrize(
    ("token", "path", "found"),
    [
        (VERIFY_TOKEN, "/webhook", ("ok", "the webhook answers the challenge")),
        ("another", "/webhook", ("fail", "the webhook refuses the verify token")),
        (VERIFY_TOKEN, "/elsewhere", ("fail", "HTTP 404 without the challenge")),
    ],
)
async def test_the_webhook_is_asked_for_its_challenge(
    database: Database, token: str, path: str, found: tuple[str, str]
) -> None:
    given = SERVE | {"WA_VERIFY_TOKEN": token}
    async with running_webhook(direct_way_in(database)) as webhook:
        address = str(webhook.http.base_url).rstrip("/") + path
        checks = await asyncio.to_thread(
            examine, "--url", address, database=database, role="wa_edge_role", **given
        )
    assert checks["webhook"] == [found]


def test_a_webhook_that_nobody_answers_at_fails(database: Database) -> None:
    url = "http://127.0.0.1:1/webhook"
    checks = examine("--url", url, database=database, role="wa_edge_role", **SERVE)
    assert checks["webhook"] == [("fail", "127.0.0.1 does not answer: ConnectError")]


def test_alerts_that_go_nowhere_or_in_the_clear_are_warnings(database: Database) -> None:
    for given, message in (
        ({}, "ALERT_WEBHOOK_URL is not set: nobody is told"),
        ({"ALERT_WEBHOOK_URL": "http://example.org/x"}, "ALERT_WEBHOOK_URL is not encrypted"),
    ):
        checks = examine(database=database, role="wa_notifier_role", **NOTIFY, **given)
        assert checks["alerts"] == [("warn", message)]


@pytest.mark.any_server
async def test_the_place_where_services_answer_later_is_tried(database: Database) -> None:
    environment = {
        "WA_WORK_HTTP": "ocr=http://127.0.0.1:1/tasks",
        "WA_WORK_HTTP_SECRET": "secret-of-services",
    }

    async def find() -> list[tuple[str, str]]:
        found = await asyncio.to_thread(
            examine, "--as", "work", database=database, role="wa_worker_role", **environment
        )
        assert "ocr" in found["tasks"][0][1]
        return found["answers"]

    assert await find() == [("skip", "services answer at once")]
    environment["WA_WORK_ANSWER_PORT"] = str(free_port())
    environment["WA_WORK_ANSWER_URL"] = f"http://127.0.0.1:{environment['WA_WORK_ANSWER_PORT']}/x"
    assert [outcome for outcome, _ in await find()] == ["skip"]
    settings: dict[str, Any] = {name.lower(): given for name, given in environment.items()}
    url = SecretStr(database.url("wa_worker_role"))
    worker = WorkerSettings(_env_file=None, wa_database_url=url, wa_metrics_port=None, **settings)
    async with open_worker(worker, []):
        ((outcome, told),) = await find()
        assert (outcome, told.endswith("and a worker hears them")) == ("ok", True)
    async with running_graph() as (_, graph_url):
        environment["WA_WORK_ANSWER_PORT"] = str(URL(graph_url).port)
        ((outcome, told),) = await find()
        assert (outcome, "is taken by another program" in told) == ("fail", True)
