"""What was said before the phone was started, as the database has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.meta_stand_in import Accepted
from wa_webhook.meta_stand_in.people import Person
from wa_webhook.pages import Message, from_business, from_user

if TYPE_CHECKING:
    from psycopg.rows import DictRow

_STATUSES = {"sent", "delivered", "read", "failed"}
_REACHED = {"processed": "delivered", "failed": "delivered"}

CONVERSATIONS = """
    with person as (
        select user_id, display_name, whatsapp_e164, wa_user_id, created_at
        from public.profiles
        where whatsapp_e164 is not null or wa_user_id is not null
        order by updated_at desc
        limit 20
    ),

    message as (
        select event.user_id, event.received_at as at, 0 as direction, event.wa_message_id as id,
            event.status, event.error, event.phone_number_id,
            case
                when event.status = 'failed'
                    then event.payload #> '{entry,0,changes,0,value,messages,0}'
                else event.payload
            end as content
        from public.wa_events as event
        where event.status in ('processed', 'failed')
            and event.message_type not in ('system', 'task_result')
        union all
        select notification.user_id, notification.send_at, 1, notification.wa_message_id,
            notification.status,
            concat_ws(' ', notification.error_code, notification.error_message),
            notification.phone_number_id, notification.payload
        from public.notifications as notification
        where notification.kind = 'message' and notification.wa_message_id is not null
    )

    select person.*, kept.messages
    from person
    cross join lateral (
        select jsonb_agg(to_jsonb(latest) order by latest.at, latest.direction) as messages
        from (
            select message.*
            from message
            where message.user_id = person.user_id
            order by message.at desc, message.direction desc
            limit 100
        ) as latest
    ) as kept
    where kept.messages is not null
    order by person.created_at
"""
"""The last hundred messages of each of those twenty who were there last."""


@dataclass(frozen=True)
class Recollection:
    """Somebody, what was said, and what of it the business sent."""

    person: Person
    messages: list[Message]
    accepted: list[Accepted]


def recollect(row: DictRow) -> Recollection:
    """Return what a row of CONVERSATIONS tells."""
    number = row["whatsapp_e164"] and row["whatsapp_e164"].removeprefix("+")
    name = row["display_name"] or row["whatsapp_e164"] or row["wa_user_id"]
    person = Person(name, number, row["wa_user_id"])
    return Recollection(
        person,
        [_message(one) for one in row["messages"]],
        [_accepted(one, person) for one in row["messages"] if one["direction"] == 1],
    )


def _message(kept: dict[str, Any]) -> Message:
    """Return a bubble. What it shows of files is gone: the stand-in keeps them while it runs."""
    if kept["direction"] == 0:
        status = _REACHED[kept["status"]]
        content = from_user(kept["content"])
        return Message(kept["id"], "from_user", kept["at"], "user", status, content, kept["error"])
    status = kept["status"] if kept["status"] in _STATUSES else "accepted"
    content = from_business(kept["content"])
    error = kept["error"] or None
    return Message(kept["id"], "from_business", kept["at"], "bot", status, content, error)


def _accepted(kept: dict[str, Any], person: Person) -> Accepted:
    return Accepted(
        wa_message_id=kept["id"],
        phone_number_id=kept["phone_number_id"] or "",
        recipient=person.address,
        is_user_id=person.phone is None,
        request=kept["content"],
        is_dropped=False,
    )
