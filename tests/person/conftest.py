"""The life of somebody who is to be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.person.life import Life, live
from tests.queue.conftest import Queue

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


@pytest.fixture
def life(
    connection: Connection[DictRow],
    edge: Connection[DictRow],
    notifier_connection: Connection[DictRow],
    operator: Connection[DictRow],
) -> Life:
    """Somebody who has left something in every table."""
    connection.execute(
        "update wa.settings set value = '\"+15550001111\"' where key = 'bot_number_e164'"
    )
    one = Life(connection, edge, Queue(connection, notifier_connection), operator)
    live(one)
    return one
