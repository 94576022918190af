"""One process for several businesses: each has what is its own, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from handler import signature
from handler.app import Application
from handler.process.businesses import load_businesses
from handler.process.environment import SettingsError
from handler.process.listening import bind
from handler.settings import WebhookSettings
from tests import payloads
from tests.dispatching import say, value
from tests.docs.code_blocks import find_code_blocks
from tests.fixtures.names import about_default_names
from tests.metrics.conftest import CARLA
from tests.notifier.conftest import ANA, BRUNO, TOKEN, until
from tests.webhook.conftest import running_application
from tests.webhook.test_serve_command import post, serving
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.notifier.process import open_notifiers
from wa_webhook.notifier.settings import NotifierSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import httpx

    from tests.names.conftest import Business
    from tests.webhook.conftest import Webhook
    from wa_webhook.notifier.process import Notifiers

pytestmark = [
    pytest.mark.any_server,
    about_default_names("is about businesses beside the default names"),
]

SHARED, CAFES = "secret-of-the-shared-app", "secret-of-cafe"
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


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Write the file of businesses, in an environment that has what they share."""
    monkeypatch.chdir(tmp_path)
    for name, given in {
        "WA_BUSINESSES_FILE": "businesses.toml",
        "WA_APP_SECRET": SHARED,
        "WA_VERIFY_TOKEN": "token-of-all",
        "WA_DATABASE_URL": "postgresql://edge@127.0.0.1/all",
        "WA_METRICS_PORT": "off",
        "WA_HTTP_CONNECTIONS": "8",
        "WA_WEBHOOK_BATCH_SIZE": "2",
    }.items():
        monkeypatch.setenv(name, given)
    return lambda text: (tmp_path / "businesses.toml").write_text(text)


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
    acme: Business, beta: Business, write: Callable[[str], object]
) -> AsyncIterator[Served]:
    urls = {one.names.schema: one.url("wa_edge_role") for one in (acme, beta)}
    write(FILE.format(**urls))
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


NOTIFYING = """
[acme]
WA_DATABASE_SCHEMA = "acme"
WA_DATABASE_URL = "{acme}"
WA_PHONE_ID = "101"

[beta]
WA_DATABASE_SCHEMA = "beta"
WA_DATABASE_URL = "{beta}"
WA_PHONE_ID = "202"
{more}

[cafe]
WA_DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none"
WA_PHONE_ID = "303"
"""


@asynccontextmanager
async def notifying(
    file: str, write: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Notifiers, GraphStandIn]]:
    """Run the notifiers of a file, which send to a stand-in."""
    graph = GraphStandIn(
        token=TOKEN,
        app_secret=SHARED,
        webhook_url="http://127.0.0.1:1/webhook",
        phone_number_ids={payloads.PHONE_NUMBER_ID},
    )
    async with LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server:
        monkeypatch.setenv("WHATSAPP_API_BASE_URL", f"{server.url}/v26.0")
        monkeypatch.setenv("WA_NOTIFY_POLL_SECONDS", "0.1")
        monkeypatch.setenv("WA_TOKEN", TOKEN)
        write(file)
        async with open_notifiers(load_businesses(NotifierSettings, "notify")) as notifiers:
            running = asyncio.create_task(notifiers.run())
            try:
                yield notifiers, graph
            finally:
                notifiers.stop()
                await running


def urls_of(*businesses: Business) -> dict[str, str]:
    return {one.names.schema: one.url("wa_notifier_role") for one in businesses}


