"""`wa-webhook replay` as the operator."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests import payloads
from tests.dispatching import break_step, dispatch, mend_step, send, value
from tests.fixtures.names import current_role
from tests.operations.command import answer, run

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database


@pytest.fixture
def failed(edge: Connection[DictRow], connection: Connection[DictRow]) -> list[str]:
    """The ids of three messages that failed with what is mended meanwhile."""
    break_step(connection)
    messages = [payloads.text_message("help", sender=f"3460000000{n}") for n in range(3)]
    for message in messages:
        send(edge, message)
    mend_step(connection)
    return [message["id"] for message in messages]


def keep(edge: Connection[DictRow], body: bytes, reason: str) -> None:
    kept = {"body": b64encode(body).decode(), "reason": reason, "error": "XX000: broken"}
    dispatch(edge, None, {"keep": [kept]})


def test_all_failed_messages_are_processed(failed: list[str], database: Database) -> None:
    result = run("replay", database=database)
    assert (result.exit_code, result.stdout) == (0, "3 replayed: 3 processed\n")
    assert run("replay", database=database).stdout == "0 replayed\n"


def test_one_message_is_processed(
    failed: list[str], database: Database, connection: Connection[DictRow]
) -> None:
    result = run("replay", "--message", failed[1], database=database)
    assert (result.exit_code, result.stdout) == (0, "1 replayed: 1 processed\n")
    left = "select count(*) from public.wa_events where status = 'failed'"
    assert value(connection, left) == 2


def test_a_message_that_is_not_there_is_one_line_with_a_hint(database: Database) -> None:
    result = run("replay", "--message", "wamid.none", database=database)
    assert result.exit_code == 3
    assert result.stderr.startswith("database: there is no failed event wamid.none (List them: ")


def test_a_dry_run_counts_by_error_and_changes_nothing(
    failed: list[str], database: Database
) -> None:
    for _ in range(2):
        result = run("replay", "--dry-run", database=database)
        first, last = result.stdout.splitlines()
        assert result.exit_code == 0
        assert first.startswith("      3  WA003: ")
        assert last == "3 failed messages would be replayed"


def test_what_still_fails_is_listed_and_the_exit_code_is_one(
    failed: list[str], database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.texts where key = 'help.body'")
    result = run("replay", database=database)
    assert result.exit_code == 1
    assert result.stdout.startswith("3 replayed: 3 failed\n      3  WA006: ")
    assert "replay again" in result.stderr


@pytest.mark.parametrize(
    ("options", "replayed"),
    [
        (["--error", "WA003%"], 3),
        (["--error", "WA006%"], 0),
        (["--limit", "2"], 2),
        (["--since", "2000-01-01", "--until", "2100-01-01T00:00:00"], 3),
        (["--since", "2100-01-01"], 0),
        (["--until", "2000-01-01T00:00:00+0200"], 0),
    ],
)
def test_options_choose_what_is_replayed(
    failed: list[str], database: Database, options: list[str], replayed: int
) -> None:
    assert answer(run("replay", "--json", *options, database=database))["replayed"] == replayed


def test_more_than_one_call_holds_is_replayed_to_the_end(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    break_step(connection)
    messages = [payloads.text_message("help", sender=f"34600{n:06}") for n in range(205)]
    send(edge, *messages)
    result = answer(run("replay", "--json", database=database))
    assert (result["replayed"], result["ends"]) == (205, {"failed": 205})
    assert list(result["errors"].values()) == [205]
    mend_step(connection)
    assert answer(run("replay", "--json", database=database))["ends"] == {"processed": 205}


def test_kept_payloads_are_replayed_each_on_its_own(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    keep(edge, b"{broken", "not_json")
    keep(edge, json.dumps(payloads.envelope([payloads.text_message()])).encode(), "dispatch_error")
    keep(edge, b"{}", "text_replaced")
    listed = run("replay", "--payloads", "--dry-run", database=database)
    assert listed.stdout.splitlines()[-1] == "2 kept payloads would be replayed"
    result = run("replay", "--payloads", database=database)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "2 replayed: 1 failed, 1 processed",
        "      1  payload 1: 22P02",
    ]
    waiting = "select count(*) from wa.kept_payloads where replayed_at is null and id < 3"
    assert value(connection, waiting) == 1


def test_a_message_id_allows_no_other_choice(database: Database) -> None:
    result = run("replay", "--message", "x", "--payloads", database=database)
    assert result.exit_code == 2
    assert "stands alone" in result.stderr


@pytest.mark.parametrize("role", ["wa_edge_role", "wa_notifier_role"])
def test_another_role_is_told_whom_to_connect_as(database: Database, role: str) -> None:
    result = run("replay", database=database, role=role)
    assert result.exit_code == 3
    assert result.stderr.splitlines() == [
        "database: permission denied for function wa_failed_events: connect as "
        + current_role("wa_operator_role")
    ]
