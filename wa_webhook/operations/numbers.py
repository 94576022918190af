"""Our business numbers: the rows of wa.numbers, and what Meta says of an account."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.naming.rewriting import Rewriter
from wa_webhook.operations.graph import GraphApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import LiteralString

    from psycopg import Connection

    from wa_webhook.naming.names import Names
    from wa_webhook.operations.graph_shapes import PhoneNumber


@dataclass(frozen=True)
class Number:
    """One business number; `display_number` has a plus sign and nothing between its digits."""

    phone_number_id: str
    waba_id: str | None = None
    display_number: str | None = None
    answers: bool = True
    home_state: str = "home"
    retired_at: datetime | None = None


class Numbers:
    """The rows of wa.numbers. All methods raise psycopg.Error."""

    def __init__(self, connection: Connection[Any], names: Names) -> None:
        self._connection = connection
        self._rewriter = Rewriter(names)

    def list_known(self) -> list[Number]:
        """Return every number, retired ones last."""
        rows = self._run(
            """
            select phone_number_id, waba_id, display_number, answers, home_state, retired_at
            from wa.numbers order by retired_at is not null, added_at, phone_number_id
            """
        )
        return [Number(*row) for row in rows]

    def list_foreign(self) -> list[tuple[str | None, int]]:
        """Return the numbers that are not ours for which messages are kept, and how many."""
        rows = self._run(
            """
            select event.phone_number_id, pg_catalog.count(*)
            from public.wa_events as event
            where event.status = 'ignored' and event.payload is not null
              and not exists (
                select from wa.numbers as number
                where number.phone_number_id = event.phone_number_id and number.retired_at is null
              )
            group by event.phone_number_id order by event.phone_number_id
            """
        )
        return list(rows)

    def add(
        self,
        phone_number_id: str,
        *,
        waba_id: str | None = None,
        display_number: str | None = None,
        home_state: str | None = None,
        answers: bool | None = None,
    ) -> None:
        """Enter a number, or make a retired one ours again; None leaves what its row says."""
        self._run(
            """
            insert into wa.numbers as number
              (phone_number_id, waba_id, display_number, home_state, answers)
            values (
              %(id)s::text, %(waba)s::text, %(display)s::text,
              coalesce(%(home)s::text, 'home'), coalesce(%(answers)s::boolean, true)
            )
            on conflict (phone_number_id) do update set
              waba_id = coalesce(excluded.waba_id, number.waba_id),
              display_number = coalesce(excluded.display_number, number.display_number),
              home_state = coalesce(%(home)s::text, number.home_state),
              answers = coalesce(%(answers)s::boolean, number.answers),
              retired_at = null
            """,
            {
                "id": phone_number_id,
                "waba": waba_id,
                "display": display_number,
                "home": home_state,
                "answers": answers,
            },
        )

    def retire(self, phone_number_id: str) -> bool:
        """Let a number go; False when it is not one of ours."""
        retired = self._run(
            """
            update wa.numbers set retired_at = pg_catalog.clock_timestamp()
            where phone_number_id = %(id)s::text and retired_at is null
            returning phone_number_id
            """,
            {"id": phone_number_id},
        )
        return any(True for _ in retired)

    def _run(
        self, statement: LiteralString, values: dict[str, Any] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.execute(self._rewriter.rewrite(statement).encode(), values)
        return iter(cursor.fetchall() if cursor.description else ())


def read_from_graph(base_url: str, token: str, waba_id: str) -> list[Number]:
    """Return the numbers of an account as the Graph API lists them. Raises GraphRefusedError."""

    async def read() -> list[PhoneNumber]:
        async with GraphApi(base_url, token) as graph:
            return await graph.list_numbers(waba_id)

    return [_as_number(one, waba_id) for one in asyncio.run(read())]


def _as_number(listed: PhoneNumber, waba_id: str) -> Number:
    digits = "".join(filter(str.isdecimal, listed.display_phone_number))
    return Number(listed.id, waba_id, f"+{digits}" if digits else None)
