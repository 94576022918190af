"""What a person on call reads is the same whatever their session is set to, and no row breaks it.

Every routine that the operator may execute is called, by the catalog's list: a new one has to be
added here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import break_step, dispatch, mend_step, say, send, value, values
from tests.fixtures.numbers import enter_number
from tests.operations.command import run

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Connect, Database

HOSTILE_SESSION = """
    set datestyle = 'SQL, DMY';
    set timezone = 'Asia/Kolkata';
    set intervalstyle = 'sql_standard';
    set extra_float_digits = -15;
    set escape_string_warning = off;
    set standard_conforming_strings = off;
    set bytea_output = 'escape';
    set array_nulls = off;
    set transform_null_equals = on;
    set lc_numeric = 'C';
    set lc_monetary = 'C';
    set lc_time = 'C';
    set quote_all_identifiers = on;
    set row_security = off;
    set search_path = pg_temp;
"""
HOSTILE_ROWS = """
    update public.notifications set next_attempt_at = '-infinity' where id = 1;
    update public.notifications set next_attempt_at = 'infinity' where id = 2;
    update public.notifications set created_at = 'infinity', send_at = '-infinity' where id = 3;
    update public.notifications set expires_at = '-infinity', failed_at = 'infinity' where id = 4;
    update public.wa_events set received_at = 'infinity', sent_at = '-infinity'
    where wa_message_id = (select min(wa_message_id) from public.wa_events);
    update public.wa_events set sent_at = '294276-12-31'
    where wa_message_id = (select max(wa_message_id) from public.wa_events);
    update public.chat_state set expires_at = '-infinity', updated_at = 'infinity';
    update wa.queue_state set paused_until = 'infinity', paused_reason = 'x';
    update wa.number_pace set held_until = 'infinity', paid_until = '-infinity';
    insert into public.webhook_logs (kind, detail, received_at)
    values ('snapshot', '{}', 'infinity'), ('snapshot', '{}', '-infinity');
    insert into wa.alerts (kind, group_key, first_seen_at, last_seen_at, next_attempt_at)
    values ('x', '', '-infinity', 'infinity', '-infinity');
    update wa.retention_state set last_started_at = 'infinity', last_finished_at = '-infinity';
