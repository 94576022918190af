from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.quiz import ENDS, MOVES, write_step

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


@pytest.fixture
def steps(connection: Connection[DictRow]) -> Connection[DictRow]:
    """The owner, in a database with the steps of the quiz."""
    write_step(connection, "quiz_first", MOVES)
    write_step(connection, "quiz_last", ENDS)
    return connection
