"""`wa-webhook meta` as tests run it, beside a Meta in one situation or another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from handler.process.listening import bind
from tests import payloads
from tests.fixtures.numbers import OURS
from tests.operations.command import answer, run
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import Behaviour, GraphStandIn
from wa_webhook.operations.subscription import NEEDED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

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


def lacking(field: str) -> Callable[[GraphStandIn], object]:
    left = [one for one in WELL["fields"] if one["name"] != field]
    return lambda graph: setattr(graph.management, "subscription", WELL | {"fields": left})


def set_on(name: str, value: object) -> Callable[[GraphStandIn], object]:
    return lambda graph: setattr(graph.management, name, value)


def number_is(**fields: object) -> Callable[[GraphStandIn], object]:
    return lambda graph: graph.management.numbers.update({OURS: fields})


def goes_wrong(path: Any, **how: Any) -> Callable[[GraphStandIn], object]:
    return lambda graph: graph.behave(Behaviour(path=path, **how))
