"""What failed and is not to be processed any more is dismissed: told of no more, never repeated."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import payloads
from tests.dispatching import break_step, dispatch, mend_step, row, send, value, values
from tests.operations.command import answer, run

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

DISMISS = "select public.wa_dismiss_event(%s)"
FAILED = "select count(*) from public.wa_events where status = 'failed'"


@pytest.fixture
def failed(edge: Connection[DictRow], connection: Connection[DictRow]) -> list[payloads.Json]:
    """Three messages that failed with what is mended meanwhile."""
    break_step(connection)
    messages = [payloads.text_message("help", sender=f"3460000000{n}") for n in range(3)]
    for message in messages:
        send(edge, message)
    mend_step(connection)
    return messages


def test_a_dismissed_message_keeps_its_error_and_nothing_of_what_it_said(
    operator: Connection[DictRow], failed: list[payloads.Json]
) -> None:
    operator.execute(DISMISS, (failed[0]["id"],))
    left = row(
        operator,
        "select status, payload, left(error, 5) as error from public.wa_events"
        " where wa_message_id = %s",
        failed[0]["id"],
    )
    assert left == {"status": "ignored", "payload": None, "error": "WA003"}


def test_metas_repetition_of_a_dismissed_message_is_a_duplicate(
    edge: Connection[DictRow], operator: Connection[DictRow], failed: list[payloads.Json]
) -> None:
    operator.execute(DISMISS, (failed[0]["id"],))
    assert send(edge, failed[0]) == {"duplicate": 1}


def test_dismissing_what_is_not_kept_is_an_error_with_a_hint(operator: Connection[DictRow]) -> None:
    for statement, code in ((DISMISS, "WA007"), ("select public.wa_dismiss_payload(%s)", "WA008")):
        with pytest.raises(psycopg.Error) as refusal:
            operator.execute(statement, ("7",))
        assert refusal.value.sqlstate == code
        assert refusal.value.diag.message_hint


def test_all_with_an_error_are_dismissed_in_calls_of_a_thousand_at_most(
    operator: Connection[DictRow], failed: list[payloads.Json]
) -> None:
    assert failed
    assert value(operator, "select public.wa_dismiss_events('XX000%%')")["dismissed"] == 0
    first = value(operator, "select public.wa_dismiss_events('WA003%%', max_messages => 2)")
    assert first == {"dismissed": 2, "has_more": True}
    assert value(operator, "select public.wa_dismiss_events('WA003%%')")["dismissed"] == 1
    assert value(operator, FAILED) == 0


@pytest.mark.parametrize("most", [0, 1001, None])
def test_a_call_takes_one_to_a_thousand(operator: Connection[DictRow], most: int | None) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        operator.execute("select public.wa_dismiss_events(max_messages => %s)", (most,))
    assert refusal.value.sqlstate == "WA009"


def test_the_command_dismisses_what_it_would_have_replayed(
    database: Database, connection: Connection[DictRow], failed: list[payloads.Json]
) -> None:
    one = run("replay", "--dismiss", "--message", failed[0]["id"], database=database)
    assert (one.exit_code, one.stdout) == (0, "1 dismissed\n")
    limited = run("replay", "--dismiss", "--limit", "1", "--json", database=database)
    assert answer(limited) == {"dismissed": 1}
    assert run("replay", "--dismiss", database=database).stdout == "1 dismissed\n"
    assert values(connection, "select distinct status from public.wa_events") == ["ignored"]


def test_a_dismissed_payload_waits_for_nobody(
    edge: Connection[DictRow], database: Database, operator: Connection[DictRow]
) -> None:
    kept = {"body": b64encode(b"{").decode(), "reason": "not_json", "error": "x"}
    dispatch(edge, None, {"keep": [kept]})
    assert run("replay", "--dismiss", "--payloads", database=database).stdout == "1 dismissed\n"
    assert value(operator, "select public.wa_metrics() -> 'kept_payloads'") == 0
