"""`wa-webhook doctor`: what it finds wrong, and what it says to do."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql
from pydantic import SecretStr
from yarl import URL

from handler.process.listening import bind
from tests.fixtures.names import current_role
from tests.fixtures.numbers import enter_number
from tests.fixtures.passwords import demand_password
from tests.fixtures.transport import direct_way_in
from tests.operations.command import answer, run, with_password
from tests.webhook.conftest import running_webhook
from wa_webhook.dev.postgres import SUPERUSER, free_port
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta import Behaviour, GraphStandIn
from wa_webhook.worker.process import open_worker
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database

PHONE_ID = "106540352242922"
TOKEN = "token-of-the-tests"  # noqa: S105
VERIFY_TOKEN = "verify-token-of-the-tests"  # noqa: S105
SERVE = {"WA_APP_SECRET": "app-secret-of-the-tests", "WA_VERIFY_TOKEN": VERIFY_TOKEN}
NOTIFY = {"WA_TOKEN": TOKEN, "WA_PHONE_ID": PHONE_ID, "WHATSAPP_API_BASE_URL": "http://127.0.0.1:1"}


def examine(*options: str, **given: Any) -> dict[str, list[tuple[str, str]]]:
    """Return outcome and message of every check by its name."""
    result = run("doctor", "--json", *options, **given)
    found = answer(result)
    assert result.exit_code == (0 if found["is_well"] else 1)
    checks: dict[str, list[tuple[str, str]]] = {}
    for check in found["checks"]:
        checks.setdefault(check["name"], []).append((check["outcome"], check["message"]))
        assert check["outcome"] in {"ok", "skip"} or check["mend"]
    return checks


def outcomes(checks: dict[str, list[tuple[str, str]]], name: str) -> list[str]:
    return [outcome for outcome, _ in checks[name]]


@asynccontextmanager
async def running_graph() -> AsyncIterator[tuple[GraphStandIn, str]]:
    stand_in = GraphStandIn(token=TOKEN, app_secret="unused", phone_number_ids={PHONE_ID})  # noqa: S106
    async with LocalServer(stand_in.app, bind("127.0.0.1", 0, "stand-in")) as server:
        yield stand_in, f"{server.url}/v26.0"


@pytest.mark.parametrize(
    ("role", "given"),
    [
        ("wa_edge_role", SERVE),
        ("wa_worker_role", {"WA_WORK_MODULES": "bench.tasks.functions"}),
        ("wa_operator_role", {}),
        ("postgres", {}),
    ],
)
def test_a_sound_environment_has_nothing_to_mend(
    database: Database, connection: Connection[DictRow], role: str, given: dict[str, str]
) -> None:
    enter_number(connection)
    checks = examine(database=database, role=role, **given)
    for found in checks.values():
        assert {outcome for outcome, _ in found} <= {"ok", "skip"}


def test_temporary_objects_are_everybodys_until_the_statement_that_it_prints_is_run(
    database: Database, connection: Connection[DictRow]
) -> None:
    screen = run("doctor", database=database, role="postgres").stdout
    (statement,) = re.findall(r"revoke temporary on database .+ from public;", screen)
    connection.execute(statement.encode())
    ((outcome, message),) = examine(database=database, role="postgres")["temporary"]
    assert (outcome, message.split(" are ")[0]) == ("ok", "temporary objects")
    assert "revoke temporary" not in run("doctor", database=database, role="postgres").stdout


def test_the_screen_names_each_check_and_how_to_mend_it(database: Database) -> None:
    result = run("doctor", database=database, role="wa_edge_role")
    assert result.exit_code == 1
    assert "WA_VERIFY_TOKEN: is not set" in result.stdout
    assert ".env.example" in result.stdout


def test_every_missing_or_wrong_variable_is_named(database: Database) -> None:
    given = {"WA_APP_SECRET": ",", "WA_WEBHOOK_MAX_BYTES": "many", "ALERT_WEBHOOK_URL": "x"}
    checks = examine(database=database, role="wa_edge_role", **given)
    failed = [message.split(":")[0] for outcome, message in checks["configuration"]]
    assert failed == [
        "ALERT_WEBHOOK_URL",
        "WA_APP_SECRET",
        "WA_VERIFY_TOKEN",
        "WA_WEBHOOK_MAX_BYTES",
    ]


def test_a_variable_that_nobody_reads_is_a_warning(database: Database) -> None:
    checks = examine(database=database, WA_VERFIY_TOKEN="x")  # noqa: S106
    assert ("warn", "nobody reads WA_VERFIY_TOKEN") in checks["configuration"]


def test_without_a_database_url_the_rest_is_still_examined() -> None:
    checks = examine(**SERVE)
    assert outcomes(checks, "database") == ["skip"]
    ((outcome, finding),) = checks["configuration"]
    assert outcome == "fail"
    assert finding.startswith("WA_DATABASE_URL: is not set")


def test_a_database_that_does_not_answer_fails(database: Database) -> None:
    url = with_password(database.url("wa_edge_role"), "wa_edge_role")
    checks = examine(WA_DATABASE_URL=url.replace(str(database.server.port), "1"), **SERVE)
    assert outcomes(checks, "database") == ["fail"]


def test_a_wrong_password_is_named_and_not_shown(stoppable_database: Database) -> None:
    demand_password(stoppable_database, "wa_edge_role", "another-password")
    arguments: dict[str, Any] = {"database": stoppable_database, "role": "wa_edge_role"}
    arguments |= SERVE
    (found,) = examine("--as", "serve", **arguments)["database"]
    assert found[0] == "fail"
    assert f'password authentication failed for user "{current_role("wa_edge_role")}"' in found[1]
    said = run("doctor", "--as", "serve", **arguments).output
    assert "db/roles/give_login.sql" in said
    assert "another-password" not in said


def test_connections_that_are_exhausted_are_no_matter_of_a_login(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute(f'alter database "{database.name}" connection limit 0')
    said = run("doctor", "--as", "serve", database=database, role="wa_edge_role", **SERVE).output
    assert "pg_stat_activity" in said
    assert "give_login" not in said


def test_a_role_that_cannot_log_in_is_one_line(
    stoppable_database: Database,
) -> None:
    checks = examine(database=stoppable_database, role="wa_nobody")
    (found,) = checks["database"]
    assert (found[0], len(found[1].splitlines())) == ("fail", 1)
    assert "wa_nobody" in found[1]


def test_a_database_that_was_never_migrated_fails(bare_database: Database) -> None:
    checks = examine("--as", "serve", database=bare_database, role="postgres", **SERVE)
    assert "fail" in outcomes(checks, "health")
    assert outcomes(checks, "migrations") == ["fail"]


def test_pending_migrations_and_changed_routines_fail(
    database: Database, connection: Connection[DictRow]
) -> None:
    connection.execute("delete from wa.applied_files where path like '%/wa_dispatch.sql'")
    ((outcome, message),) = examine(database=database)["migrations"]
    assert outcome == "fail"
    assert message == "1 routine files are not applied as they are here"


@pytest.mark.parametrize(
    ("change", "outcome", "words"),
    [
        ("revoke execute on function public.wa_metrics() from wa_edge_role", "fail", "wa_metrics"),
        ("grant select on public.profiles to wa_edge_role", "warn", "profiles (select)"),
        ("grant update (status) on public.notifications to wa_edge_role", "warn", "(update)"),
        (
            "grant execute on function public.wa_replay_event(text, boolean) to wa_edge_role",
            "warn",
            "wa_replay_event",
        ),
    ],
)
def test_too_few_and_too_many_rights_are_found(
    database: Database,
    connection: Connection[DictRow],
    change: str,
    outcome: str,
    words: str,
) -> None:
    connection.execute(change.encode())
    checks = examine(database=database, role="wa_edge_role", **SERVE)
    (found,) = checks["privileges"]
    assert found[0] == outcome
    assert words in found[1]


def test_each_process_role_holds_what_it_needs_and_no_more(database: Database) -> None:
    for process in ("edge", "notifier", "operator"):
        checks = examine(database=database, role=f"wa_{process}_role", **SERVE, **NOTIFY)
        assert outcomes(checks, "privileges") == ["ok"]


@pytest.mark.parametrize(
    ("role", "words"), [(SUPERUSER, "is a superuser"), ("postgres", "owns the tables")]
)
def test_a_process_that_has_too_much_power_fails(database: Database, role: str, words: str) -> None:
    checks = examine("--as", "serve", database=database, role=role, **SERVE)
    (found,) = checks["privileges"]
    assert (found[0], words in found[1]) == ("fail", True)


def test_the_wrong_process_role_fails(database: Database) -> None:
    checks = examine("--as", "serve", database=database, role="wa_notifier_role", **SERVE)
    assert outcomes(checks, "privileges") == ["fail", "warn"]


async def test_the_token_is_tried_on_the_number(database: Database) -> None:
    async with running_graph() as (_, url):
        given = NOTIFY | {"WHATSAPP_API_BASE_URL": url, "ALERT_WEBHOOK_URL": "https://example.org"}
        checks = await asyncio.to_thread(
            examine, database=database, role="wa_notifier_role", **given
        )
    assert checks["graph"] == [("ok", "the token reaches the business number")]
    assert outcomes(checks, "clock") == ["ok", "ok"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"WA_TOKEN": "wrong-token-of-the-tests"}, "code 190"),
        ({"WA_PHONE_ID": "999"}, "code 100"),
    ],
)
async def test_a_token_or_number_that_meta_refuses_fails_without_showing_it(
    database: Database, given: dict[str, str], words: str
) -> None:
    async with running_graph() as (_, url):
        everything = NOTIFY | {"WHATSAPP_API_BASE_URL": url} | given
        result = await asyncio.to_thread(
            run, "doctor", database=database, role="wa_notifier_role", **everything
        )
    assert result.exit_code == 1
    assert words in result.stdout
    assert "of-the-tests" not in result.output


async def test_a_proxy_in_place_of_meta_fails(database: Database) -> None:
    async with running_graph() as (stand_in, url):
        stand_in.behave(Behaviour(answer="html", path="phone_number"))
        given = NOTIFY | {"WHATSAPP_API_BASE_URL": url}
        checks = await asyncio.to_thread(
            examine, database=database, role="wa_notifier_role", **given
        )
    assert checks["graph"] == [("fail", "HTTP 502, and no JSON")]


def test_a_graph_that_nobody_answers_at_fails(database: Database) -> None:
    checks = examine(database=database, role="wa_notifier_role", **NOTIFY)
    assert checks["graph"] == [("fail", "127.0.0.1 does not answer: ConnectError")]


@pytest.mark.parametrize(
    ("token", "path", "found"),
    [
        (VERIFY_TOKEN, "/webhook", ("ok", "the webhook answers the challenge")),
        ("another", "/webhook", ("fail", "the webhook refuses the verify token")),
        (VERIFY_TOKEN, "/elsewhere", ("fail", "HTTP 404 without the challenge")),
    ],
)
async def test_the_webhook_is_asked_for_its_challenge(
    database: Database, token: str, path: str, found: tuple[str, str]
) -> None:
    given = SERVE | {"WA_VERIFY_TOKEN": token}
    async with running_webhook(direct_way_in(database)) as webhook:
        address = str(webhook.http.base_url).rstrip("/") + path
        checks = await asyncio.to_thread(
            examine, "--url", address, database=database, role="wa_edge_role", **given
        )
    assert checks["webhook"] == [found]


def test_a_webhook_that_nobody_answers_at_fails(database: Database) -> None:
    url = "http://127.0.0.1:1/webhook"
    checks = examine("--url", url, database=database, role="wa_edge_role", **SERVE)
    assert checks["webhook"] == [("fail", "127.0.0.1 does not answer: ConnectError")]


def test_alerts_that_go_nowhere_or_in_the_clear_are_warnings(database: Database) -> None:
    for given, message in (
        ({}, "ALERT_WEBHOOK_URL is not set: nobody is told"),
        ({"ALERT_WEBHOOK_URL": "http://example.org/x"}, "ALERT_WEBHOOK_URL is not encrypted"),
    ):
        checks = examine(database=database, role="wa_notifier_role", **NOTIFY, **given)
        assert checks["alerts"] == [("warn", message)]


def test_a_database_that_is_read_only_fails_in_doctor_and_status(
    database: Database, connection: Connection[DictRow]
) -> None:
    name = sql.Identifier(database.name)
    connection.execute(
        sql.SQL("alter database {} set default_transaction_read_only = on").format(name)
    )
    checks = examine(database=database, role="wa_edge_role", **SERVE)
    assert [outcome for outcome, said in checks["health"] if "read-only" in said] == ["fail"]
    shown = answer(run("status", "--json", database=database, role="wa_operator_role"))
    assert "unhealthy" in {problem["code"] for problem in shown["problems"]}


def test_snapshots_that_are_on_are_a_warning(database: Database) -> None:
    given = SERVE | {"WA_INBOUND_DEBUG_SNAPSHOT": "true", "WA_INBOUND_LOG_SAMPLE_RATE": "0.01"}
    checks = examine(database=database, role="wa_edge_role", **given)
    assert checks["snapshots"] == [("warn", "masked copies of 1.00% of the payloads are kept")]


@pytest.mark.any_server
async def test_the_place_where_services_answer_later_is_tried(database: Database) -> None:
    environment = {
        "WA_WORK_HTTP": "ocr=http://127.0.0.1:1/tasks",
        "WA_WORK_HTTP_SECRET": "secret-of-services",
    }

    async def find() -> list[tuple[str, str]]:
        found = await asyncio.to_thread(
            examine, "--as", "work", database=database, role="wa_worker_role", **environment
        )
        assert "ocr" in found["tasks"][0][1]
        return found["answers"]

    assert await find() == [("skip", "services answer at once")]
    environment["WA_WORK_ANSWER_PORT"] = str(free_port())
    environment["WA_WORK_ANSWER_URL"] = f"http://127.0.0.1:{environment['WA_WORK_ANSWER_PORT']}/x"
    assert [outcome for outcome, _ in await find()] == ["skip"]
    settings: dict[str, Any] = {name.lower(): given for name, given in environment.items()}
    url = SecretStr(database.url("wa_worker_role"))
    worker = WorkerSettings(_env_file=None, wa_database_url=url, wa_metrics_port=None, **settings)
    async with open_worker(worker, []):
        ((outcome, told),) = await find()
        assert (outcome, told.endswith("and a worker hears them")) == ("ok", True)
    async with running_graph() as (_, graph_url):
        environment["WA_WORK_ANSWER_PORT"] = str(URL(graph_url).port)
        ((outcome, told),) = await find()
        assert (outcome, "is taken by another program" in told) == ("fail", True)


@pytest.mark.any_server
def test_a_worker_whose_module_cannot_be_imported_fails(database: Database) -> None:
    given = {"WA_WORK_MODULES": "no_such_module"}
    checks = examine("--as", "work", database=database, role="wa_worker_role", **given)
    ((outcome, message),) = checks["tasks"]
    assert (outcome, "cannot import no_such_module" in message) == ("fail", True)
