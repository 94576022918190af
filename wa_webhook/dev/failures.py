"""What `wa-webhook dev` tells of messages and tasks that fail, and of tasks that nobody does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg

from wa_webhook.dev.stack import local_names
from wa_webhook.migrate.places import name_files
from wa_webhook.naming.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.dev.postgres import LocalPostgres

_LOOK_SECONDS = 0.3
_FAILED = """
    select failure.id, failure.told
    from (
        select event.wa_message_id as id, 'failed: ' || event.error as told, event.received_at as at
        from public.wa_events as event
        where event.status = 'failed'
        union all
        select
            concat_ws(':', 'task', task.id, task.attempt_count, task.wait_count, task.status),
            concat(
                'failed: a task of the kind ', task.kind, ': ',
                concat_ws(': ', task.error_class, task.error_message), '; ',
                case
                    when task.status = 'failed' then 'not tried again'
                    else 'tried again at ' || task.next_attempt_at::time(0)
                end,
                case task.error_class
                    when 'unknown' then '; TASK_RAISED in the log has its place'
                end
            ),
            coalesce(task.finished_at, task.started_at, task.created_at)
        from wa.tasks as task
        where task.status in ('queued', 'failed') and task.error_class is not null
        union all
        select
            concat_ws(':', 'task', task.id),
            concat('waiting: a task of the kind ', task.kind, ', which no worker takes'),
            task.created_at
        from wa.tasks as task
        where task.status = 'queued' and task.attempt_count = 0
            and task.next_attempt_at < now() - interval '5 seconds'
    ) as failure
    where failure.id <> all(%s)
    order by failure.at
"""


def locate(postgres: LocalPostgres, error: str) -> str:
    """Return an error with the file and line of its step. Raises psycopg.Error."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        return name_files(error, connection, local_names())


async def follow_failures(postgres: LocalPostgres, tell: Callable[[str], None]) -> None:
    """Tell of each message and each attempt at a task that fails from now on, and what was raised.

    And of each task that nobody takes: its kind is misspelt, or has no function.

    Raises psycopg.Error when the database is there no more.
    """
    statement = Rewriter(local_names()).rewrite(_FAILED).encode()
    told: list[str] = []
    is_begin = True
    url = postgres.url()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while True:
            for failed, error in await (await connection.execute(statement, [told])).fetchall():
                told.append(failed)
                if not is_begin:
                    tell(await asyncio.to_thread(locate, postgres, error))
            is_begin = False
            await asyncio.sleep(_LOOK_SECONDS)
