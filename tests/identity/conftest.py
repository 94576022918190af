"""Messages, statuses and system messages of one person, named by number, BSUID or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import payloads
from tests.dispatching import dispatch, names, send

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow


class World:
    """The handler's connection and what the database knows of people."""

    def __init__(self, edge: Connection[DictRow], owner: Connection[DictRow]) -> None:
        self.edge = edge
        self.owner = owner

    def hears(self, phone: str | None = None, bsuid: str | None = None, **fields: Any) -> None:
        """Take a message of someone."""
        message = payloads.text_message(sender=phone, user_id=bsuid, **fields)
        assert send(self.edge, message) == {"processed": 1}

    def learns(self, system_message: payloads.Json) -> None:
        """Take a system message."""
        assert send(self.edge, system_message) == {"processed": 1}

    def sees_status(self, phone: str | None, bsuid: str | None) -> None:
        """Take the status of something sent to someone."""
        status = payloads.status_update(recipient=phone)
        if bsuid is not None:
            status["recipient_user_id"] = bsuid
        dispatch(self.edge, payloads.envelope(statuses=[status]))

    def knows(self) -> set[tuple[str | None, str | None]]:
        """Return number and BSUID of everyone who was not merged away."""
        return names(self.owner)


@pytest.fixture
def world(edge: Connection[DictRow], connection: Connection[DictRow]) -> World:
    """People as the handler and the database see them."""
    return World(edge, connection)
