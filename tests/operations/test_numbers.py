"""`wa-webhook numbers` and `migrate`: which business numbers are ours, and who says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from handler.process.listening import bind
from tests import payloads
from tests.dispatching import send, value, values
from tests.fixtures.numbers import FOREIGN, OURS, SECOND, enter_number, retire_number
from tests.operations.command import answer, run
from wa_webhook.dev.postgres import HOST
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow
    from typer.testing import Result

    from tests.fixtures.postgres import Database

ACCOUNT = payloads.ACCOUNT_ID
TOKEN = "token-of-the-system-user"  # noqa: S105


def known(connection: Connection[DictRow]) -> list[Any]:
    return values(
        connection,
        "select phone_number_id from wa.numbers where retired_at is null order by added_at, 1",
    )


def migrate(database: Database, **environment: str) -> Result:
    return run("migrate", database=database, role="postgres", **environment)


def read_numbers(database: Database, *arguments: str, **environment: str) -> Result:
    """Run `numbers read` beside a stand-in for Meta that has two numbers in our account."""

    async def run_beside() -> Result:
        graph = GraphStandIn(
            token=TOKEN,
            app_secret=TOKEN,
            accounts={ACCOUNT: {OURS: "+1 555-000-1111", SECOND: "+1 555-000-2222"}},
        )
        async with LocalServer(graph.app, bind(HOST, 0, "stand-in")) as server:
            given = {
                "WA_TOKEN": TOKEN,
                "WA_WABA_ID": ACCOUNT,
                "WHATSAPP_API_BASE_URL": f"{server.url}/v26.0",
            } | environment
            return await asyncio.to_thread(
                run, "numbers", "read", *arguments, database=database, **given
            )

    return asyncio.run(run_beside())


def test_migrate_enters_the_number_of_its_environment_once_as_it_is_dialled(
    database: Database, connection: Connection[DictRow]
) -> None:
    dialled = {"WA_BOT_NUMBER_E164": "+15550001111"}
    for told in ({}, dialled, dialled):
        assert migrate(database, WA_PHONE_ID=OURS, WA_WABA_ID=ACCOUNT, **told).exit_code == 0
    assert migrate(database, WA_PHONE_ID=SECOND, **dialled).exit_code == 0
    rows = connection.execute("select * from wa.numbers order by added_at").fetchall()
    assert [(one["phone_number_id"], one["waba_id"], one["display_number"]) for one in rows] == [
        (OURS, ACCOUNT, "+15550001111"),
        (SECOND, None, None),
    ]


def test_migrate_does_not_bring_back_a_number_that_was_retired(
    database: Database, connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    retire_number(connection)
    result = migrate(database, WA_PHONE_ID=OURS)
    assert result.exit_code == 0
    assert f"WA_PHONE_ID {OURS} is retired" in result.stderr
    assert known(connection) == []


def test_numbers_are_added_listed_and_retired(
    database: Database, connection: Connection[DictRow]
) -> None:
    enter_number(connection, OURS)
    added = run(
        *("numbers", "add", SECOND, "--account", ACCOUNT, "--display", "+1 (555) 000-2222"),
        *("--home", "help", "--silent"),
        database=database,
    )
    assert added.stdout == f"{SECOND} is one of our business numbers\n"
    assert run("numbers", "retire", OURS, database=database).exit_code == 0
    listed = run("numbers", database=database).stdout.splitlines()
    assert listed[0] == f"{SECOND}  +15550002222  account {ACCOUNT}  home help  silent"
    assert listed[1].startswith(f"{OURS}  -  account {ACCOUNT}  home home  retired ")
    assert run("numbers", "retire", OURS, database=database).exit_code == 1
    assert run("numbers", "add", OURS, database=database).exit_code == 0
    assert known(connection) == [OURS, SECOND]


def test_a_number_for_which_messages_were_kept_is_told_and_adding_it_says_what_comes_next(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    enter_number(connection)
    send(edge, payloads.text_message(), phone_number_id=FOREIGN)
    foreign = answer(run("numbers", "--json", database=database))["foreign"]
    assert foreign == [{"phone_number_id": FOREIGN, "kept": 1}]
    added = run("numbers", "add", FOREIGN, database=database)
    assert added.stdout.splitlines()[-1] == "1 messages were kept for it: wa-webhook replay"
    assert run("replay", database=database).stdout == "1 replayed: 1 processed\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("+34600111222",), "and not the number itself"),
        ((SECOND, "--display", "12"), "a number with its country code"),
        ((SECOND, "--home", "nowhere"), "there is no such state"),
        ((SECOND, "--display", "+15550001111"), "is dialled so already"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(
    database: Database, connection: Connection[DictRow], arguments: tuple[str, ...], told: str
) -> None:
    enter_number(connection, display_number="+15550001111")
    result = run("numbers", "add", *arguments, database=database)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())
    assert known(connection) == [OURS]


def test_the_numbers_of_an_account_are_read_from_meta(
    database: Database, connection: Connection[DictRow]
) -> None:
    assert read_numbers(database, "--dry-run").exit_code == 0
    assert known(connection) == []
    assert read_numbers(database).exit_code == 0
    rows = connection.execute(
        "select phone_number_id, waba_id, display_number from wa.numbers order by 1"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        (SECOND, ACCOUNT, "+15550002222"),
        (OURS, ACCOUNT, "+15550001111"),
    ]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"WA_TOKEN": "another"}, "WA_TOKEN has expired or is wrong"),
        ({"WA_WABA_ID": "1"}, "there is no such id"),
        ({"WHATSAPP_API_BASE_URL": "http://127.0.0.1:9/v26.0"}, "does not answer"),
    ],
)
def test_what_meta_refuses_is_said_with_what_to_do(
    database: Database, connection: Connection[DictRow], environment: dict[str, str], told: str
) -> None:
    result = read_numbers(database, **environment)
    assert result.exit_code == 1
    assert told in result.stderr
    assert known(connection) == []


def test_the_doctor_says_that_no_number_is_known_and_which_is_not(
    database: Database, connection: Connection[DictRow]
) -> None:
    checks = answer(run("doctor", "--json", database=database))["checks"]
    assert "no business number is known" in str(checks)
    enter_number(connection)
    checks = answer(run("doctor", "--json", database=database, WA_PHONE_ID=FOREIGN))["checks"]
    assert f"WA_PHONE_ID {FOREIGN} is not one of our business numbers" in str(checks)


def test_status_says_which_number_is_not_ours(
    database: Database, edge: Connection[DictRow], connection: Connection[DictRow]
) -> None:
    result = run("status", database=database)
    assert result.exit_code == 1
    assert "no business number is known" in result.stdout
    enter_number(connection)
    send(edge, payloads.text_message(), phone_number_id=FOREIGN)
    found = answer(run("status", "--json", database=database))
    assert [(one["code"], one["needs_person"]) for one in found["problems"]] == [
        ("messages_foreign", False)
    ]
    connection.execute("update wa.numbers set retired_at = now()")
    told = run("status", database=database).stdout
    assert "every business number is retired, so that messages are kept and not answered" in told
    assert "which is not one of ours" in told
    connection.execute("delete from wa.numbers")
    told = run("status", database=database).stdout
    assert "messages to any number are answered" in told
    assert f"came for the number {FOREIGN} while it was not one of ours" in told


def test_of_very_many_messages_to_others_the_newest_are_told(
    connection: Connection[DictRow],
) -> None:
    connection.execute(
        "insert into public.wa_events"
        " (wa_message_id, message_type, phone_number_id, status, payload, received_at)"
        " select 'wamid.' || n, 'text', case n when 0 then '9' else '8' end, 'ignored', '{}',"
        " now() - make_interval(secs => n) from generate_series(0, 10000) as n"
    )
    told = value(connection, "select wa.summarize_numbers() -> 'foreign'")
    assert {one["phone_number_id"]: one["messages"] for one in told} == {"8": 9999, "9": 1}
