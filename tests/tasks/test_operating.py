"""Operators have tasks tried again, and end those that nobody needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.dispatching import reply_texts, value, values
from tests.fixtures.citus import listens_there, waits_there
from tests.tasks.conftest import ANA, BEN, result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.tasks.conftest import Workshop


@pytest.fixture
def retry(operator: Connection[DictRow]) -> Callable[[int], bool]:
    """Have a task tried again."""
    return lambda task_id: bool(value(operator, "select public.wa_task_retry(%s)", task_id))


@pytest.fixture
def cancel(operator: Connection[DictRow]) -> Callable[[int], bool]:
    """End a task."""
    return lambda task_id: bool(value(operator, "select public.wa_task_cancel(%s)", task_id))


@listens_there
def test_what_failed_is_tried_again_and_reaches_the_step_that_still_waits(
    workshop: Workshop, retry: Callable[[int], bool], connect: Connect
) -> None:
    workshop.say("scan")
    workshop.say("scan", sender=BEN)
    for claimed in workshop.claim():
        workshop.fail(claimed, "permanent")
    workshop.say("menu", sender=BEN)
    workshop.pass_deadline()
    listener = connect("wa_worker_role")
    listener.execute("listen wa_tasks")

    assert [retry(task_id) for task_id in workshop.tasks("id")] == [True, True]
    assert list(listener.notifies(timeout=30, stop_after=1))
    workshop.owner.execute("delete from public.notifications where kind <> 'message'")
    said = reply_texts(workshop.owner)
    for claimed in workshop.claim():
        assert claimed["attempt"] == 1
        workshop.finish(claimed)
    assert workshop.tasks("reached") == ["answered", "late"]
    assert reply_texts(workshop.owner) == [*said, "read hello"]
    assert [retry(task_id) for task_id in (*workshop.tasks("id"), 0)] == [False] * 3


def test_a_failure_that_waits_for_a_colleague_is_not_told_once_it_is_tried_again(
    workshop: Workshop, retry: Callable[[int], bool], connect: Connect
) -> None:
    workshop.say("scan")
    agent = connect("wa_agent_role")
    agent.execute("select public.wa_handover(%s)", (f"+{ANA}",))
    workshop.fail(workshop.claim()[0], "permanent")
    assert retry(workshop.task()["id"])
    agent.execute("select public.wa_hand_back(%s)", (f"+{ANA}",))
    workshop.finish(workshop.claim()[0])
    assert workshop.last_reply() == "read hello"
    assert "failed permanent" not in reply_texts(workshop.owner)


@pytest.mark.any_server
def test_what_waits_for_its_next_attempt_is_tried_at_once(
    workshop: Workshop, retry: Callable[[int], bool]
) -> None:
    workshop.say("scan")
    workshop.fail(workshop.claim()[0], "unknown")
    assert (workshop.claim(), retry(workshop.task()["id"])) == ([], True)
    assert not retry(workshop.task()["id"])
    (claimed,) = workshop.claim()
    assert claimed["attempt"] == 1


def test_what_is_cancelled_fails_for_its_step_and_its_worker_and_alerts_nobody(
    workshop: Workshop, cancel: Callable[[int], bool], retry: Callable[[int], bool]
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    assert [cancel(claimed["id"]), cancel(claimed["id"])] == [True, False]
    assert (workshop.task()["status"], workshop.last_reply()) == ("cancelled", "failed cancelled")
    assert workshop.settle(result_of(claimed, "running"))["lost"] == [claimed["id"]]
    assert values(workshop.owner, "select kind from wa.alert_occurrences") == []

    assert retry(claimed["id"])
    workshop.finish(workshop.claim()[0])
    assert workshop.last_reply() == "read hello"


@waits_there
def test_a_replay_and_a_retry_of_one_task_wait_for_each_other_and_do_not_deadlock(
    workshop: Workshop, connect: Connect
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.break_step()
    workshop.fail(claimed, "permanent")
    workshop.mend_step()
    holder = connect(autocommit=False)
    holder.execute("select from public.profiles for no key update")
    replaying, retrying = connect("wa_operator_role"), connect("wa_operator_role")
    blocked = "select cardinality(pg_blocking_pids(%s)) > 0"
    called = []
    with ThreadPoolExecutor(2) as threads:
        try:
            for session, routine, argument in (
                (replaying, "wa_replay_event", f"task:{claimed['id']}"),
                (retrying, "wa_task_retry", claimed["id"]),
            ):
                call = f"select public.{routine}(%s)"
                called.append(threads.submit(value, session, call, argument))
                while not value(workshop.owner, blocked, session.info.backend_pid):
                    assert not called[-1].done()
        finally:
            holder.rollback()
    replayed, is_retried = (one.result() for one in called)
    assert (replayed["processed"], is_retried) == (1, True)
