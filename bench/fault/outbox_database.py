"""The outbox's run in the database: settings, the messages, and when each of them was claimed."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg

from bench.fault.workers import DURABILITY

if TYPE_CHECKING:
    from bench.fault.plan import OutboxPlan

_SETTINGS = """
    update wa.settings set value = '0'
    where key in ('number_rate_per_second', 'pair_interval_seconds');
    update wa.settings set value = to_jsonb({in_doubt_seconds}) where key = 'in_doubt_seconds';
    update wa.send_error_classes set first_delay_seconds = 1, max_retries = 1000
    where class in ('retry', 'wait', 'in_doubt');
"""

_CLAIMS = """
    create table wa.noted_claims (
      notification_id bigint not null,
      claimed_at timestamptz not null default clock_timestamp()
    );
    grant insert on wa.noted_claims to wa_runtime;
    create function wa.note_claim() returns trigger language plpgsql as $$
    begin
      insert into wa.noted_claims (notification_id) values (new.id);
      return null;
    end
    $$;
    create trigger note_claim after update on public.notifications
    for each row when (new.lock_token is distinct from old.lock_token)
    execute function wa.note_claim();
"""

_MESSAGES = """
    with added as (
      insert into public.profiles (whatsapp_e164)
      select '+3460' || lpad(number::text, 7, '0')
      from generate_series(0, {users} - 1) as number
      returning user_id
    )
    insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
    select user_id, coalesce((select min(phone_number_id) from wa.numbers), ''), now() from added;

    select count(
      public.wa_notify(
        '+3460' || lpad((number % {users})::text, 7, '0'),
        jsonb_build_object(
          'type', 'text',
          'text', jsonb_build_object('body', (number / {users})::text)
        )
      )
    )
    from generate_series(0, {messages} - 1) as number
"""

_COUNTS = """
    select
      count(*) filter (where status in ('queued', 'sending')),
      count(*) filter (where status in ('sent', 'delivered', 'read'))
    from public.notifications
"""


class FaultDatabase:
    """One run's database, reached as the migrating role with `url`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def prepare(self, plan: OutboxPlan) -> None:
        """Set the pace and the patience, note claims from now on, and queue the messages.

        The bodies of a user's messages are their places in the user's order.
        """
        with psycopg.connect(self._url, autocommit=True) as connection:
            for script in (DURABILITY, _SETTINGS, _CLAIMS, _MESSAGES):
                filled = script
                for name in ("in_doubt_seconds", "users", "messages"):
                    filled = filled.replace(f"{{{name}}}", str(getattr(plan, name)))
                connection.execute(filled.encode())

    def count(self) -> tuple[int, int] | None:
        """Count what is still to be sent and what was sent, or None while the server is away."""
        try:
            with psycopg.connect(self._url, autocommit=True) as connection:
                row = connection.execute(_COUNTS).fetchone()
        except psycopg.OperationalError:
            return None
        return (row[0], row[1]) if row else None

    def claims(self) -> dict[str, list[float]]:
        """Return when each notification was claimed, in seconds of the monotonic clock."""
        ahead = time.time() - time.monotonic()
        claims: dict[str, list[float]] = defaultdict(list)
        with psycopg.connect(self._url, autocommit=True) as connection:
            for notification_id, claimed_at in connection.execute(
                "select notification_id::text, extract(epoch from claimed_at)::float8"
                " from wa.noted_claims order by claimed_at"
            ):
                claims[notification_id].append(claimed_at - ahead)
        return claims