async def test_a_token_that_ended_and_a_database_that_is_away_hold_up_no_other_queue(
    acme: Business,
    beta: Business,
    write: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = NOTIFYING.format(**urls_of(acme, beta), more='WA_TOKEN = "ended"')
    say(beta.connect("wa_edge_role"), "menu", sender=BRUNO[1:])
    async with notifying(file, write, monkeypatch) as (notifiers, graph):
        operator = beta.connect("wa_operator_role")
        paused = "select public.wa_metrics() ->> 'queue_paused'"
        await until(lambda: value(operator, paused) == "true")
        say(acme.connect("wa_edge_role"), "menu", sender=ANA[1:])
        await until(lambda: len(graph.record.sent_to(ANA[1:])) == 1)
        assert graph.record.sent_to(BRUNO[1:]) == []
    # What was sent is settled, and counted, before they end.
    figures = (await notifiers.render()).decode()
    assert 'wa_notification_sent_total{business="acme"} 1.0' in figures
    assert 'wa_notification_sent_total{business="beta"} 0.0' in figures


async def test_a_notifier_that_breaks_is_begun_again_while_the_others_go_on(
    acme: Business,
    beta: Business,
    write: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = beta.connect()
    owner.execute("""
        alter function public.wa_notifications_settle(jsonb) rename to away;
        create function public.wa_notifications_settle(jsonb) returns jsonb
        language sql as $$ select '[]'::jsonb $$;
        grant execute on function public.wa_notifications_settle(jsonb) to wa_notifier_role;
    """)
    say(beta.connect("wa_edge_role"), "menu", sender=BRUNO[1:])
    file = NOTIFYING.format(**urls_of(acme, beta), more="")
    with capture_logs() as events:
        async with notifying(file, write, monkeypatch) as (_, graph):
            await until(lambda: "NOTIFY_BROKEN" in {one["event"] for one in events})
            say(acme.connect("wa_edge_role"), "menu", sender=ANA[1:])
            await until(lambda: len(graph.record.sent_to(ANA[1:])) == 1)
            owner.execute("""
                drop function public.wa_notifications_settle(jsonb);
                alter function public.away(jsonb) rename to wa_notifications_settle;
            """)
            say(beta.connect("wa_edge_role"), "menu", sender=CARLA[1:])
            await until(lambda: len(graph.record.sent_to(CARLA[1:])) == 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "WA_BUSINESSES_FILE: Dictionary should have at least 1 item after validation, not 0"),
        ("[acme\nhunter2", "WA_BUSINESSES_FILE: cannot be read (TOMLDecodeError)"),
        ("[acme]\nWA_PORT = 1", "WA_BUSINESSES_FILE: acme.WA_PORT: Extra inputs are not permitted"),
        (
            "[acme]\nids = ['1']\nWA_APP_SECRET = 'hunter2'",
            "WA_BUSINESSES_FILE: acme: has ids, for the app of all,"
            " and WA_APP_SECRET or WA_VERIFY_TOKEN",
        ),
        (
            "[acme.serve]\nWA_DATABASE_URL = 'postgresql://u:hunter2@host:x/db'",
            "acme: WA_DATABASE_URL: has a port that is no number",
        ),
        ("[acme]\n[beta]", "beta: has the database and schema of acme"),
        (
            "[acme]\nids = ['1']\n[beta]\nids = ['1']\nWA_DATABASE_SCHEMA = 'beta'",
            "beta: has the id 1 of acme",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_told_by_business_and_key_and_without_its_value(
    write: Callable[[str], object], text: str, told: str
) -> None:
    write(text)
    with pytest.raises(SettingsError) as raised:
        load_businesses(WebhookSettings, "serve")
    assert str(raised.value) == told


def test_the_documented_file_is_read_by_each_process_for_itself(
    write: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (documented,) = find_code_blocks("docs/install/names.md", "toml")
    write(documented.code)
    acme, bolt = load_businesses(WebhookSettings, "serve")
    assert (acme.settings.app_secrets, bolt.settings.app_secrets) == (
        (SHARED.encode(),),
        (b"\xe2\x80\xa6",),
    )
    assert [one.settings.wa_database_schema for one in (acme, bolt)] == ["acme", "bolt"]
    assert [one.path for one in (acme, bolt)] == ["/webhook", "/webhook/bolt"]
    monkeypatch.setenv("WA_TOKEN", TOKEN)
    senders = load_businesses(NotifierSettings, "notify")
    for one, role in ((acme, "acme_edge_role"), (senders[0], "acme_notifier_role")):
        assert role in str(one.settings.model_dump()["wa_database_url"].get_secret_value())
    monkeypatch.setenv("WA_PHONE_ID", "1")
    write(documented.code.replace("WA_PHONE_ID", "# "))
    with pytest.raises(SettingsError, match="bolt: has the WA_PHONE_ID of acme"):
        load_businesses(NotifierSettings, "notify")


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
