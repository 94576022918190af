"""A bot, a user who writes to it, and colleagues who take the conversation over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch, row, values

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

ANA = f"+{payloads.SENDER}"


class Desk:
    """What tests do at a help desk: Ana writes, `agent` calls as a colleague, `owner` looks."""

    def __init__(
        self, owner: Connection[DictRow], edge: Connection[DictRow], agent: Connection[DictRow]
    ) -> None:
        self.owner = owner
        self.edge = edge
        self.agent = agent

    def hears(self, text: str, **fields: Any) -> list[str]:
        """Let Ana write, and return the names of the events."""
        answer = dispatch(self.edge, payloads.envelope([payloads.text_message(text, **fields)]))
        assert answer["processed"] == 1, answer
        return [event["event"] for event in answer["events"]]

    def answers(self) -> list[str]:
        """Return what was queued for her, in the order in which it leaves."""
        return values(
            self.owner,
            "select coalesce(payload #>> '{text,body}', payload #>> '{interactive,body,text}')"
            " from public.notifications where kind = 'message' order by send_at, id",
        )

    def takes(self, agent: str = "Kim", **arguments: Any) -> dict[str, Any]:
        """Take Ana's conversation."""
        arguments = {"who": ANA} | arguments
        taken: dict[str, Any] = self._call("wa_handover", agent=agent, **arguments)
        return taken

    def replies(self, text: str, agent: str = "Kim", **arguments: Any) -> int:
        """Answer Ana, and return the notification's id."""
        arguments = {"who": ANA, "payload": text_of(text)} | arguments
        queued: int = self._call("wa_reply", agent=agent, **arguments)
        return queued

    def gives_back(self) -> dict[str, Any]:
        """Hand Ana's conversation back."""
        returned: dict[str, Any] = self._call("wa_hand_back", who=ANA, agent="Kim")
        return returned

    def place(self) -> DictRow:
        """Return where Ana's conversation stands."""
        return row(self.owner, "select * from public.chat_state")

    def end_time(self) -> None:
        """Let the time be over for which a colleague has the conversation."""
        self.owner.execute("update public.chat_state set handed_over_until = now()")

    def _call(self, routine: str, **arguments: Any) -> Any:
        named = ", ".join(f"{name} => %({name})s" for name in arguments)
        given = {
            name: Jsonb(value) if isinstance(value, dict) else value
            for name, value in arguments.items()
        }
        found = self.agent.execute(
            f"select public.{routine}({named}) as answer".encode(), given
        ).fetchone()
        assert found is not None
        return found["answer"]


def text_of(body: str) -> payloads.Json:
    """Build the payload of a text."""
    return {"type": "text", "text": {"body": body}}


@pytest.fixture
def desk(connection: Connection[DictRow], edge: Connection[DictRow], connect: Connect) -> Desk:
    """The test's own database, on which Ana has said hello."""
    desk = Desk(connection, edge, connect("wa_agent_role"))
    desk.hears("hello")
    return desk
