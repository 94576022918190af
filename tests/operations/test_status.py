"""`wa-webhook status`: what it shows, and when it says that somebody is needed."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from tests import payloads
from tests.dispatching import as_engine, break_step, dispatch, say, send, value, values
from tests.fixtures.names import current_role, with_default_names
from tests.fixtures.numbers import enter_number
from tests.operations.command import answer, run

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database


@pytest.fixture(autouse=True)
def known_number(connection: Connection[DictRow]) -> None:
    """Whose number it is has nothing to do with these tests."""
    enter_number(connection)


def codes(database: Database, **given: str) -> dict[str, bool]:
    """Return the codes of what is out of order, and whether each needs a person."""
    result = run("status", "--json", database=database, **given)
    found = answer(result)
    assert result.exit_code == int(found["needs_person"])
    return {problem["code"]: problem["needs_person"] for problem in found["problems"]}


def test_a_quiet_system_needs_nobody(database: Database) -> None:
    result = run("status", database=database)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "nothing needs a person"


def test_one_screen_shows_traffic_queue_upkeep_and_roles(
    database: Database, edge: Connection[DictRow]
) -> None:
    say(edge, "hello", "menu")
    screen = run("status", database=database).stdout
    for words in (
        "5 minutes",
        "2 queued",
        "log partitions",
        "0 pending",
        current_role("wa_edge_role"),
    ):
        assert words in screen
    assert len(screen.splitlines()) <= 40


def test_traffic_is_counted_by_span_and_status(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello", "menu", "help")
    ages = "select wa_message_id, row_number() over () as n from public.wa_events"
    connection.execute(
        "update public.wa_events as event set received_at = now() - interval '20 minutes' * (n - 1)"
        f" from ({ages}) as age where age.wa_message_id = event.wa_message_id"
    )
    spans = answer(run("status", "--json", database=database))["traffic"]["spans"]
    assert [(span["span"], span["processed"]) for span in spans] == [
        ("5 minutes", 1),
        ("1 hour", 3),
        ("24 hours", 3),
    ]


def test_failed_messages_need_a_person_and_name_the_command(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    send(edge, payloads.text_message("help"))
    result = run("status", database=database)
    assert result.exit_code == 1
    assert "wa-webhook replay --error 'WA003%'" in result.stdout


def test_a_step_that_failed_is_told_by_the_line_of_the_file_that_it_was_applied_from(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.texts where key = 'help.body'")
    send(edge, payloads.text_message("help"))
    assert "at flows/home/steps/step_help.sql, line 12" in run("status", database=database).stdout
    connection.execute(
        """
        create or replace function wa.step_help(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp as $$ begin return null; end $$
        """
    )
    assert "at step_help line 7 of its body" in run("status", database=database).stdout


def test_kept_payloads_need_a_person_until_they_are_replayed(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    kept = {"body": b64encode(b"{").decode(), "reason": "not_json", "error": "x"}
    dispatch(edge, None, {"keep": [kept]})
    assert codes(database) == {"payloads_kept": True}
    connection.execute("update wa.kept_payloads set replayed_at = now()")
    assert codes(database) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "update public.notifications set status = 'failed', error_code = 131000,"
            " failed_at = now()",
            {"sends_failed": True},
        ),
        (
            "update public.notifications set status = 'failed', error_code = 131026,"
            " failed_at = now()",
            {"sends_failed": False},
        ),
        (
            "update public.notifications set next_attempt_at = now() - interval '10 minutes'",
            {"queue_stalled": True},
        ),
        (
            "update wa.queue_state set paused_until = 'infinity', paused_reason = '190'",
            {"queue_paused": True},
        ),
        (
            "update wa.number_pace set held_until = now() + interval '1 minute'",
            {"number_held": False},
        ),
        (
            "update public.wa_events set received_at = now() - interval '40 days'",
            {"retention_behind": True},
        ),
        (
            "insert into wa.alerts (kind, group_key, next_attempt_at)"
            " values ('test', '', now() - interval '1 hour')",
            {"alerts_held": True},
        ),
        ("insert into wa.alerts (kind, group_key) values ('test', '')", {}),
        (
            "insert into wa.alert_occurrences (kind, group_key, occurred_at)"
            " values ('test', '', now() - interval '6 minutes')",
            {"alerts_held": True},
        ),
        ("insert into wa.alert_occurrences (kind, group_key) values ('test', '')", {}),
        (
            "insert into public.webhook_logs (kind, detail) values ('snapshot', '{}')",
            {"snapshots_on": False},
        ),
        (
            "delete from wa.flow_states where state = 'home'",
            {"unhealthy": True, "no_number_known": True},
        ),
        ("delete from wa.applied_files", {"migrations": True}),
        (
            "update wa.applied_migrations set checksum = repeat('0', 16)",
            {"migrations": True},
        ),
    ],
    ids=lambda parameter: " ".join(parameter) if isinstance(parameter, dict) else "",
)
def test_each_thing_out_of_order_is_named(
    database: Database,
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    change: str,
    expected: dict[str, bool],
) -> None:
    say(edge, "hello")
    if "flow_states" in change:
        connection.execute("truncate wa.flow_states cascade")
    elif "set status" in change:
        with as_engine(connection):
            connection.execute(change.encode())
    else:
        connection.execute(change.encode())
    assert codes(database) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [((4, 25, 25, 25), {"messages_stopped": False}), ((2, 25, 25, 25), {}), ((4, 5, 25, 25), {})],
)
def test_silence_is_noted_where_these_hours_had_messages_the_day_before(
    database: Database,
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    hours: tuple[int, ...],
    expected: dict[str, bool],
) -> None:
    say(edge, "hello", "menu", "help", "menu")
    ids = values(connection, "select wa_message_id from public.wa_events")
    for wa_message_id, age in zip(ids, hours, strict=True):
        connection.execute(
            "update public.wa_events set received_at = now() - make_interval(hours => %s)"
            " where wa_message_id = %s",
            (age, wa_message_id),
        )
    assert codes(database) == expected


def test_sampling_in_this_environment_is_a_note(database: Database) -> None:
    sampling = {"WA_INBOUND_DEBUG_SNAPSHOT": "true", "WA_INBOUND_LOG_SAMPLE_RATE": "0.01"}
    assert codes(database, **sampling) == {"sampling_on": False}


def test_json_holds_nobodys_number_name_or_words(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    send(edge, payloads.text_message("help"), payloads.text_message("very private words"))
    connection.execute("update public.wa_events set error = error || ' \"private\" 34600111222'")
    printed = run("status", "--json", database=database).stdout
    for private in (payloads.SENDER, payloads.SENDER_NAME, "private"):
        assert private not in printed


def test_a_database_that_was_never_migrated_is_one_line(bare_database: Database) -> None:
    result = run("status", database=bare_database, role="postgres")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("database: ")
    assert "does not exist" in result.stderr
    assert "run wa-webhook migrate, or set WA_DATABASE_SCHEMA" in result.stderr.splitlines()[-1]


def test_a_database_that_is_not_there_is_one_line(database: Database) -> None:
    url = f"postgresql://wa_operator_role:hunter2-hunter2@127.0.0.1:1/{database.name}"
    result = run("status", WA_DATABASE_URL=url)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (3, "", 1)


def test_a_missing_setting_is_one_line_and_exit_code_two() -> None:
    result = run("status")
    assert (result.exit_code, result.stderr) == (2, "WA_DATABASE_URL: is not set\n")


@pytest.mark.parametrize("role", ["wa_edge_role", "wa_notifier_role"])
def test_another_role_is_told_whom_to_connect_as(database: Database, role: str) -> None:
    result = run("status", database=database, role=role)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.splitlines() == [
        "database: permission denied for function wa_status: connect as "
        + current_role("wa_operator_role")
    ]


def test_counts_are_bounded_and_say_so(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    say(edge, "hello")
    connection.execute(
        """
        insert into public.wa_events (wa_message_id, user_id, message_type, status)
        select 'wamid.' || n, user_id, 'text', 'processed'
        from public.profiles cross join generate_series(1, 10001) as n
        """
    )
    status: dict[str, Any] = value(operator, "select public.wa_status()")
    assert status["traffic"]["is_capped"] is True
    assert status["traffic"]["spans"][2]["processed"] == 10_000
    assert sum(hour["received"] for hour in status["traffic"]["hours"]) == 10_000


def test_connections_that_are_exhausted_are_told_with_what_to_do(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(f'alter database "{database.name}" connection limit 0')
    result = run("status", database=database)
    assert result.exit_code == 3
    assert "too many connections for database" in result.stderr
    assert "pg_stat_activity" in result.stderr


def test_alerts_that_no_url_is_set_for_are_a_note_and_say_so(
    database: Database,
    connection: Connection[DictRow],
    notifier_connection: Connection[DictRow],
) -> None:
    connection.execute(
        "insert into wa.alert_occurrences (kind, group_key, occurred_at)"
        " values ('test', '', now() - interval '6 minutes'), ('other', '', now())"
    )
    notifier_connection.execute("select public.wa_alerts_group()")
    connection.execute("update wa.alerts set next_attempt_at = now() - interval '1 hour'")
    assert codes(database) == {"alerts_not_posted": False}
    notifier_connection.execute("select public.wa_alerts_claim('worker-1')")
    connection.execute("update wa.alerts set next_attempt_at = now() - interval '1 hour'")
    assert codes(database) == {"alerts_held": True}


def test_roles_and_differences_of_rights_are_told_in_their_order(
    connection: Connection[DictRow],
) -> None:
    for role in ("wa_worker_role", "wa_edge_role"):
        connection.execute(
            sql.SQL("grant select on wa.texts to {}").format(sql.Identifier(current_role(role)))
        )
    status = value(connection, "select public.wa_status()")
    roles = with_default_names(" ".join(one["role"] for one in status["roles"])).split()
    assert roles == values(connection, "select name from wa.list_roles()")
    assert len(status["rights"]["first"]) == 2
    assert status["rights"]["first"] == sorted(status["rights"]["first"])
