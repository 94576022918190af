"""A conversation that asks for work, and workers that do it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

import pytest
from psycopg.types.json import Jsonb

from tests import payloads
from tests.dispatching import dispatch, reply_texts, value, values

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect

ANA, BEN = payloads.SENDER, "34600111333"

FLOW = """
insert into wa.flow_states (state, flow, step_function, description) values
('scan', 'test', 'step_scan', 'waits for one task'),
('scans', 'test', 'step_scans', 'asks for a task with every message'),
('scanned', 'test', 'step_scanned', 'takes what comes late');
insert into wa.flow_transitions values ('scan', 'home'), ('scans', 'home'), ('scanned', 'home');
insert into wa.flow_entries (kind, value, to_state)
values ('keyword', 'scan', 'scan'), ('keyword', 'scans', 'scans');

create function wa.step_scan(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_result constant jsonb := wa.task_result(p_chat);
begin
  if p_chat.is_entered then
    return wa.wait_for(
      p_chat, wa.request_task(p_chat, 'scan', '{"page": 1}', p_max_attempts => 3), 'help.body'
    );
  elsif v_result ->> 'outcome' = 'done' then
    return wa.stay(wa.build_text('read ' || (v_result #>> '{result,text}')));
  elsif v_result ->> 'outcome' = 'failed' then
    return wa.stay(wa.build_text('failed ' || (v_result #>> '{error,class}')));
  end if;
  return wa.stay(wa.build_text('still reading'));
end
$$;

create function wa.step_scans(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if wa.task_result(p_chat) is not null then
    return wa.stay(wa.build_text('page ' || (wa.task_result(p_chat) #>> '{result,page}')));
  elsif wa.typed(p_chat) is not null then
    perform wa.request_task(
      p_chat, 'scan', jsonb_build_object('page', wa.typed(p_chat)),
      p_dedupe_key => 'page:' || wa.typed(p_chat),
      p_late_state => 'scanned', p_deadline => '10 minutes'
    );
  end if;
  return null;
end
$$;

create function wa.step_scanned(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.go(p_chat, 'home', null, 'help.body');
end
$$;
"""


class Workshop:
    """What tests do with tasks: users talk, `owner` looks, `worker` claims and settles."""

    def __init__(
        self, owner: Connection[DictRow], edge: Connection[DictRow], worker: Connection[DictRow]
    ) -> None:
        self.owner = owner
        self.edge = edge
        self.worker = worker

    def say(self, *texts: str, sender: str = ANA) -> None:
        """Let a user write; nothing may fail."""
        for text in texts:
            answer = dispatch(
                self.edge, payloads.envelope([payloads.text_message(text, sender=sender)])
            )
            assert answer["processed"] == 1, answer

    def claim(
        self, batch: int = 10, lease: str = "1 minute", kinds: tuple[str, ...] = ("scan",)
    ) -> list[DictRow]:
        """Claim as a worker does."""
        return self.worker.execute(
            "select * from public.wa_tasks_claim('worker-1', %s, %s, %s::interval)",
            (list(kinds), batch, lease),
        ).fetchall()

    def settle(self, *results: dict[str, Any]) -> dict[str, Any]:
        """Settle several results in one call and return the report."""
        row = self.worker.execute(
            "select public.wa_tasks_settle(%s) as report", (Jsonb(list(results)),)
        ).fetchone()
        assert row is not None
        report: dict[str, Any] = row["report"]
        return report

    def finish(self, claimed: DictRow, **result: Any) -> dict[str, Any]:
        """Settle one task as done."""
        return self.settle(result_of(claimed, "done", result=result or {"text": "hello"}))

    def fail(self, claimed: DictRow, error_class: str, **fields: Any) -> dict[str, Any]:
        """Settle one task as failed."""
        return self.settle(result_of(claimed, "failed", error_class=error_class, **fields))

    def task(self, task_id: int | None = None) -> DictRow:
        """Return one task, or the only one."""
        (row,) = self.owner.execute(
            "select * from wa.tasks where %s::bigint is null or id = %s", (task_id, task_id)
        ).fetchall()
        return row

    def tasks(self, column: LiteralString) -> list[Any]:
        """Return a column of all tasks, in the order in which they were asked for."""
        return values(self.owner, f"select {column} from wa.tasks order by id")

    def pass_time(self) -> None:
        """Let delays and leases be over."""
        self.owner.execute(
            "update wa.tasks set next_attempt_at = now(), locked_until = case"
            " when locked_until is not null then now() end"
        )

    def pass_deadline(self) -> None:
        """Let the time in which tasks have to be done be over."""
        self.owner.execute("update wa.tasks set deadline_at = now()")

    def state(self, sender: str = ANA) -> str:
        """Return where a user's chat stands."""
        return str(
            value(
                self.owner,
                "select state from public.chat_state join public.profiles using (user_id)"
                " where whatsapp_e164 = %s",
                f"+{sender}",
            )
        )

    def user_id(self, sender: str = ANA) -> UUID:
        """Return the profile of a user."""
        found: UUID = value(
            self.owner,
            "select user_id from public.profiles where whatsapp_e164 = %s",
            f"+{sender}",
        )
        return found

    def last_reply(self) -> str:
        """Return the text of what was queued last."""
        self.owner.execute("delete from public.notifications where kind <> 'message'")
        return reply_texts(self.owner)[-1]

    def break_step(self) -> None:
        """Let the step that waits raise an error."""
        self.owner.execute(
            "update wa.flow_states set step_function = 'step_missing' where state = 'scan'"
        )

    def mend_step(self) -> None:
        """Undo `break_step`."""
        self.owner.execute(
            "update wa.flow_states set step_function = 'step_scan' where state = 'scan'"
        )


def result_of(claimed: DictRow, outcome: str, **fields: Any) -> dict[str, Any]:
    """Build the result of one claimed task."""
    return {
        "id": claimed["id"],
        "lock_token": str(claimed["lock_token"]),
        "outcome": outcome,
    } | fields


@pytest.fixture
def worker(connect: Connect) -> Connection[DictRow]:
    """A connection of the workers' role."""
    return connect("wa_worker_role")


@pytest.fixture
def workshop(
    connection: Connection[DictRow], edge: Connection[DictRow], worker: Connection[DictRow]
) -> Workshop:
    """The test's own database with a flow that asks for work."""
    connection.execute(FLOW.encode())
    return Workshop(connection, edge, worker)
