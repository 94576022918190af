"""One webhook for several businesses: each has what is its own, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from handler import signature
from handler.app import Application
from handler.process.businesses import load_businesses
from handler.settings import WebhookSettings
from tests import payloads
from tests.dispatching import value
from tests.fixtures.names import about_default_names
from tests.names.conftest import SHARED
from tests.webhook.conftest import running_application
from tests.webhook.test_serve_command import post, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import httpx

    from tests.names.conftest import Business
    from tests.webhook.conftest import Webhook

pytestmark = [
    pytest.mark.any_server,
    about_default_names("is about businesses beside the default names"),
]

CAFES = "secret-of-cafe"
ACCOUNT_OF_ACME, ACCOUNT_OF_BETA, NUMBER_OF_BETA, ACCOUNT_OF_NOBODY = "101", "202", "2021", "909"
FILE = """
[acme]
ids = ["101"]
WA_DATABASE_SCHEMA = "acme"

[acme.serve]
WA_DATABASE_URL = "{acme}"

[beta]
ids = ["202", "2021"]
WA_DATABASE_SCHEMA = "beta"

[beta.serve]
WA_DATABASE_URL = "{beta}"

[cafe]
WA_APP_SECRET = "secret-of-cafe"
WA_VERIFY_TOKEN = "token-of-cafe"
WA_DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none"
"""


class Served:
    """A handler for Acme and Beta, which share an app, and for Cafe, which has no database."""

    def __init__(self, webhook: Webhook) -> None:
        self.webhook = webhook

    async def post(
        self, *entries: Any, path: str = "/webhook", secret: str = SHARED
    ) -> httpx.Response:
        return await self.post_body(payloads.body(envelope_of(*entries)), path, secret)

    async def post_body(
        self, body: bytes, path: str = "/webhook", secret: str = SHARED
    ) -> httpx.Response:
        headers = {signature.HEADER: signature.sign(body, secret.encode())}
        return await self.webhook.http.post(path, content=body, headers=headers)


def entry(account: str, number: str | None = None) -> Any:
    """Build an entry with a message; a number that nobody names is the account's."""
    envelope = payloads.envelope([payloads.text_message()], phone_number_id=number or f"{account}0")
    return envelope["entry"][0] | {"id": account}


def envelope_of(*entries: Any) -> Any:
    return {"object": "whatsapp_business_account", "entry": entries}


@pytest.fixture
async def served(
    acme: Business, beta: Business, write_businesses: Callable[[str], object]
) -> AsyncIterator[Served]:
    urls = {one.names.schema: one.url("wa_edge_role") for one in (acme, beta)}
    write_businesses(FILE.format(**urls))
    businesses = load_businesses(WebhookSettings, "serve")
    async with running_application(Application(businesses), businesses[0].settings) as webhook:
        yield Served(webhook)


def messages_of(*businesses: Business) -> list[int]:
    counted = "select count(*) from public.wa_events"
    return [int(value(one.connect(), counted)) for one in businesses]


async def test_each_has_its_own_of_a_body_and_a_number_tells_more_than_its_account(
    served: Served, acme: Business, beta: Business
) -> None:
    assert (await served.post(entry(ACCOUNT_OF_ACME))).status_code == 200
    of_three = await served.post(
        entry(ACCOUNT_OF_ACME), entry(ACCOUNT_OF_BETA), entry(ACCOUNT_OF_ACME, NUMBER_OF_BETA)
    )
    assert of_three.json() == {**of_three.json(), "requests": 1, "processed": 3}
    assert messages_of(acme, beta) == [2, 2]
    for business in ("acme", "beta"):
        figure = "wa_message_processed_total"
        assert await served.webhook.figure(figure, business=business) == 2
        assert await served.webhook.figure("wa_database_up", business=business) == 1
    assert await served.webhook.figure("wa_database_up", business="cafe") == 0


