"""What a message did to the database, read as its owner: a page for developers shows everything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from wa_webhook.phone.recollection import CONVERSATIONS, Recollection, recollect

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from psycopg import AsyncConnection
    from psycopg.rows import DictRow

    from wa_webhook.meta_stand_in.people import Person

_PLACE = """
    select chat.state, chat.data, chat.expires_at,
        case
            when chat.handed_over_until > now()
                then coalesce(chat.handed_over_to || ' has it', 'waits for a colleague')
        end as held
    from public.chat_state as chat
    join public.profiles as profile using (user_id)
    where profile.whatsapp_e164 = %(number)s or profile.wa_user_id = %(user_id)s
    order by chat.updated_at desc
    limit 1
"""

_EVENT = """
    select event.user_id, event.status, event.error, event.message_type,
        event.received_at,
        (
            select btrim(split_part(step.prosrc, chr(10), place.found[2]::integer))
            from regexp_match(event.error, ', at (step_[a-z0-9_]+) line ([0-9]{1,6})')
                as place (found)
            join pg_catalog.pg_proc as step on step.proname = place.found[1]
            limit 1
        ) as line,
        (
            select min(later.received_at)
            from public.wa_events as later
            where later.user_id = event.user_id and later.received_at > event.received_at
        ) as until
    from public.wa_events as event
    where event.wa_message_id = %(message_id)s
"""

_NOTIFICATIONS = """
    select id, kind, payload ->> 'type' as type, status, retry_count,
        concat_ws(' ', error_code, error_message) as error, waiting_for
    from public.notifications
    where user_id = %(user_id)s and created_at >= %(since)s
        and created_at < coalesce(%(until)s, 'infinity'::timestamptz)
    order by id
"""

_TASKS = """
    select id, kind, status, attempt_count, concat_ws(': ', error_class, error_message) as error
    from wa.tasks
    where user_id = %(user_id)s and created_at >= %(since)s
        and created_at < coalesce(%(until)s, 'infinity'::timestamptz)
    order by id
"""

_FLOW = """
    with here as (
        select state.flow from wa.flow_states as state where state.state = %(state)s
    ),

    move as (
        select transition.from_state, transition.to_state
        from wa.flow_transitions as transition
        join wa.flow_states as state on state.state = transition.from_state
        join here on here.flow = state.flow
    ),

    node as (
        select state.state, state.flow, state.description,
            exists (select from wa.flow_entries as entry where entry.to_state = state.state)
                as is_entry
        from wa.flow_states as state
        where state.flow in (select here.flow from here)
            or state.state in (select move.to_state from move)
    )

    select here.flow,
        (select jsonb_agg(to_jsonb(node) order by node.state) from node) as states,
        (
            select coalesce(
                jsonb_agg(
                    jsonb_build_array(move.from_state, move.to_state)
                    order by move.from_state, move.to_state
                ),
                '[]'
            )
            from move
        ) as moves
    from here
"""

STATEMENTS = (_PLACE, _EVENT, _NOTIFICATIONS, _TASKS, _FLOW, CONVERSATIONS)


class Inspector:
    """Reads the tables of one database, whose names `statements` has in place of ours."""

    def __init__(
        self,
        connection: AsyncConnection[DictRow],
        statements: dict[str, str],
        locate: Callable[[str], str],
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._locate = locate
        self._turn = asyncio.Lock()

    @classmethod
    async def open(
        cls, url: str, rewrite: Callable[[str], str], locate: Callable[[str], str]
    ) -> Self:
        """Connect; `rewrite` gives a statement the names of this database. Raises psycopg.Error.

        `locate` says of an error in which file its step stands.
        """
        connection = await psycopg.AsyncConnection.connect(
            url, autocommit=True, row_factory=dict_row
        )
        return cls(connection, {one: rewrite(one) for one in STATEMENTS}, locate)

    async def close(self) -> None:
        """Let the connection go."""
        await self._connection.close()

    async def recollect(self) -> list[Recollection]:
        """Return the conversations of those who were there last."""
        return [recollect(row) for row in await self._read(CONVERSATIONS)]

    async def place(self, person: Person) -> dict[str, Any]:
        """Return where somebody's conversation is: `state`, `data`, `expires_at`.

        `held` says which person has it in place of the bot: None for nobody.
        """
        number = person.phone and f"+{person.phone}"
        rows = await self._read(_PLACE, number=number, user_id=person.user_id)
        if not rows:
            return {"state": "home", "data": {}, "expires_at": None, "held": None}
        expires_at = rows[0]["expires_at"]
        return {**rows[0], "expires_at": expires_at and expires_at.isoformat()}

    async def flow(self, person: Person) -> dict[str, Any] | None:
        """Return the flow that somebody is in, or None where theirs is there no more.

        `state` is theirs; `states` are all of the flow, and those beside it that they lead to;
        `moves` are pairs of them.
        """
        state = (await self.place(person))["state"]
        rows = await self._read(_FLOW, state=state)
        return {**rows[0], "state": state} if rows else None

    async def consequences(self, message_id: str) -> dict[str, Any]:
        """Return what came of a user's message: the event, notifications and tasks it caused.

        What was written between this message of theirs and the next is taken for its doing. `line`
        of an event that failed is that of the step, as it stands there now.
        """
        events = await self._read(_EVENT, message_id=message_id)
        if not events or events[0]["user_id"] is None:
            return {"event": await self._plain(events[0]) if events else None, "rows": []}
        event = events[0]
        of_it = {
            "user_id": event["user_id"],
            "since": event["received_at"],
            "until": event["until"],
        }
        rows = [
            {"table": table, **row}
            for table, statement in (("notifications", _NOTIFICATIONS), ("wa.tasks", _TASKS))
            for row in await self._read(statement, **of_it)
        ]
        return {"event": await self._plain(event), "rows": rows}

    async def _plain(self, event: DictRow) -> dict[str, Any]:
        error = event["error"]
        return {
            "table": "wa_events",
            "status": event["status"],
            "type": event["message_type"],
            "error": error and await asyncio.to_thread(self._locate, error),
            "line": event["line"],
        }

    async def _read(self, statement: str, **values: object) -> list[DictRow]:
        # A connection does one thing at a time.
        async with self._turn:
            cursor = await self._connection.execute(self._statements[statement].encode(), values)
            return await cursor.fetchall()
