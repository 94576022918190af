"""Tasks are claimed with a lease, in turn, and tried again by what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.dispatching import value, values
from tests.fixtures.citus import listens_there, purges_there
from tests.tasks.conftest import BEN, result_of

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect
    from tests.tasks.conftest import Workshop


def test_two_workers_at_once_share_the_tasks_and_wait_for_nobody(
    workshop: Workshop, connect: Connect
) -> None:
    workshop.say("scans", "1", "2", "3")
    other = connect("wa_worker_role", autocommit=False)
    claim = "select id from public.wa_tasks_claim('worker-2', '{scan}', 2)"
    theirs = {row["id"] for row in other.execute(claim)}
    mine = {row["id"] for row in workshop.claim()}
    other.commit()
    assert (len(theirs), len(mine), theirs & mine) == (2, 1, set())


def test_a_worker_is_given_only_the_kinds_it_names(workshop: Workshop) -> None:
    workshop.say("scan")
    assert workshop.claim(kinds=("print",)) == []
    assert len(workshop.claim(kinds=("print", "scan"))) == 1


def test_one_users_flood_does_not_starve_others(workshop: Workshop) -> None:
    workshop.say("scans", *map(str, range(20)))
    workshop.say("scan", sender=BEN)
    users = [workshop.task(one["id"])["user_id"] for one in workshop.claim(batch=3)]
    assert workshop.user_id(BEN) in users


def test_a_task_whose_worker_died_comes_back_when_the_lease_is_over(workshop: Workshop) -> None:
    workshop.say("scan")
    (dead,) = workshop.claim()
    assert workshop.claim() == []
    workshop.pass_time()
    (again,) = workshop.claim()
    assert (again["id"], again["attempt"]) == (dead["id"], 2)
    assert workshop.finish(dead)["lost"] == [dead["id"]]
    assert workshop.finish(again)["done"] == 1


def test_a_worker_that_is_slower_than_its_lease_still_settles_what_nobody_else_claimed(
    workshop: Workshop,
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.pass_time()
    assert workshop.finish(claimed)["done"] == 1


def test_a_task_that_kills_its_workers_fails_in_the_end_and_the_step_hears_of_it(
    workshop: Workshop,
) -> None:
    workshop.say("scan")
    for _ in range(3):
        workshop.claim()
        workshop.pass_time()
    assert workshop.claim() == []
    assert (workshop.task()["status"], workshop.task()["error_class"]) == ("failed", "worker_lost")
    assert workshop.last_reply() == "failed worker_lost"


def test_a_sign_of_life_lengthens_the_lease_and_keeps_the_progress(workshop: Workshop) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.pass_time()
    report = workshop.settle(result_of(claimed, "running", progress={"pages": 2}))
    assert (report["running"], report["lost"]) == (1, [])
    assert workshop.claim() == []
    workshop.pass_time()
    assert workshop.claim()[0]["progress"] == {"pages": 2}


def test_a_worker_hears_that_its_task_was_cancelled(workshop: Workshop) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.owner.execute("delete from public.chat_state")
    assert workshop.settle(result_of(claimed, "running"))["lost"] == [claimed["id"]]


def test_a_task_that_is_given_back_is_due_at_once_and_has_lost_no_attempt(
    workshop: Workshop,
) -> None:
    workshop.say("scan")
    workshop.settle(result_of(workshop.claim()[0], "released"))
    assert workshop.claim()[0]["attempt"] == 1


@pytest.mark.parametrize(
    ("error_class", "attempts", "waits", "seconds"),
    [("transient", 1, 0, 5), ("busy", 0, 1, 10), ("no_such_class", 1, 0, 30)],
)
def test_a_failed_attempt_is_repeated_by_what_its_class_says(
    workshop: Workshop, error_class: str, attempts: int, waits: int, seconds: int
) -> None:
    workshop.say("scan")
    report = workshop.fail(workshop.claim()[0], error_class, error_message="no luck")
    assert (report["retried"], report["failed"]) == (1, 0)
    task = workshop.task()
    assert (task["attempt_count"], task["wait_count"], task["status"]) == (
        attempts,
        waits,
        "queued",
    )
    delay = value(
        workshop.owner,
        "select extract(epoch from next_attempt_at - clock_timestamp()) from wa.tasks",
    )
    assert seconds / 2 < delay <= seconds * 1.25
    assert workshop.claim() == []


def test_delays_double_and_a_service_that_asks_for_more_gets_it(workshop: Workshop) -> None:
    workshop.say("scan")
    workshop.fail(workshop.claim()[0], "busy", retry_after_seconds=100)
    delay = "select extract(epoch from next_attempt_at - clock_timestamp()) from wa.tasks"
    assert 80 < value(workshop.owner, delay) <= 125
    workshop.pass_time()
    workshop.fail(workshop.claim()[0], "busy")
    assert 13 < value(workshop.owner, delay) <= 25


def test_a_task_that_fails_for_good_alerts_and_reaches_the_step_as_a_failure(
    workshop: Workshop,
) -> None:
    workshop.say("scan")
    report = workshop.fail(workshop.claim()[0], "permanent", error_message="no such page")
    assert next(event["event"] for event in report["events"]) == "TASK_FAILED"
    assert workshop.last_reply() == "failed permanent"
    assert values(workshop.owner, "select detail ->> 'kind' from wa.alert_occurrences") == ["scan"]


def test_the_last_attempt_that_fails_is_for_good(workshop: Workshop) -> None:
    workshop.say("scan")
    for _ in range(3):
        workshop.fail(workshop.claim()[0], "transient")
        workshop.pass_time()
    assert (workshop.task()["status"], workshop.last_reply()) == ("failed", "failed transient")


def test_what_is_not_done_by_its_deadline_fails_whether_or_not_a_worker_is_at_it(
    workshop: Workshop, notifier_connection: Connection[DictRow]
) -> None:
    workshop.say("scan")
    (claimed,) = workshop.claim()
    workshop.pass_deadline()
    notifier_connection.execute("select public.wa_tasks_expire()")
    assert workshop.last_reply() == "failed deadline"
    assert workshop.finish(claimed)["lost"] == [claimed["id"]]


def test_a_task_whose_user_is_busy_is_ended_next_time(workshop: Workshop, connect: Connect) -> None:
    workshop.say("scan")
    workshop.pass_deadline()
    busy = connect(autocommit=False)
    busy.execute("select from public.profiles for no key update")
    assert workshop.claim() == []
    assert workshop.task()["status"] == "queued"
    busy.rollback()
    workshop.claim()
    assert workshop.task()["status"] == "failed"


def test_a_result_that_is_too_large_to_keep_fails_the_task(workshop: Workshop) -> None:
    workshop.say("scan")
    workshop.finish(workshop.claim()[0], text="x" * 1_100_000)
    assert (workshop.task()["error_class"], workshop.task()["result"]) == ("too_large", None)


@pytest.mark.parametrize(
    "results",
    ["{}", "[1]", '[{"id": "x"}]', '[{"id": 1, "lock_token": "x", "outcome": "done"}]',
     '[{"id": 1, "lock_token": "4c5b1e0e-0000-4000-8000-000000000000", "outcome": "fine"}]'],
)  # fmt: skip
def test_results_that_make_no_sense_are_refused_with_wa052(
    worker: Connection[DictRow], results: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        worker.execute("select public.wa_tasks_settle(%s::jsonb)", (results,))
    assert error.value.sqlstate == "WA052"


@pytest.mark.parametrize(
    "arguments", ["'', '{scan}'", "'w', '{}'", "'w', '{scan}', 0", "'w', '{scan}', 1, '0 s'"]
)
def test_a_claim_that_makes_no_sense_is_refused_with_wa051(
    worker: Connection[DictRow], arguments: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        worker.execute(f"select * from public.wa_tasks_claim({arguments})".encode())
    assert error.value.sqlstate == "WA051"


@pytest.mark.parametrize(
    "statement",
    [
        "select * from wa.tasks",
        "update wa.tasks set status = 'done'",
        "select * from public.profiles",
        "select public.wa_dispatch('{}')",
        "select wa.deliver_results('{}')",
        "select public.wa_notifications_claim('w')",
        "select public.wa_tasks_expire()",
    ],
)
def test_the_workers_role_reaches_two_routines_and_nothing_else(
    worker: Connection[DictRow], statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute(statement.encode())


@listens_there
def test_a_commit_wakes_whoever_listens_for_tasks(workshop: Workshop, connect: Connect) -> None:
    listener = connect("wa_worker_role")
    listener.execute("listen wa_tasks")
    workshop.say("scan")
    assert [notice.payload for notice in listener.notifies(timeout=30, stop_after=1)] == ["scan"]


@purges_there
def test_finished_tasks_are_purged_and_unfinished_ones_are_not(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scans", "1", "2")
    workshop.finish(workshop.claim(batch=1)[0], page="1")
    workshop.owner.execute(
        "update wa.tasks set finished_at = finished_at - interval '31 days',"
        " created_at = created_at - interval '31 days'"
    )
    operator.execute("call public.wa_retention_purge()")
    assert workshop.tasks("input ->> 'page'") == ["2"]


def test_the_status_tells_of_a_kind_that_nobody_works_at_and_of_what_failed(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scan")
    workshop.say("scan", sender=BEN)
    workshop.fail(workshop.claim(batch=1)[0], "permanent")
    workshop.owner.execute(
        "update wa.tasks set next_attempt_at = now() - interval '10 minutes'"
        " where status = 'queued'"
    )
    status = value(operator, "select public.wa_status()")
    assert (status["tasks"]["queued"], status["tasks"]["finished"]) == (1, {"failed": 1})
    assert {"tasks_stalled", "tasks_failed"} <= {one["code"] for one in status["problems"]}


@pytest.mark.any_server
def test_the_status_tells_what_has_failed_twice_and_is_tried_again_without_what_it_quotes(
    workshop: Workshop, operator: Connection[DictRow]
) -> None:
    workshop.say("scan")
    status = "select public.wa_status()"
    for said in (
        [],
        [
            {
                "kind": "scan",
                "tasks": 1,
                "attempts": 2,
                "max_attempts": 3,
                "error": "unknown: KeyError: ***",
            }
        ],
    ):
        workshop.pass_time()
        workshop.fail(workshop.claim()[0], "unknown", error_message="KeyError:\n'Ana'")
        assert value(operator, status)["tasks"]["retried"] == said
    found = value(operator, status)["problems"]
    assert [one["message"] for one in found if one["code"] == "tasks_retried"] == [
        "1 tasks of the kind scan have failed and are tried again,"
        " the furthest after 2 of 3 attempts: unknown: KeyError: ***"
    ]