async def test_what_a_broken_neighbour_is_sent_comes_again_and_counts_once(
    served: Served, acme: Business, beta: Business
) -> None:
    owner = beta.connect()
    owner.execute("alter table public.wa_events rename to away")
    both = entry(ACCOUNT_OF_ACME), entry(ACCOUNT_OF_BETA)
    assert (await served.post(*both)).status_code == 503
    assert messages_of(acme) == [1]
    owner.execute("alter table public.away rename to wa_events")
    again = (await served.post(*both)).json()
    assert (again["processed"], again["duplicate"]) == (1, 1)
    assert messages_of(acme, beta) == [1, 1]


async def test_one_that_is_stuck_holds_up_nobody_else_and_is_turned_away_when_full(
    served: Served, beta: Business
) -> None:
    holder = beta.connect(autocommit=False)
    holder.execute("lock table public.wa_events")
    waiting = [asyncio.create_task(served.post(entry(ACCOUNT_OF_BETA))) for _ in range(3)]
    done, stuck = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert [one.result().status_code for one in done] == [503]
    assert (await served.post(entry(ACCOUNT_OF_ACME))).status_code == 200
    assert (await served.webhook.http.get("/readyz")).status_code == 200
    holder.rollback()
    assert [(await one).status_code for one in stuck] == [200, 200]


async def test_what_is_nobodys_is_sent_again_and_the_rest_of_the_body_is_committed(
    served: Served, acme: Business
) -> None:
    refused = await served.post(entry(ACCOUNT_OF_NOBODY), entry(ACCOUNT_OF_ACME))
    assert (refused.status_code, refused.json()) == (503, {"error": "business_unknown"})
    assert messages_of(acme) == [1]
    told = [one["ids"] for one in served.webhook.events if one["event"] == "BUSINESS_UNKNOWN"]
    assert told == [[909, 9090]]
    assert await served.webhook.figure("wa_business_unknown_total") == 1


@pytest.mark.parametrize("body", [b"{", payloads.body(envelope_of(entry("202")))[:-1] + b"\xff}"])
async def test_what_cannot_be_read_is_kept_by_the_first_as_by_one_alone(
    served: Served, acme: Business, body: bytes
) -> None:
    refused = await served.post_body(body)
    assert (refused.status_code, refused.json()) == (400, {"error": "not_json"})
    assert value(acme.connect(), "select reason from acme.kept_payloads") == "not_json"


async def test_what_has_no_id_at_all_comes_once(served: Served) -> None:
    for entries in ([], [None, {"changes": [7]}]):
        assert (await served.post(*entries)).status_code == 200
    assert (await served.post({"changes": [7]}, entry(ACCOUNT_OF_NOBODY))).status_code == 503


async def test_an_app_of_its_own_has_a_path_and_a_secret_of_its_own(
    served: Served, acme: Business
) -> None:
    own = "/webhook/cafe"
    assert (await served.post(entry("1"), path=own, secret=SHARED)).status_code == 401
    assert (await served.post(entry(ACCOUNT_OF_ACME), secret=CAFES)).status_code == 401
    assert (await served.post(entry("1"), path=own, secret=CAFES)).status_code == 503
    assert (await served.post(entry("1"), path="/webhook/acme")).status_code in (404, 405)
    assert messages_of(acme) == [0]
    for path, token in (("/webhook", "token-of-all"), (own, "token-of-cafe")):
        for shown, answer in ((token, 200), (f"{token}x", 403)):
            query = {"hub.mode": "subscribe", "hub.challenge": "7", "hub.verify_token": shown}
            assert (await served.webhook.http.get(path, params=query)).status_code == answer


async def test_the_log_of_a_process_says_whose_each_line_is(acme: Business, tmp_path: Path) -> None:
    url = acme.url("wa_edge_role")
    file = f"[acme]\nids = ['{payloads.ACCOUNT_ID}']\nWA_DATABASE_SCHEMA = 'acme'\n"
    (tmp_path / "businesses.toml").write_text(file)
    async with serving(
        tmp_path, WA_DATABASE_URL=url, WA_BUSINESSES_FILE="businesses.toml"
    ) as process:
        assert (await post(process.url, payloads.text_body())).status_code == 200
        assert await asyncio.to_thread(process.stop) == 0
    lines = [json.loads(line) for line in process.lines]
    assert [one["business"] for one in lines if one["event"] == "WEBHOOK_REQUEST"] == ["acme"]
