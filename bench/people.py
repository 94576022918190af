"""Who writes, and what: users by consecutive phone numbers, and the body of their webhooks."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

FIRST_PHONE = 34_600_000_000
NUMBER_ID = "106540352242922"
SECRET = "bench-app-secret"  # noqa: S105
"""The app secret that webhooks are signed with."""
MESSAGE_ID_HEAD = "wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz"

_ADD_PEOPLE = """
with added as (
  insert into public.profiles (whatsapp_e164, wa_user_id, display_name)
  select '+' || phone, 'ES.' || phone, 'Ana'
  from generate_series(%(first)s, %(first)s + %(users)s - 1) as phone
  returning user_id
),

opened as (
  insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
  select user_id, %(number)s, now()
  from added
)

insert into public.chat_state (user_id, phone_number_id, state)
select user_id, %(number)s, 'home'
from added
"""

# Who writes in a measurement writes more than a person does.
UNBOUNDED_ANSWERS = "update wa.settings set value = '0' where key = 'answers_interval_seconds'"


def add_people(connection: psycopg.Connection[Any], users: int) -> None:
    """Add users who have written before, the first having the number FIRST_PHONE."""
    connection.execute(_ADD_PEOPLE, {"first": FIRST_PHONE, "users": users, "number": NUMBER_ID})
    connection.execute(UNBOUNDED_ANSWERS)


def occupy_notifier(connection: psycopg.Connection[Any]) -> None:
    """Let a user write and a worker take the answer, its batch full.

    Such a worker does not sleep, so that nobody has to be woken: at the rates of a measurement a
    notifier is always busy.
    """
    connection.execute(
        "select public.wa_dispatch(%s::jsonb)",
        [webhook_body(str(FIRST_PHONE), "1", str(int(time.time())))],
    )
    connection.execute("select from public.wa_notifications_claim('bench', 1)")


def webhook_body(phone: str, message_id: str, sent_at: str) -> str:
    """Return the webhook of one text message, compact as Meta posts it."""
    return webhook_of_many([(phone, message_id)], sent_at)


def webhook_of_many(messages: Sequence[tuple[str, str]], sent_at: str) -> str:
    """Return one webhook of several text messages: of each the sender's phone and an id."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550001111",
            "phone_number_id": NUMBER_ID,
        },
        "contacts": [
            {"profile": {"name": "Ana"}, "wa_id": phone, "user_id": f"ES.{phone}"}
            for phone, _ in messages
        ],
        "messages": [
            {
                "from": phone,
                "from_user_id": f"ES.{phone}",
                "id": f"{MESSAGE_ID_HEAD}{message_id}",
                "timestamp": sent_at,
                "type": "text",
                "text": {"body": "hello"},
            }
            for phone, message_id in messages
        ],
    }
    change = {"value": value, "field": "messages"}
    entry = {"id": "102290129340398", "changes": [change]}
    document = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(document, separators=(",", ":"))


def webhook_pattern() -> str:
    """Return the same webhook for `format()` in SQL: phone, message id and time of sending."""
    return webhook_body("%1$s", "%2$s", "%3$s")


def writing_variables(users: int, step: int = 1) -> dict[str, str | int]:
    """Return what the scripts need to let every `step`th of the users write, `users` of them."""
    return {
        "first_phone": FIRST_PHONE,
        "users": users,
        "step": step,
        "webhook": webhook_pattern(),
    }
