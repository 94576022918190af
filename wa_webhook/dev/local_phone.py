"""The phone of `wa-webhook dev`, over its stand-in and its database."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import dict_row

from wa_webhook.dev.failures import locate
from wa_webhook.dev.identity import PHONE_NUMBER_ID
from wa_webhook.dev.passing_time import let_time_pass
from wa_webhook.dev.postgres import SUPERUSER
from wa_webhook.dev.server import LocalServer
from wa_webhook.dev.stack import local_names
from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.pages import Feed
from wa_webhook.phone import Phone, phone_app
from wa_webhook.phone.inspection import Inspector

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator
    from datetime import timedelta

    from wa_webhook.dev.postgres import LocalPostgres
    from wa_webhook.meta_stand_in import GraphStandIn


@dataclass(frozen=True)
class LocalPhone:
    """Where the page is, and what it shows."""

    url: str
    phone: Phone


@contextlib.asynccontextmanager
async def running_phone(
    postgres: LocalPostgres, graph: GraphStandIn, listener: socket.socket
) -> AsyncIterator[LocalPhone]:
    """Serve the phone on a bound socket until the context is left."""
    feed = Feed()
    inspector = await Inspector.open(
        postgres.url(), Rewriter(local_names()).rewrite, partial(locate, postgres)
    )

    def pass_time(passed: timedelta) -> None:
        url = postgres.url(SUPERUSER)
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as superuser:
            let_time_pass(superuser, passed)

    phone = Phone(graph, PHONE_NUMBER_ID, feed.tell, inspector=inspector, pass_time=pass_time)
    phone.recall(await inspector.recollect())
    try:
        async with LocalServer(phone_app(phone, feed), listener) as server:
            try:
                yield LocalPhone(server.url, phone)
            finally:
                feed.close()
    finally:
        await phone.deliveries.close()
        await inspector.close()
