"""What only a business sends, or what takes something back, asks for no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import row, say, send, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

FROM_BUSINESSES = ("hsm", "interactive", "list", "button", "product", "unknown")
TAKEN_BACK: dict[str, Callable[[], payloads.Json]] = {
    "deletion": payloads.revoke_message,
    "deletion elsewhere": lambda: payloads.unsupported_message("revoke"),
    "edit": payloads.edit_message,
    "edit elsewhere": lambda: payloads.unsupported_message("edit"),
    "permission to call": payloads.call_permission_reply,
    "permission that Meta gives by itself": lambda: payloads.call_permission_reply("reject"),
}
QUEUED = "select count(*) from public.notifications"
STATE = "select state, updated_at from public.chat_state"


@pytest.mark.parametrize("kind", FROM_BUSINESSES)
def test_what_another_business_sends_is_recorded_and_not_answered(
    edge: Connection[DictRow], connection: Connection[DictRow], kind: str
) -> None:
    assert send(edge, payloads.unsupported_message(kind)) == {"ignored": 1}
    assert value(connection, "select message_type from public.wa_events") == "unsupported"
    assert value(connection, QUEUED) == 0
    assert value(connection, "select count(*) from wa.service_windows") == 0


@pytest.mark.parametrize("kind", TAKEN_BACK)
def test_what_takes_back_or_permits_moves_no_conversation(
    edge: Connection[DictRow], connection: Connection[DictRow], kind: str
) -> None:
    say(edge, "language")
    before = row(connection, STATE)
    assert send(edge, TAKEN_BACK[kind]()) == {"ignored": 1}
    assert row(connection, STATE) == before
    assert value(connection, QUEUED) == 1
