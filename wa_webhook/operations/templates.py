"""The message templates that the outbox has sent lately or is about to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from psycopg import Connection

    from wa_webhook.naming.names import Names

LATELY_DAYS = 7

_USED = """
select
    template.body ->> 'name',
    pg_catalog.replace(template.body -> 'language' ->> 'code', '-', '_'),
    number.waba_id,
    coalesce(known.is_held, false),
    pg_catalog.count(*)
from public.notifications as notification
cross join lateral (
    values (notification.payload -> 'template'), (notification.fallback_template -> 'template')
) as template (body)
left join wa.numbers as number on number.phone_number_id = notification.phone_number_id
left join wa.message_templates as known
    on known.name = template.body ->> 'name'
    and known.language
        = pg_catalog.replace(template.body -> 'language' ->> 'code', '-', '_')
where (
        notification.turn_at is not null
        or notification.waiting_for is not null
        or notification.turn_at is null
        and notification.created_at
            > pg_catalog.clock_timestamp() - pg_catalog.make_interval(days => %s)
    )
    and template.body ->> 'name' is not null
group by 1, 2, 3, 4
order by 1, 2, 3
"""


@dataclass(frozen=True)
class UsedTemplate:
    """A template in a language, and how many messages have it.

    `waba_id`: the account of the number that sends, None where no row of wa.numbers says.
    `is_held`: messages with it wait here, by wa.message_templates.
    """

    name: str
    language: str
    waba_id: str | None
    is_held: bool
    messages: int


def list_used_templates(connection: Connection[Any], names: Names) -> list[UsedTemplate]:
    """Return what is queued, waits, or was queued within LATELY_DAYS. Raises psycopg.Error."""
    rows = connection.execute(Rewriter(names).rewrite(_USED).encode(), (LATELY_DAYS,))
    return [UsedTemplate(*row) for row in rows]
