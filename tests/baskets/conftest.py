"""A caller that holds what flows hold, wa_runtime's rights, and many of them at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.baskets.callers import AtOnce, Baskets

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

BOT_NUMBER = "+250780000000"


@pytest.fixture
def baskets(connect: Connect) -> Baskets:
    admin = connect()
    admin.execute(
        "update wa.settings set value = to_jsonb(%s::text) where key = 'bot_number_e164'",
        [BOT_NUMBER],
    )
    caller = connect()
    caller.execute("set role wa_runtime")
    return Baskets(caller, admin)


@pytest.fixture
def at_once(connect: Connect) -> AtOnce:
    def connect_as_runtime() -> Connection[DictRow]:
        connection = connect()
        connection.execute("set role wa_runtime")
        return connection

    return AtOnce(connect_as_runtime)
