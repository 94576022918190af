"""Only what a payload causes is kept for a replay; for everything else Meta sends it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from handler.process.blame import MISFIT, Blame, find_blame
from tests import payloads
from tests.dispatching import value
from tests.fixtures.names import current_role
from tests.fixtures.transport import EDGE_ROLE, direct_way_in
from tests.webhook.conftest import running_webhook

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from tests.webhook.conftest import Webhook

SERVERS = ["25006", "25P04", "26000", "53100", "53200", "54000", "55006", "58030", "XX000"]
SERVERS += ["72000", "F0000", "28000", "AB123", "WA004"]

KNOWN = sorted(
    {
        error.sqlstate
        for error in vars(psycopg.errors).values()
        if isinstance(error, type) and issubclass(error, psycopg.Error) and error.sqlstate
    }
)
"""Every SQLSTATE of PostgreSQL."""


async def test_the_servers_trouble_is_answered_with_503_and_nothing_is_kept(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    for sqlstate in SERVERS:
        raise_on_insert(connection, sqlstate)
        answer = await webhook.post(payloads.text_body())
        assert (answer.status_code, answer.json()) == (503, {"error": "database_unavailable"}), (
            sqlstate
        )
        assert int(answer.headers["retry-after"]) > 0
    assert value(connection, "select count(*) from wa.kept_payloads") == 0


async def test_what_the_payload_causes_is_kept_and_answered_with_200(
    webhook: Webhook, connection: Connection[DictRow]
) -> None:
    for kept, sqlstate in enumerate(("22003", "23514", "P0001"), start=1):
        raise_on_insert(connection, sqlstate)
        assert (await webhook.post(payloads.text_body())).status_code == 200
        assert value(connection, "select count(*) from wa.kept_payloads") == kept


def test_the_database_blames_as_the_processes_do(connection: Connection[DictRow]) -> None:
    assert len(KNOWN) > 200
    for sqlstate in KNOWN:
        is_kept = find_blame(sqlstate) is Blame.PAYLOAD or sqlstate.startswith(MISFIT)
        is_raised = value(connection, "select wa.is_worth_retrying(%s)", sqlstate)
        assert is_raised is not is_kept, sqlstate


def test_what_a_flow_raises_with_a_code_of_its_own_is_its_message_s(
    connection: Connection[DictRow],
) -> None:
    for sqlstate in ("KB001", "PT402", "ZZ999"):
        assert value(connection, "select wa.is_worth_retrying(%s)", sqlstate) is False


async def test_sessions_that_were_left_on_a_read_only_server_are_replaced(
    database: Database, connection: Connection[DictRow]
) -> None:
    set_read_only(connection, database, "on")
    async with running_webhook(direct_way_in(database)) as webhook:
        assert (await webhook.post(payloads.text_body())).status_code == 503
        set_read_only(connection, database, "off")
        assert (await webhook.post(payloads.text_body())).status_code == 200


async def test_readiness_says_what_a_webhook_would_meet_after_a_failover(
    database: Database, connection: Connection[DictRow]
) -> None:
    set_read_only(connection, database, "on")
    async with running_webhook(direct_way_in(database)) as webhook:
        unready = await webhook.http.get("/readyz")
        assert (unready.status_code, unready.json()["is_read_only"]) == (503, True)
        set_read_only(connection, database, "off")
        await webhook.http.get("/readyz")
        assert (await webhook.http.get("/readyz")).status_code == 200


def set_read_only(connection: Connection[DictRow], database: Database, how: str) -> None:
    """Let later sessions of the handler begin read-only or not: those that exist stay as they are.

    To a client this is a failover behind an address that stays.
    """
    connection.execute(
        sql.SQL("alter role {} in database {} set default_transaction_read_only = {}").format(
            sql.Identifier(current_role(EDGE_ROLE)),
            sql.Identifier(database.name),
            sql.Literal(how),
        )
    )


def raise_on_insert(connection: Connection[DictRow], sqlstate: str) -> None:
    """Fail every call beside its messages, where no subtransaction catches it."""
    connection.execute(
        f"""
        create or replace function wa.fail() returns trigger language plpgsql
        as $$ begin raise exception using errcode = '{sqlstate}'; end $$;
        create or replace trigger fail before insert on public.wa_events
        for each row execute function wa.fail()""".encode()
    )
