"""Three people send anything to two numbers: the engine stays whole, and hears it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests import payloads
from tests.fixtures.numbers import OURS, SECOND, enter_number
from tests.flows.properties.messages import PROLOGUE, STEPS, Step
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.payloads import Json

PEOPLE: list[dict[str, Any]] = [
    {"sender": "34600111222", "user_id": "ES.1001"},
    {"sender": "33612345678"},
    {"sender": None, "user_id": "IT.3003"},
]
NUMBERS = (OURS, SECOND)

_EVERYTHING = """
    select
      (select jsonb_agg(row order by row.user_id) from public.profiles as row) as profiles,
      (select jsonb_agg(row order by row.user_id, row.phone_number_id)
        from public.chat_state as row) as chats,
      (select jsonb_agg(row order by row.user_id, row.phone_number_id)
        from wa.service_windows as row) as windows,
      (select jsonb_agg(row order by row.id) from public.notifications as row) as notifications,
      (select jsonb_agg(row order by row.wa_message_id) from public.wa_events as row) as events,
      (select jsonb_agg(to_jsonb(row) - 'place' order by row.id) from public.baskets as row)
        as baskets,
      (select jsonb_agg(row order by row.basket_id, row.user_id) from public.basket_members as row)
        as members,
      (select jsonb_agg(row order by row.basket_id, row.entry_number)
        from public.basket_contributions as row) as contributions,
      (select jsonb_agg(row order by row.user_id) from wa.basket_join_attempts as row) as tries
"""
_BROKEN = """
    select 'failed: ' || error as problem from public.wa_events where status = 'failed'
    union all
    select 'no such state: ' || state from public.chat_state
    where state not in (select state from wa.flow_states)
    union all
    select wa.find_payload_problem(payload - 'delivery') || ': ' || payload
    from public.notifications
    where kind = 'message' and wa.find_payload_problem(payload - 'delivery') is not null
"""


class Conversation:
    """One example: everything happens in a transaction that is rolled back."""

    def __init__(self, superuser: Connection[DictRow]) -> None:
        self._superuser = superuser
        self._sent: list[Json] = []
        self._answered = 0

    def dispatch(self, payload: Json | list[Json]) -> dict[str, Any]:
        """Call `wa_dispatch` as the webhook handler's role."""
        self._superuser.execute("set local role wa_edge_role")
        row = self._superuser.execute(
            "select public.wa_dispatch(%s) as result", [Jsonb(payload)]
        ).fetchone()
        self._superuser.execute("reset role")
        assert row is not None
        result: dict[str, Any] = row["result"]
        return result

    def take(self, step: Step) -> None:
        """Deliver a message twice in one body, and some earlier ones again."""
        if step.time_runs_out:
            self._superuser.execute("update public.chat_state set expires_at = '2000-01-01'")
        message_type, content = step.build_content(
            self._state(step), self._offered(step), self._baskets()
        )
        message = payloads.message(message_type, content, **PEOPLE[step.person])
        self._sent.append(
            payloads.envelope([message, message], phone_number_id=NUMBERS[step.number])
        )
        result = self.dispatch(self._sent[-1])
        assert result["failed"] == 0, (message, result)
        assert result["duplicate"] == 1, (message, result)
        self._answers_come_from(NUMBERS[step.number])
        self.hear_again([self._sent[number % len(self._sent)] for number in step.again])

    def hear_again(self, repeated: list[Json] | None = None) -> None:
        """Deliver earlier bodies again, together; nothing may change."""
        before = self.everything()
        repeated = self._sent if repeated is None else repeated
        if repeated:
            assert self.dispatch(repeated)["processed"] == 0
            assert self.everything() == before

    def everything(self) -> DictRow:
        row = self._superuser.execute(_EVERYTHING).fetchone()
        assert row is not None
        return row

    def problems(self) -> list[str]:
        return [row["problem"] for row in self._superuser.execute(_BROKEN)]

    def _state(self, step: Step) -> str | None:
        row = self._superuser.execute(
            """
            select chat.state
            from public.chat_state as chat
            join public.profiles as profile using (user_id)
            where (profile.whatsapp_e164 = '+' || %s or profile.wa_user_id = %s)
              and chat.phone_number_id = %s
            """,
            self._pair(step),
        ).fetchone()
        return None if row is None else row["state"]

    def _offered(self, step: Step) -> list[Json]:
        """Return the content of every tap that the person's latest messages allow."""
        rows = self._superuser.execute(
            """
            select offer.type, offer.body
            from public.notifications as notification
            join public.profiles as profile using (user_id)
            cross join lateral (
              select 'button_reply' as type, button -> 'reply' as body
              from jsonb_path_query(payload, '$.interactive.action.buttons[*]') as button
              union all
              select 'list_reply', list_row
              from jsonb_path_query(payload, '$.interactive.action.sections[*].rows[*]') as list_row
            ) as offer
            where (profile.whatsapp_e164 = '+' || %s or profile.wa_user_id = %s)
              and notification.phone_number_id = %s
            order by notification.id desc
            limit 8
            """,
            self._pair(step),
        )
        return [{"type": row["type"], row["type"]: row["body"]} for row in rows]

    def _answers_come_from(self, number: str) -> None:
        """Check that what was queued since the last time leaves from the number written to."""
        rows = self._superuser.execute(
            "select id, phone_number_id from public.notifications where id > %s order by id",
            [self._answered],
        ).fetchall()
        assert {row["phone_number_id"] for row in rows} <= {number}
        self._answered = rows[-1]["id"] if rows else self._answered

    def _pair(self, step: Step) -> list[str | None]:
        person = PEOPLE[step.person]
        return [person.get("sender"), person.get("user_id"), NUMBERS[step.number]]

    def _baskets(self) -> list[Json]:
        rows = self._superuser.execute("select id, share_token from public.baskets order by name")
        return [{"id": str(row["id"]), "share_token": row["share_token"]} for row in rows]


@pytest.fixture
def superuser(connect: Connect) -> Iterator[Connection[DictRow]]:
    connection = connect(SUPERUSER, autocommit=False)
    connection.execute(
        "update wa.settings set value = '\"+15550001111\"' where key = 'bot_number_e164'"
    )
    for number in NUMBERS:
        enter_number(connection, number)
    connection.commit()
    yield connection
    connection.rollback()


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=1, max_size=30))
def test_no_sequence_of_messages_breaks_the_conversation_and_each_counts_once(
    superuser: Connection[DictRow], steps: list[Step]
) -> None:
    superuser.rollback()
    conversation = Conversation(superuser)
    for step in (*PROLOGUE, *steps):
        conversation.take(step)
    assert conversation.problems() == []
    conversation.hear_again()
