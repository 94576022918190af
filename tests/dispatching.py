"""Calls of the database's one entry point, and short ways to read what they left behind."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.types.json import Jsonb

from tests import payloads
from tests.fixtures.names import current_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.payloads import Json

COUNTS = ("processed", "duplicate", "failed", "invalid_sender", "ignored", "statuses")


def dispatch(
    connection: Connection[DictRow], payload: object, options: Json | None = None
) -> dict[str, Any]:
    """Call `wa_dispatch` with a body, an array of bodies, or None for SQL null."""
    row = connection.execute(
        "select public.wa_dispatch(%s, %s) as answer",
        (None if payload is None else Jsonb(payload), Jsonb(options or {})),
    ).fetchone()
    assert row is not None
    answer: dict[str, Any] = row["answer"]
    return answer


def send(connection: Connection[DictRow], *messages: Json, **fields: Any) -> dict[str, int]:
    """Dispatch one body with these messages and return the counts that are not zero."""
    return counts(dispatch(connection, payloads.envelope(list(messages), **fields)))


def say(connection: Connection[DictRow], *texts: str, **fields: Any) -> None:
    """Dispatch texts of one user, each in a body of its own."""
    for text in texts:
        send(connection, payloads.text_message(text, **fields))


def tap(connection: Connection[DictRow], reply_id: str, **fields: Any) -> None:
    """Dispatch the tap on a row of a list."""
    send(connection, payloads.list_reply(reply_id, **fields))


def counts(answer: dict[str, Any]) -> dict[str, int]:
    """Return the message counts of an answer that are not zero."""
    return {name: answer[name] for name in COUNTS if answer[name]}


def values(connection: Connection[DictRow], query: str, *parameters: object) -> list[Any]:
    """Return the first column of a query."""
    rows = connection.execute(query.encode(), parameters).fetchall()
    return [next(iter(row.values())) for row in rows]


def value(connection: Connection[DictRow], query: str, *parameters: object) -> Any:
    """Return the only value of a query."""
    (only,) = values(connection, query, *parameters)
    return only


def row(connection: Connection[DictRow], query: str, *parameters: object) -> DictRow:
    """Return the only row of a query."""
    (only,) = connection.execute(query.encode(), parameters).fetchall()
    return only


def profiles(connection: Connection[DictRow]) -> list[DictRow]:
    """Return the profiles that were not merged away, oldest first."""
    return connection.execute(
        "select * from public.profiles where merged_into is null order by created_at, user_id"
    ).fetchall()


def names(connection: Connection[DictRow]) -> set[tuple[str | None, str | None]]:
    """Return number and business-scoped id of every profile that was not merged away."""
    return {(one["whatsapp_e164"], one["wa_user_id"]) for one in profiles(connection)}


def replies(connection: Connection[DictRow], user_id: UUID | None = None) -> list[Json]:
    """Return what was queued, for one user or for all, in order."""
    return values(
        connection,
        "select payload from public.notifications"
        " where %s::uuid is null or user_id = %s order by id",
        user_id,
        user_id,
    )


def reply_texts(connection: Connection[DictRow]) -> list[str]:
    """Return the body text of everything that was queued, in order."""
    return [_body_text(reply) for reply in replies(connection)]


def row_ids(reply: Json) -> list[str]:
    """Return the ids of the rows of a list message."""
    return [one["id"] for one in reply["interactive"]["action"]["sections"][0]["rows"]]


def text(connection: Connection[DictRow], key: str, locale: str = "en") -> str:
    """Return what the bot says under a key."""
    body = value(
        connection, "select body from wa.texts where key = %s and locale = %s", key, locale
    )
    return str(body)


def break_step(connection: Connection[DictRow], state: str = "help") -> None:
    """Make the registry name a step function that does not exist."""
    connection.execute(
        "update wa.flow_states set step_function = 'step_missing' where state = %s", (state,)
    )


def mend_step(connection: Connection[DictRow], state: str = "help") -> None:
    """Undo `break_step`."""
    connection.execute(
        "update wa.flow_states set step_function = 'step_' || state where state = %s", (state,)
    )


@contextmanager
def as_engine(owner: Connection[DictRow]) -> Iterator[None]:
    """Let the owner's statements be the engine's own, which may make anything of a message."""
    owner.execute(sql.SQL("set role {}").format(sql.Identifier(current_role("wa_runtime"))))
    yield
    owner.execute("reset role")


def errors_of(connection: Connection[DictRow]) -> dict[str, str]:
    """Return the SQLSTATE of every failed event by message id."""
    failed = connection.execute(
        "select wa_message_id, left(error, 5) as state from public.wa_events"
        " where status = 'failed'"
    )
    return {one["wa_message_id"]: one["state"] for one in failed}


def envelopes(bodies: Iterable[Json]) -> list[Json]:
    """Wrap every message in a body of its own, as a handler that coalesces requests does."""
    return [payloads.envelope([one]) for one in bodies]


def _body_text(reply: Json) -> str:
    if reply["type"] == "text":
        return str(reply["text"]["body"])
    return str(reply["interactive"]["body"]["text"])