"""
TAKEN = (
    "select {} from (select public.wa_handover('+34600000001') offset 0) as taken"
    " where taken is not null"
)
CALLS: dict[str, str] = {
    "public.wa_health": "select public.wa_health()",
    "public.wa_metrics": "select public.wa_metrics()",
    "public.wa_status": "select public.wa_status()",
    "public.wa_failed_events": "select public.wa_failed_events(with_moved_on => true)",
    "public.wa_replay_event": "select public.wa_replay_event('wamid.failed.1')",
    "public.wa_replay_events": "select public.wa_replay_events('WA003%')",
    "public.wa_replay_payload": "select public.wa_replay_payload(1)",
    "public.wa_dismiss_event": "select public.wa_dismiss_event('wamid.failed.2')",
    "public.wa_dismiss_events": "select public.wa_dismiss_events('WA003%')",
    "public.wa_dismiss_payload": "select public.wa_dismiss_payload(1)",
    "public.wa_notify": "select 0 < public.wa_notify('+34600111222',"
    " jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', 'hi'),"
    " 'delivery', jsonb_build_object('expires_at', '2030-02-01 10:00')))",
    "public.wa_notify_many": "select public.wa_notify_many(array['+34600111222'],"
    " jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', 'hi')))",
    "public.wa_notification_cancel": "select public.wa_notification_cancel(1)",
    "public.wa_queue_pause": "select public.wa_queue_pause('trying')",
    "public.wa_queue_distrust": "select public.wa_queue_distrust('trying')",
    "public.wa_queue_resume": "select public.wa_queue_resume()",
    "public.wa_retention_step": "select public.wa_retention_step()",
    "public.wa_export_profile": "select public.wa_export_profile('0034 610 000 001')",
    "public.wa_erase_profile": "select public.wa_erase_profile('0034 610 000 001')",
    "public.wa_opt_out_profile": "select public.wa_opt_out_profile('0034 610 000 001')"
    " ->> 'opted_out_at'",
    "public.wa_conversation": "select string_agg(concat(author, body, status), ' ')"
    " from public.wa_conversation('+34600000001')",
    "public.wa_handovers": "select count(*) from public.wa_handovers()",
    "public.wa_handover": "select public.wa_handover('+34 600 000 001', lasts => '1 hour')",
    "public.wa_hand_back": TAKEN.format("public.wa_hand_back('+34600000001')"),
    "public.wa_reply": TAKEN.format(
        "0 < public.wa_reply('+34600000001', jsonb_build_object('type', 'text', 'text',"
        " jsonb_build_object('body', 'hi')))"
    ),
    "public.wa_desk_conversations": "select string_agg(concat(recipient, agent, last_text), ' ')"
    " from public.wa_desk_conversations('0034 600 000 001')",
    "public.wa_desk_open": "select public.wa_desk_open('+34600000001')",
    "public.wa_desk_note": "select 0 < public.wa_desk_note('+34600000001', 'Likes tea.')",
    "public.wa_desk_note_delete": "select public.wa_desk_note_delete(1)",
    "public.wa_desk_media": "select count(*) from public.wa_desk_media('{wamid.failed.1}')",
    "public.wa_desk_picture": "select 0 < (public.wa_desk_picture('+34600000001', repeat('AB', 32))"
    " ->> 'media')::bigint",
    "public.wa_desk_picture_send": TAKEN.format(
        "0 < public.wa_desk_picture_send((public.wa_desk_picture('+34600000001',"
        " repeat('ab', 32)) ->> 'media')::bigint, 1, 'image/png')"
    ),
    "public.wa_desk_session": "select public.wa_desk_session('Kim') is null",
    "public.wa_desk_actions": "select count(*) from public.wa_desk_actions()",
    "public.wa_media_retry": "select public.wa_media_retry()",
    "public.wa_task_retry": "select public.wa_task_retry(1)",
    "public.wa_task_cancel": "select public.wa_task_cancel(1)",
    "wa.count_person": "select wa.count_person('0034 610 000 001')",
    "wa.list_flow_problems": "select count(*) from wa.list_flow_problems()",
    "wa.mask_json": "select wa.mask_json('{\"+34600111222\": 1.10}')",
}
VARYING = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", "<time>"),
    (r"'[a-z_]*(seconds|count)': [\d.]+", "<figure>"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
)


def bring_about(edge: Connection[DictRow], owner: Connection[DictRow]) -> None:
    """A little of everything: sent and waiting messages, failures, a kept payload."""
    say(edge, "hello", "menu", sender="34600000001")
    say(edge, "hello", "menu", sender="34600000002")
    break_step(owner)
    for number in (1, 2, 3):
        message = payloads.text_message("help", message_id=f"wamid.failed.{number}")
        send(edge, message | {"from": f"3461000000{number}"})
    mend_step(owner)
    kept = {"body": "eyJvYmplY3QiOiAid2hhdHNhcHBfYnVzaW5lc3NfYWNjb3VudCIsICJlbnRyeSI6IFtdfQ=="}
    dispatch(edge, None, {"keep": [kept | {"reason": "dispatch_error", "error": "x"}]})


def answer(operator: Connection[DictRow], statement: str) -> str:
    """Call in a transaction that is undone, and return what came without what varies."""
    with operator.transaction(force_rollback=True):
        said = repr(value(operator, statement.replace("%", "%%")))
    for pattern, form in VARYING:
        said = re.sub(pattern, form, said)
    return said


def test_every_routine_of_the_operator_is_called_here(connection: Connection[DictRow]) -> None:
    executable = """
        select pronamespace::regnamespace || '.' || proname from pg_proc
        where pronamespace in ('public'::regnamespace, 'wa'::regnamespace) and prokind = 'f'
            and prorettype <> 'trigger'::regtype
            and has_function_privilege('wa_operator_role', oid, 'execute')
            and proname !~ '^(basket_|cube|g_cube|earth|ll_to|latitude|longitude|sec_|gc_|geo_)'"""
    assert set(values(connection, executable)) <= set(CALLS)


def test_no_setting_of_the_session_changes_what_any_of_them_answers(
    edge: Connection[DictRow],
    connection: Connection[DictRow],
    operator: Connection[DictRow],
    connect: Connect,
) -> None:
    bring_about(edge, connection)
    hostile = connect("wa_operator_role")
    hostile.execute(HOSTILE_SESSION.encode())
    for routine, statement in CALLS.items():
        usual = answer(operator, statement)
        assert answer(hostile, statement) == usual, routine


def test_no_row_that_can_be_stored_breaks_any_of_them(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    bring_about(edge, connection)
    store_hostile_rows(connection)
    for routine, statement in CALLS.items():
        assert answer(operator, statement), routine


def test_a_moment_without_a_zone_is_read_as_utc(
    operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    operator.execute("set timezone = 'Asia/Kolkata'; set datestyle = 'SQL, DMY'")
    operator.execute(CALLS["public.wa_notify"].encode())
    expires = value(
        connection,
        "select expires_at = '2030-02-01T10:00:00+00:00' from public.notifications",
    )
    assert expires is True


def test_status_draws_its_screen_of_such_rows(
    edge: Connection[DictRow], connection: Connection[DictRow], database: Database
) -> None:
    bring_about(edge, connection)
    store_hostile_rows(connection)
    screen = run("status", database=database)
    assert screen.exit_code == 1
    assert "-infinity" in screen.stdout


def test_a_message_due_since_for_ever_is_as_old_as_its_row(
    edge: Connection[DictRow], connection: Connection[DictRow], operator: Connection[DictRow]
) -> None:
    enter_number(connection)
    say(edge, "hello")
    connection.execute("update public.notifications set next_attempt_at = '-infinity'")
    assert 0 <= value(edge, "select public.wa_metrics() -> 'oldest_due_seconds'") < 60
    assert value(operator, "select public.wa_status() -> 'problems'") == []


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_partitions_are_days_of_utc_wherever_the_caller_is(
    connection: Connection[DictRow], edge: Connection[DictRow], zone: str
) -> None:
    edge.execute(f"set timezone = '{zone}'; set datestyle = 'SQL, DMY'")
    edge.execute("select public.wa_retention_step()")
    connection.execute("set timezone = 'UTC'")
    bounds = values(
        connection,
        "select pg_get_expr(relpartbound, oid) from pg_class"
        " where relname ~ '^webhook_logs_[0-9]{8}$'",
    )
    assert len(bounds) == 8
    assert all(bound.count(" 00:00:00+00") == 2 for bound in bounds)


def store_hostile_rows(owner: Connection[DictRow]) -> None:
    owner.execute(HOSTILE_ROWS.encode())
