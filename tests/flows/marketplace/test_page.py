"""What docs/flows/marketplace.md tells an operator to do is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatching import values
from tests.docs.code_blocks import PROJECT, find_code_blocks
from tests.fixtures.names import about_two_schemas
from tests.fixtures.offered import with_offered_flows
from tests.flows.marketplace.conftest import offer
from tests.operations.command import run
from wa_webhook.dev.postgres import MIGRATING_ROLE

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database
    from wa_webhook.testing import Chat, Person

pytestmark = [with_offered_flows, pytest.mark.any_server]
PAGE = "docs/flows/marketplace.md"


def test_its_commands_run(
    chat: Chat, ana: Person, database: Database, operator: Connection[DictRow]
) -> None:
    (migrate,) = (block.code.split()[1:] for block in find_code_blocks(PAGE, "sh"))
    assert run(*migrate, database=database, role=MIGRATING_ROLE).exit_code == 0
    offer(ana)
    chat.rows(
        "with hidden as (update wa.market_offers set status = 'hidden', ended_at = now()"
        " returning offer_id, seller_id)"
        " insert into wa.market_reports select offer_id, seller_id, now() from hidden returning 1"
    )
    for block in find_code_blocks(PAGE, "sql"):
        assert operator.execute(block.code.encode()).rowcount == 1
    assert chat.rows("select status from wa.market_offers") == [{"status": "open"}]


@about_two_schemas("tells the contract's routines by their schema")
def test_it_names_every_routine_and_setting(connection: Connection[DictRow]) -> None:
    page = (PROJECT / PAGE).read_text()
    names = values(
        connection,
        "select proname from pg_proc where pronamespace = 'public'::regnamespace"
        " and starts_with(proname, 'market_')"
        " union all select key from wa.settings where starts_with(key, 'market_')",
    )
    assert [name for name in names if f"| `{name}" not in page] == []
