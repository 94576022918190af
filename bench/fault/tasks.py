"""The tasks' run: users ask by message, and each result is a message of theirs, while things fail.

What came of a task is counted where it matters: in what its chat remembers, and in the replies that
its user gets.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from bench.fault.workers import DURABILITY, Workers
from wa_webhook.dev.identity import PHONE_NUMBER_ID

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from bench.fault.plan import TaskPlan
    from wa_webhook.dev.postgres import LocalPostgres

_LOOK_SECONDS = 0.2
_USERS_A_CALL = 20

_FLOW = """
    insert into wa.flow_states (state, flow, step_function, description)
    values ('fault', 'fault', 'step_fault', 'Asks for tasks with every message.');
    insert into wa.flow_entries (kind, value, to_state) values ('keyword', 'fault', 'fault');
    create function wa.step_fault(p_chat wa.chat) returns wa.step_result
    language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
    declare
      v_task constant text := wa.task_result(p_chat) ->> 'task';
      v_heard constant integer := coalesce((p_chat.data ->> 'heard')::integer, 0);
    begin
      if v_task is not null then
        return wa.stay(
          wa.build_text('task ' || v_task), p_chat.data || jsonb_build_object('heard', v_heard + 1)
        );
      end if;
      perform wa.request_task(p_chat, 'fault', '{"n": 1}', p_max_attempts => 100)
      from generate_series(1, (p_chat.message).body::integer)
      where wa.typed(p_chat) is not null;
      return null;
    end
    $$;
    update wa.settings set value = '0' where key = 'answers_interval_seconds';
    update wa.task_error_classes set first_delay_seconds = 0, max_delay_seconds = 1;
"""
_LEFT = "select count(*) from wa.tasks where due_at is not null"
_VERDICT = """
    with replies as (
        select
            substring(reply.payload #>> '{text,body}' from 'task ([0-9]+)')::bigint as task,
            count(*) as times,
            count(distinct reply.user_id) as users,
            max(reply.user_id::text)::uuid as user_id
        from public.notifications as reply
        group by 1
    ),
    asked as (
        select task.user_id, count(*) as tasks from wa.tasks as task group by 1
    )
    select
        count(*),
        count(*) filter (where task.status is distinct from 'done'),
        count(*) filter (where replies.times is null),
        count(*) filter (where replies.times > 1),
        count(*) filter (where replies.users > 1 or replies.user_id <> task.user_id),
        (
            select count(*)
            from asked
            join public.chat_state as chat on chat.user_id = asked.user_id
            where (chat.data ->> 'heard')::bigint is distinct from asked.tasks
        ),
        coalesce(sum(task.attempt_count), 0)::integer
    from wa.tasks as task
    left join replies on replies.task = task.id
"""


@dataclass(frozen=True)
class TaskVerdict:
    """What became of the tasks.

    `expected` were to be asked for, `asked` are there, `not_done` of them have not been done.
    `missing`, `twice` and `astray` are tasks whose result was told to nobody, twice, or to another
    user; `miscounted_chats` remember another number of results than their user asked for.
    `failed_attempts` went wrong or died with their worker.
    """

    expected: int
    asked: int
    not_done: int
    missing: int
    twice: int
    astray: int
    miscounted_chats: int
    failed_attempts: int

    @property
    def is_flawless(self) -> bool:
        """Whether each took effect once, where it was asked for."""
        return self.asked == self.expected > 0 and not (
            self.not_done or self.missing or self.twice or self.astray or self.miscounted_chats
        )

    def lines(self) -> list[str]:
        """Return one line a count."""
        return [
            f"{field.name.replace('_', ' '):<32}{getattr(self, field.name):>10}"
            for field in fields(self)
        ]


class TaskRun:
    """One run on a prepared database; `url` gives the connection URL of a role.

    `faults` counts what was done to the workers and the server.
    """

    def __init__(
        self,
        server: LocalPostgres,
        url: Callable[[str], str],
        plan: TaskPlan,
        number: str = PHONE_NUMBER_ID,
    ) -> None:
        self._url = url
        self._plan = plan
        self._number = number
        variables = {
            "WA_DATABASE_URL": url("wa_worker_role"),
            "WA_WORK_MODULES": "bench.fault.task_functions",
            "WA_WORK_LEASE_SECONDS": "2",
            "WA_WORK_POLL_SECONDS": "0.2",
        }
        self._workers = Workers(server, plan, "work", variables)
        self.faults: Counter[str] = self._workers.faults

    async def run(self) -> TaskVerdict:
        """Ask and work while things fail, and judge.

        Raises TimeoutError when tasks are still unfinished after `patience_seconds`.
        """
        with psycopg.connect(self._url("postgres"), autocommit=True) as owner:
            owner.execute(_FLOW)
            owner.execute(DURABILITY.encode())
        deadline = time.monotonic() + self._plan.patience_seconds
        async with self._workers.failing() as causing:
            await self._ask(deadline)
            await causing
            await self._wait_until_finished(deadline)
        verdict = await asyncio.to_thread(self._call, "postgres", _VERDICT)
        assert verdict is not None  # noqa: S101 (the server is up)
        return TaskVerdict(self._plan.tasks, *verdict)

    async def _ask(self, deadline: float) -> None:
        """Write for every user, over the time in which things fail; what fails is said again."""
        calls = list(self._calls())
        pause = len(self._plan.faults) * self._plan.seconds_between_faults / len(calls)
        for bodies in calls:
            query = "select public.wa_dispatch(%s)"
            while await asyncio.to_thread(self._call, "wa_edge_role", query, bodies) is None:
                if time.monotonic() > deadline:
                    raise TimeoutError("messages could not be taken")
                await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.sleep(pause)

    def _calls(self) -> Iterator[list[dict[str, Any]]]:
        users = range(self._plan.users)
        a_message = self._plan.tasks_a_message
        texts = ["fault", *[str(a_message)] * (self._plan.tasks // len(users) // a_message)]
        for place, text in enumerate(texts):
            for first in users[::_USERS_A_CALL]:
                yield [
                    self._envelope(user, place, text)
                    for user in users[first : first + _USERS_A_CALL]
                ]

    def _envelope(self, user: int, place: int, text: str) -> dict[str, Any]:
        message = {
            "id": f"wamid.{user}.{place}",
            "from": f"3460{user:07}",
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": text},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": self._number},
            "messages": [message],
        }
        change = {"field": "messages", "value": value}
        entry = {"id": "1", "changes": [change]}
        return {"object": "whatsapp_business_account", "entry": [entry]}

    async def _wait_until_finished(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            if await asyncio.to_thread(self._call, "postgres", _LEFT) == (0,):
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise TimeoutError("tasks are still unfinished")

    def _call(
        self, role: str, query: str, bodies: list[dict[str, Any]] | None = None
    ) -> tuple[Any, ...] | None:
        """Return the only row; None while the server is away."""
        parameters = None if bodies is None else (Jsonb(bodies),)
        try:
            with psycopg.connect(self._url(role), autocommit=True) as session:
                return session.execute(query.encode(), parameters).fetchone()
        except psycopg.OperationalError:
            return None
