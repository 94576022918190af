"""Meta's side alone, with phones in the browser, for any application that speaks to Meta."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.meta_stand_in.webhooks import ACCOUNT_ID, DISPLAY_NUMBER, GRAPH_VERSION
from wa_webhook.pages import Feed
from wa_webhook.phone import Phone, phone_app

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable

_PATIENCE_SECONDS = 60.0
"""In which an application begins to answer that is started together with this."""
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Application:
    """The application under test: where it takes webhooks, and what Meta and it share."""

    webhook_url: str
    app_secret: str
    token: str
    phone_number_id: str
    verify_token: str = ""


@dataclass(frozen=True)
class Emulator:
    """What runs: the base of the Graph API, before its version, and the page of the phones."""

    graph_url: str
    phone_url: str
    graph: GraphStandIn


@contextlib.asynccontextmanager
async def emulating(
    application: Application, graph_listener: socket.socket, phone_listener: socket.socket
) -> AsyncIterator[Emulator]:
    """Be Meta for an application, on bound sockets, until the context is left."""
    graph = GraphStandIn(
        token=application.token,
        app_secret=application.app_secret,
        webhook_url=application.webhook_url,
        phone_number_ids={application.phone_number_id},
        accounts={ACCOUNT_ID: {application.phone_number_id: f"+{DISPLAY_NUMBER}"}},
    )
    feed = Feed()
    phone = Phone(graph, application.phone_number_id, feed.tell)
    async with (
        LocalServer(graph.app, graph_listener) as graph_server,
        LocalServer(phone_app(phone, feed), phone_listener) as phone_server,
    ):
        try:
            yield Emulator(graph_server.url, phone_server.url, graph)
        finally:
            feed.close()
            await phone.deliveries.close()


async def verify(
    application: Application,
    tell: Callable[[str], None] = lambda _: None,
    *,
    patience_seconds: float = 0,
) -> str | None:
    """Ask the webhook for a challenge as Meta does when its address is entered.

    While nobody answers there it is asked again, up to `patience_seconds`, and `tell` gets that.
    Returns why Meta would not take it, or None.
    """
    deadline = time.monotonic() + patience_seconds
    is_told = False
    while True:
        try:
            return await _judge_challenge(application)
        except httpx.InvalidURL as error:
            return f"no address: {error}"
        except httpx.HTTPError as error:
            if time.monotonic() >= deadline:
                return f"no answer: {error or type(error).__name__}"
        if not is_told:
            tell(f"webhooks   nobody answers there yet: asked again for {patience_seconds:g} s")
            is_told = True
        await asyncio.sleep(_LOOK_SECONDS)


async def _judge_challenge(application: Application) -> str | None:
    challenge = secrets.token_hex(8)
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": application.verify_token,
        "hub.challenge": challenge,
    }
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(application.webhook_url, params=asked)
    if answer.status_code != httpx.codes.OK or answer.text != challenge:
        return f"answered {answer.status_code} instead of 200 with the challenge"
    return None


def run_emulation(
    application: Application,
    graph_listener: socket.socket,
    phone_listener: socket.socket,
    tell: Callable[[str], None],
) -> None:
    """Emulate until SIGINT, SIGTERM or SIGHUP, and tell where."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(application, graph_listener, phone_listener, tell))


async def _run(
    application: Application,
    graph_listener: socket.socket,
    phone_listener: socket.socket,
    tell: Callable[[str], None],
) -> None:
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    async with emulating(application, graph_listener, phone_listener) as emulator:
        tell(f"Graph API  WHATSAPP_API_BASE_URL={emulator.graph_url}/{GRAPH_VERSION}")
        tell(f"phone      {emulator.phone_url}")
        tell(f"webhooks   to {application.webhook_url}")
        tell("Ctrl-C stops it.")
        verifying = asyncio.create_task(_tell_of_challenge(application, tell))
        await interrupted.wait()
        verifying.cancel()


async def _tell_of_challenge(application: Application, tell: Callable[[str], None]) -> None:
    if not application.verify_token:
        return
    reason = await verify(application, tell, patience_seconds=_PATIENCE_SECONDS)
    if reason is None:
        tell("webhooks   the challenge was answered: Meta would take this address")
    else:
        tell(f"Meta would not take this webhook: {reason}")
