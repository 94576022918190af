"""`wa-webhook doctor`: what it finds wrong, and what it says to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from tests.fixtures.names import current_role
from tests.fixtures.numbers import enter_number
from tests.fixtures.passwords import demand_password
from tests.operations.command import answer, run, with_password
from tests.operations.examining import NOTIFY, SERVE, examine, outcomes
from wa_webhook.dev.postgres import SUPERUSER

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from tests.fixtures.postgres import Database


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


@pytest.mark.parametrize(
    ("role", "process", "given"),
    [("wa_edge_role", "serve", SERVE), ("wa_operator_role", "operator", {})],
)
def test_a_database_that_does_not_answer_fails_and_nothing_else_does(
    database: Database, role: str, process: str, given: dict[str, Any]
) -> None:
    url = with_password(database.url(role), role).replace(str(database.server.port), "1")
    found = answer(run("doctor", "--json", WA_DATABASE_URL=url, **given))
    assert found["process"] == process
    failed = [check["name"] for check in found["checks"] if check["outcome"] == "fail"]
    assert failed == ["database"]


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


def test_a_role_that_cannot_log_in_is_one_line(database: Database) -> None:
    checks = examine(database=database, role="wa_nobody")
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
    assert message == (
        "1 routine files are not applied as they are here (functions/webhook/wa_dispatch.sql)"
    )


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
def test_a_worker_whose_module_cannot_be_imported_fails(database: Database) -> None:
    given = {"WA_WORK_MODULES": "no_such_module"}
    checks = examine("--as", "work", database=database, role="wa_worker_role", **given)
    ((outcome, message),) = checks["tasks"]
    assert (outcome, "cannot import no_such_module" in message) == ("fail", True)
