"""Waking the notifier never fails what it is woken for."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import payloads
from tests.dispatching import send, value
from tests.fixtures.clusters import TEMPLATE, cluster_from_seed
from tests.fixtures.names import current_role
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER, LocalPostgres
from wa_webhook.dev.server_programs import embedded_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.queue.conftest import Queue


@pytest.fixture(scope="module")
def crowded_server() -> Iterator[LocalPostgres]:
    """A server whose queue of notifications is full: a session that listens does not read.

    Its 8 GB are 64 pages here, a setting that the embedded server has and PostgreSQL 15 has not.
    """
    with cluster_from_seed(embedded_binaries()) as server:
        server.settings["max_notify_queue_pages"] = "64"
        server.restart()
        with psycopg.connect(server.url(SUPERUSER)) as idle:
            idle.execute("listen crowd")
            idle.commit()
            idle.execute("select")
            with psycopg.connect(server.url(SUPERUSER), autocommit=True) as filler:
                fill_up(filler)
            yield server


def fill_up(filler: Connection[Any]) -> None:
    """Notify until the server takes no more."""
    with suppress(psycopg.errors.ProgramLimitExceeded):
        while True:
            filler.execute("select pg_notify('crowd', repeat('x', 7900))")


@pytest.fixture
def connect(crowded_server: LocalPostgres) -> Iterator[Connect]:
    """`connect(role)`: a connection to a database of the test's own on the crowded server."""
    with psycopg.connect(crowded_server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute("drop database if exists crowded")
        superuser.execute(f"create database crowded template {TEMPLATE} owner {MIGRATING_ROLE}")
    with ExitStack() as sessions:

        def connect_as(
            role: str = MIGRATING_ROLE, *, autocommit: bool = True
        ) -> Connection[DictRow]:
            url = crowded_server.url(current_role(role), "crowded")
            opened = psycopg.connect(url, autocommit=autocommit, row_factory=dict_row)
            sessions.callback(opened.close)
            return opened

        yield connect_as


def test_a_webhook_is_taken_and_answered(edge: Connection[DictRow], queue: Queue) -> None:
    assert send(edge, payloads.text_message()) == {"processed": 1}
    assert queue.value("select count(*) from public.notifications") == 1


def test_messages_are_queued_settled_drained_and_the_queue_resumed(queue: Queue) -> None:
    queue.add_user()
    first, second = queue.queue(), queue.queue()
    (claimed,) = queue.claim()
    queue.reject(claimed, 100)
    assert queue.status(first) == "failed"
    queue.execute("update public.notifications set status = 'queued' where id = %s", first)
    queue.execute("select public.wa_queue_resume()")
    assert (queue.status(first), queue.status(second)) == ("queued", "queued")


def test_health_and_status_warn_and_webhooks_are_welcome(queue: Queue) -> None:
    health = value(queue.worker, "select public.wa_health()")
    assert health["ok"] is True
    assert "queue of notifications" in health["warnings"][0]
    problems = queue.value("select public.wa_status() -> 'problems'")
    assert [one["code"] for one in problems if "queue of notifications" in one["message"]] == [
        "at_risk"
    ]
