"""What an error says to do reaches whoever has to do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import break_step, dispatch, mend_step, send, value
from tests.fixtures.names import with_default_names
from tests.operations.command import run
from tests.retention.conftest import purge

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

ERROR = "select error from public.wa_events"


@pytest.fixture
def hint(edge: Connection[DictRow], connection: Connection[DictRow]) -> str:
    """The hint of an error that a message has just failed with."""
    connection.execute("delete from wa.texts where key = 'help.body'")
    assert send(edge, payloads.text_message("help")) == {"failed": 1}
    with pytest.raises(psycopg.Error) as raised:
        connection.execute("select wa.get_text('help.body', 'en')")
    assert raised.value.diag.message_hint
    return raised.value.diag.message_hint


def test_a_failed_message_keeps_sqlstate_message_and_hint(
    connection: Connection[DictRow], hint: str
) -> None:
    error = value(connection, ERROR)
    assert error.startswith("WA006: ")
    assert error.endswith(f" (hint: {hint})")


def test_the_log_says_the_hint_and_not_the_message(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.texts where key = 'help.body'")
    (event,) = dispatch(edge, payloads.envelope([payloads.text_message("help")]))["events"]
    assert event["sqlstate"] == "WA006"
    assert "wa.texts" in event["hint"]
    assert "message" not in event


def test_an_error_without_a_hint_is_kept_without_one(connection: Connection[DictRow]) -> None:
    for nothing in ("", None):
        error = value(connection, "select wa.describe_error('22012', 'by zero', %s)", nothing)
        assert error == "22012: by zero"


def test_it_says_the_line_of_its_step_and_nothing_that_was_said(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute(
        """
        create or replace function wa.step_help(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp as $$
        begin
          execute format('select %L::json', 'a secret of ' || p_chat.display_name);
        end $$
        """
    )
    assert send(edge, payloads.text_message("help")) == {"failed": 1}
    told = "22P02: invalid input syntax for type json, at step_help line 3 of its body"
    assert value(connection, ERROR) == told
    operator.execute("select public.wa_replay_events()")
    assert value(connection, ERROR) == told


def test_a_step_that_lacks_a_privilege_is_told_whose_it_is_and_where_it_is_given(
    edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    connection.execute(
        """
        create table wa.hint_seen (id integer);
        create or replace function wa.step_help(p_chat wa.chat) returns wa.step_result
        language plpgsql set search_path = pg_catalog, pg_temp as $$
        begin
          delete from wa.hint_seen;
        end $$
        """
    )
    assert send(edge, payloads.text_message("help")) == {"failed": 1}
    told = with_default_names(value(connection, ERROR))
    assert told.startswith("42501: permission denied for table hint_seen, at step_help line 3 of")
    assert "(hint: Steps run as wa_runtime: give it a grant and a policy" in told


def test_status_and_replay_show_it(database: Database, hint: str) -> None:
    assert hint in run("status", database=database).stdout
    again = run("replay", database=database)
    assert again.exit_code == 1
    assert hint in again.stdout


def test_a_replay_that_breaks_otherwise_keeps_its_hint_too(
    edge: Connection[DictRow], operator: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    send(edge, payloads.text_message("help"))
    mend_step(connection)
    connection.execute('update public.wa_events set payload = \'{"object": "page"}\'')
    assert value(operator, "select public.wa_replay_events()")["failed"] == 1
    error = value(connection, ERROR)
    assert error.startswith("WA001: ")
    assert "(hint: " in error


def test_a_purge_that_fails_says_the_hint_of_what_stopped_it(
    connection: Connection[DictRow], edge: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.settings where key = 'logs_ttl_days'")
    with pytest.raises(psycopg.Error) as raised:
        purge(edge)
    assert "Insert its row again" in (raised.value.diag.message_hint or "")
