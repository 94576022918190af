"""What health checks and metrics read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import payloads
from tests.dispatching import as_engine, break_step, dispatch, say, send, value
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect


def metrics(connection: Connection[DictRow]) -> dict[str, Any]:
    answer: dict[str, Any] = value(connection, "select public.wa_metrics()")
    return answer


def health(connection: Connection[DictRow]) -> dict[str, Any]:
    answer: dict[str, Any] = value(connection, "select public.wa_health()")
    return answer


def test_a_migrated_database_is_healthy(edge: Connection[DictRow]) -> None:
    found = health(edge)
    assert (found["ok"], found["problems"]) == (True, [])
    assert found["server_version"] == edge.info.server_version


def test_a_database_without_its_settings_or_home_state_says_what_to_do(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("truncate wa.settings, wa.flow_states cascade")
    found = health(edge)
    assert found["ok"] is False
    assert len(found["problems"]) == 2
    assert all("wa-webhook migrate" in problem for problem in found["problems"])


def test_a_database_that_is_read_only_is_not_healthy(edge: Connection[DictRow]) -> None:
    edge.execute("set default_transaction_read_only = on")
    found = health(edge)
    assert (found["ok"], found["is_read_only"]) == (False, True)
    assert "read-only" in found["problems"][0]


def test_a_server_without_room_to_write_is_not_healthy(connect: Connect) -> None:
    superuser = connect(SUPERUSER)
    superuser.execute("set temp_file_limit = 0")
    found = health(superuser)
    assert (found["ok"], found["is_read_only"]) == (False, False)
    assert "no room to write" in found["problems"][0]


def test_looking_at_the_health_uses_up_no_transaction_id(edge: Connection[DictRow]) -> None:
    with edge.transaction():
        health(edge)
        assert value(edge, "select pg_current_xact_id_if_assigned()") is None


def test_an_empty_database_has_nothing_to_tell(edge: Connection[DictRow]) -> None:
    assert metrics(edge) | {
        "queue": {"queued": 0, "sending": 0, "waiting": 0, "failed": 0},
        "oldest_due_seconds": 0,
        "queue_paused": False,
        "failed_events": 0,
        "kept_payloads": 0,
        "tasks": {"queued": 0, "running": 0},
        "oldest_due_task_seconds": 0,
        "retention_age_seconds": None,
        "retention_overdue": False,
    } == metrics(edge)


def test_tasks_are_counted_by_status_and_the_oldest_due_one_has_an_age(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute(
        """
        insert into wa.tasks (
            user_id, kind, input, state, status, max_attempts, turn_at, next_attempt_at,
            deadline_at, lock_token, locked_until, lease
        )
        select
            user_id, 'scan', '{}', 'home', task.status, 1, now(), now() - task.age,
            now() + interval '1 hour', gen_random_uuid(), now() + interval '1 hour', '1 hour'
        from public.profiles, (
            values ('queued', interval '100 seconds'), ('queued', '-1 hour'),
            ('running', '1 day'), ('cancelled', '1 day')
        ) as task (status, age)
        """
    )
    found = metrics(edge)
    assert found["tasks"] == {"queued": 2, "running": 1}
    assert 100 <= found["oldest_due_task_seconds"] < 200


def test_what_is_due_waits_for_nothing(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *(["hello"] * 3))
    with as_engine(connection):
        connection.execute("update public.notifications set blocked_by = 1 where id > 1")
        connection.execute(
            "update public.notifications set next_attempt_at = now() - id * interval '1000 s'"
        )
    queue = value(connection, "select wa.summarize_queue()")
    assert (queue["queued"], queue["due"]) == (3, 1)
    assert 1000 <= queue["oldest_due_seconds"] < 2000


def test_tasks_that_ended_within_a_day_are_told_by_how_they_ended(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute(
        """
        insert into wa.tasks (
            user_id, kind, input, state, status, error_class, max_attempts, turn_at,
            next_attempt_at, deadline_at, finished_at, reached
        )
        select
            user_id, ended.kind, '{}', 'home', ended.status, ended.error_class, 1, now(),
            now(), now() + interval '1 hour', now() - ended.ago, ended.reached
        from public.profiles, (
            values ('scan', 'done', null, interval '1 hour', 'late'),
            ('read', 'done', null, '1 hour', 'answered'),
            ('scan', 'failed', 'permanent', '1 hour', 'answered'),
            ('read', 'failed', 'transient', '25 hours', 'answered')
        ) as ended (kind, status, error_class, ago, reached)
        """
    )
    tasks = value(connection, "select wa.summarize_tasks()")
    assert (tasks["finished"], tasks["late"]) == ({"done": 2, "failed": 1}, 1)
    assert tasks["failed"] == [{"kind": "scan", "error_class": "permanent", "tasks": 1}]


def test_the_queue_is_counted_by_status_and_its_oldest_due_row_has_an_age(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *(["hello"] * 3))
    with as_engine(connection):
        connection.execute(
            "update public.notifications set status = 'sending', locked_by = 'w',"
            " locked_until = now() + interval '1 hour' where id = 1"
        )
    connection.execute(
        "update public.notifications set next_attempt_at = now() - interval '100 seconds'"
        " where id = 2"
    )
    connection.execute(
        "update public.notifications set next_attempt_at = now() + interval '1 hour' where id = 3"
    )
    found = metrics(edge)
    assert found["queue"] == {"queued": 2, "sending": 1, "waiting": 0, "failed": 0}
    assert 100 <= found["oldest_due_seconds"] < 200


def test_what_names_no_business_number_has_an_age_too(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute(
        "update public.notifications"
        " set phone_number_id = null, next_attempt_at = now() - interval '100 seconds'"
    )
    assert 100 <= metrics(edge)["oldest_due_seconds"] < 200
    assert 100 <= value(connection, "select wa.summarize_queue() -> 'oldest_due_seconds'") < 200


def test_what_waits_for_a_person_is_counted(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    send(edge, payloads.text_message("help"), payloads.text_message("menu"))
    kept = [
        {"body": body, "reason": reason}
        for body, reason in (("YQ==", "not_json"), ("Yg==", "text_replaced"), ("Yw==", "not_json"))
    ]
    dispatch(edge, None, {"keep": kept})
    connection.execute("update wa.kept_payloads set replayed_at = now() where body = 'c'")
    found = metrics(edge)
    assert (found["failed_events"], found["kept_payloads"]) == (1, 1)


def test_a_pause_shows_and_ends_by_itself(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    pause = "update wa.queue_state set paused_until = now() + %s::interval, paused_reason = 'test'"
    connection.execute(pause, ("1 hour",))
    assert metrics(edge)["queue_paused"] is True
    connection.execute(pause, ("-1 second",))
    assert metrics(edge)["queue_paused"] is False


def test_the_age_of_the_last_retention_run_is_known(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("update wa.retention_state set last_finished_at = now() - interval '1 hour'")
    assert 3600 <= metrics(edge)["retention_age_seconds"] < 3700


UNSETTLED = """
    insert into public.notifications
        (user_id, recipient, payload, status, next_attempt_at, sent_at, priority, phone_number_id)
    select profile.user_id, '+34600111222', '{"type": "text"}', kind.status,
        case when kind.status = 'queued' then now() - number * interval '1 second' end,
        case when kind.status = 'sent' then now() end, number %% 3, '1' || number %% 2
    from (select user_id from public.profiles limit 1) as profile,
        (values ('queued', %s), ('sent', %s)) as kind (status, count),
        generate_series(1, kind.count) as number
