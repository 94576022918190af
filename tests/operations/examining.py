"""`wa-webhook doctor` as tests run it, and a Meta that it asks."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from handler.process.listening import bind
from tests.operations.command import answer, run
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


PHONE_ID = "106540352242922"
TOKEN = "token-of-the-tests"  # noqa: S105
VERIFY_TOKEN = "verify-token-of-the-tests"  # noqa: S105
SERVE = {"WA_APP_SECRET": "app-secret-of-the-tests", "WA_VERIFY_TOKEN": VERIFY_TOKEN}
NOTIFY = {
    "WA_TOKEN": TOKEN,
    "WA_PHONE_ID": PHONE_ID,
    "WHATSAPP_API_BASE_URL": "http://127.0.0.1:1/v26.0",
}


def examine(*options: str, **given: Any) -> dict[str, list[tuple[str, str]]]:
    """Return outcome and message of every check by its name."""
    result = run("doctor", "--json", *options, **given)
    found = answer(result)
    assert result.exit_code == (0 if found["is_well"] else 1)
    checks: dict[str, list[tuple[str, str]]] = {}
    for check in found["checks"]:
        checks.setdefault(check["name"], []).append((check["outcome"], check["message"]))
        assert check["outcome"] in {"ok", "skip"} or check["mend"]
    return checks


def outcomes(checks: dict[str, list[tuple[str, str]]], name: str) -> list[str]:
    return [outcome for outcome, _ in checks[name]]


@asynccontextmanager
async def running_graph() -> AsyncIterator[tuple[GraphStandIn, str]]:
    stand_in = GraphStandIn(token=TOKEN, app_secret="unused", phone_number_ids={PHONE_ID})  # noqa: S106
    async with LocalServer(stand_in.app, bind("127.0.0.1", 0, "stand-in")) as server:
        yield stand_in, f"{server.url}/v26.0"
