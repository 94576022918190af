"""Drivers and passengers: in front of the bot, and as callers of the routines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.baskets.callers import AtOnce
from tests.flows.mobility.callers import Rides

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from wa_webhook.testing import Chat, Person


@pytest.fixture
def ana(chat: Chat) -> Person:
    """Somebody who drives."""
    return chat.person("Ana", phone="34600111222", user_id="ES.1001")


@pytest.fixture
def bruno(chat: Chat) -> Person:
    """Somebody who needs a ride."""
    return chat.person("Bruno")


@pytest.fixture
def rides(connect: Connect) -> Rides:
    """A caller with the rights of wa_runtime."""
    caller = connect()
    caller.execute("set role wa_runtime")
    return Rides(caller, connect())


@pytest.fixture
def at_once(connect: Connect) -> AtOnce:
    def connect_as_runtime() -> Connection[DictRow]:
        connection = connect()
        connection.execute("set role wa_runtime")
        return connection

    return AtOnce(connect_as_runtime)