"""


def test_a_backlog_is_counted_exactly_to_two_thousand_and_estimated_above(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute("insert into wa.number_pace (phone_number_id) values ('10'), ('11')")
    connection.execute("alter table public.notifications disable trigger user")
    connection.execute(UNSETTLED, (1_998, 10_000))
    assert metrics(edge)["queue"]["queued"] == 1_999
    connection.execute(UNSETTLED, (28_000, 0))
    connection.execute(
        "update public.notifications set status = 'sending', locked_by = 'w',"
        " locked_until = now() + interval '1 hour' where id in ("
        "select id from public.notifications order by next_attempt_at limit 3)"
    )
    connection.execute("analyze public.notifications")
    queue = metrics(edge)["queue"]
    assert 27_000 < queue["queued"] < 33_000
    assert queue["sending"] == 3


def test_metrics_read_a_bounded_part_of_a_backlog(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute("alter table public.notifications disable trigger user")
    connection.execute(UNSETTLED, (60_000, 40_000))
    connection.execute("analyze public.notifications")
    metrics(edge)
    plan = value(
        edge, "explain (analyze, buffers, timing off, format json) select public.wa_metrics()"
    )
    buffers = plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    # One heap page for each of the 2,000 rows that are counted, and what was looked at beside.
    assert buffers < 10_000


def test_a_message_that_waits_for_its_user_and_one_that_failed_are_counted_apart(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, *(["hello"] * 3))
    connection.execute(
        "update public.notifications set waiting_for = 'user', next_attempt_at = null where id = 1"
    )
    with as_engine(connection):
        connection.execute(
            "update public.notifications set status = 'failed', failed_at = now() where id = 2"
        )
    assert metrics(edge)["queue"] == {"queued": 1, "sending": 0, "waiting": 1, "failed": 1}


def test_retention_is_overdue_after_two_of_its_intervals(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    finished = "update wa.retention_state set last_finished_at = now() - %s::interval"
    connection.execute(finished, ("11 hours",))
    assert metrics(edge)["retention_overdue"] is False
    connection.execute(finished, ("13 hours",))
    assert metrics(edge)["retention_overdue"] is True


def test_what_retention_purged_is_counted_over_all_its_runs(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    for _ in range(2):
        send(edge, payloads.text_message(), payloads.text_message())
        connection.execute("update public.wa_events set received_at = now() - interval '1 year'")
        edge.execute("call public.wa_retention_purge()")
    purged = metrics(edge)["retention_purged"]
    assert purged == {
        "wa_events": 4,
        "webhook_logs": 0,
        "notifications": 0,
        "tasks": 0,
        "media": 0,
        "kept_payloads": 0,
    }
