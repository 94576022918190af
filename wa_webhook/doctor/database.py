"""The database: whether it answers, is ready, agrees with the files, and tells the same time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from handler.process.environment import SettingsError, load_settings
from wa_webhook.doctor.check import Check, fail, ok, skip, warn
from wa_webhook.doctor.configuration import Process
from wa_webhook.doctor.privileges import (
    REQUIRED,
    check_privileges,
    guess_process,
    guess_process_by_name,
    read_role,
)
from wa_webhook.doctor.temporary import check_temporary
from wa_webhook.flows.problems import list_problems
from wa_webhook.operations.database import NOT_MIGRATED, connect, explain, is_exhausted
from wa_webhook.operations.migrations import MIGRATE, read_migrations
from wa_webhook.settings import BotSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from psycopg import Connection

    from wa_webhook.naming.names import Names
    from wa_webhook.settings import DatabaseSettings

SUPPORTED_VERSIONS = range(15, 19)
CLOCK_TOLERANCE_SECONDS = 5
CLOCK_MEND = "Let a time service set the clock of the machine that is wrong."


def examine_database(
    settings: DatabaseSettings, names: Names, process: Process | None
) -> tuple[Process, list[Check]]:
    """Return whose environment this is, unless `process` says so, and what was found."""
    checks: list[Check] = []
    try:
        with connect(settings, "doctor") as connection:
            role = read_role(connection, names.schema)
            process = process or guess_process(connection, role, names)
            checks.append(_version(connection, role.name))
            checks.append(_clock(connection))
            checks += check_privileges(connection, role, process, names)
            checks.append(check_temporary(connection))
            checks.append(_migrations(connection, names))
            checks.append(_rights(connection, names))
            checks += _flows(connection, names)
            if "wa_health" in REQUIRED.get(process, ()):
                checks += _health(connection, names)
            elif process is not Process.MIGRATE:
                checks.append(
                    skip(
                        "health",
                        "this role may not ask for it",
                        f"wa-webhook status, as {names.operator_role}, does.",
                    )
                )
    except psycopg.Error as error:
        checks.append(fail("database", explain(error, names), _mend(error)))
        process = process or _guess_unasked(settings, names)
    return process, checks


def _guess_unasked(settings: DatabaseSettings, names: Names) -> Process:
    user = conninfo_to_dict(settings.wa_database_url.get_secret_value()).get("user")
    return guess_process_by_name(str(user), names) or Process.SERVE


def _version(connection: Connection[Any], role: str) -> Check:
    version = connection.info.server_version // 10_000
    where = f"{role} at {connection.info.host}:{connection.info.port}/{connection.info.dbname}"
    if version not in SUPPORTED_VERSIONS:
        return warn(
            "database",
            f"PostgreSQL {version} answers as {where}",
            "This release is tested on PostgreSQL 15 to 18.",
        )
    return ok("database", f"PostgreSQL {version} answers as {where}")


def _clock(connection: Connection[Any]) -> Check:
    before = datetime.now(UTC)
    row = connection.execute("select pg_catalog.clock_timestamp()").fetchone()
    after = datetime.now(UTC)
    assert row is not None  # noqa: S101 (one row, always)
    return judge_clock("database", row[0] - (before + (after - before) / 2))


def judge_clock(of: str, skew: timedelta) -> Check:
    """Return what a difference to another clock means; positive: the other one is ahead."""
    seconds = skew.total_seconds()
    side = "ahead" if seconds > 0 else "behind"
    message = f"the clock of the {of} is {abs(seconds):.1f} s {side}"
    if abs(seconds) > CLOCK_TOLERANCE_SECONDS:
        return warn("clock", message, CLOCK_MEND)
    return ok("clock", message)


def _migrations(connection: Connection[Any], names: Names) -> Check:
    found = read_migrations(connection, names.private_schema)
    if not found.is_known:
        return skip(
            "migrations",
            "this role may not read which are applied",
            f"wa-webhook status, as {names.operator_role}, compares them.",
        )
    if found.problem is not None:
        return fail("migrations", found.problem, f"{found.mend}.")
    held = "" if found.extension is None else f" (extension {found.extension})"
    return ok("migrations", f"{found.applied} applied, as are all routines{held}")


def _rights(connection: Connection[Any], names: Names) -> Check:
    # Nothing around it: a cluster hands on what is a call and no more.
    status = sql.SQL("select {}.wa_status()").format(sql.Identifier(names.schema))
    try:
        row = connection.execute(status).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return skip(
            "rights",
            "this role may not compare them with how they were made",
            f"wa-webhook status, as {names.operator_role}, compares them.",
        )
    except NOT_MIGRATED as error:
        return fail("rights", explain(error, names), f"{MIGRATE}.")
    assert row is not None  # noqa: S101 (one row, always)
    rights = row[0]["rights"]
    if rights["differences"]:
        return fail(
            "rights",
            f"{rights['differences']} are not as they were made: {'; '.join(rights['first'])}",
            f"{MIGRATE}, gives them back.",
        )
    return ok("rights", "owners, policies and privileges are as they were made")


def _flows(connection: Connection[Any], names: Names) -> Iterator[Check]:
    try:
        problems = list_problems(connection, names)
    except psycopg.errors.InsufficientPrivilege:
        yield skip(
            "flows",
            "this role may not check them",
            f"wa-webhook flows check, as {names.operator_role}, does.",
        )
        return
    except NOT_MIGRATED as error:
        yield fail("flows", explain(error, names), f"{MIGRATE}.")
        return
    for problem in problems:
        if problem.is_error:
            yield fail("flows", str(problem), "Mend the flow's files, and migrate.")
    for flow in read_migrations(connection, names.private_schema).absent_flows:
        yield warn(
            "flows",
            f"flow {flow} is in the database and has no files here: it stays as it is",
            "Run this in the folder of the project that has it, or name its flows/ in WA_FLOWS."
            f" Only where no project has it any more: wa-webhook flows remove {flow}.",
        )
    if not any(problem.is_error for problem in problems):
        yield ok("flows", "every flow holds together")


def _health(connection: Connection[Any], names: Names) -> Iterator[Check]:
    try:
        row = connection.execute(
            sql.SQL("select {}.wa_health()").format(sql.Identifier(names.schema))
        ).fetchone()
    except (*NOT_MIGRATED, psycopg.errors.InsufficientPrivilege) as error:
        yield fail("health", explain(error, names), f"{MIGRATE}.")
        return
    assert row is not None  # noqa: S101 (one row, always)
    for problem in row[0]["problems"]:
        yield fail("health", problem, "As it says.")
    for warning in row[0].get("warnings") or ():
        yield warn("health", warning, "As it says.")
    if reason := row[0]["queue_paused_because"]:
        yield warn(
            "queue",
            f"nothing is sent: {reason}",
            "Mend the cause, then as the operator: select wa_queue_resume(); after a restore see"
            " docs/operate/restore.md.",
        )
    if row[0]["ok"]:
        yield ok("health", "the database can take webhooks")
    # Not of a database that is older than this command.
    if "numbers" in row[0]:
        yield from _numbers(row[0]["numbers"], _own_number())


def _own_number() -> str | None:
    try:
        return load_settings(BotSettings).wa_phone_id
    except SettingsError:
        return None


def _numbers(numbers: Mapping[str, Any], own: str | None) -> Iterator[Check]:
    known = numbers["known"]
    if not known:
        yield warn(
            "numbers",
            "every business number is retired, so that messages are kept and not answered"
            if numbers["are_told_apart"]
            else "no business number is known, so that messages to any number are answered",
            "wa-webhook migrate with WA_PHONE_ID and WA_WABA_ID set, or wa-webhook numbers add.",
        )
    elif own is not None and own not in known:
        yield fail(
            "numbers",
            f"WA_PHONE_ID {own} is not one of our business numbers",
            f"wa-webhook numbers add {own}, or set the right one.",
        )
    else:
        yield ok("numbers", f"our business numbers: {', '.join(known)}")
    for other in numbers["foreign"]:
        number = other["phone_number_id"]
        yield warn(
            "numbers",
            f"{other['messages']} messages came for the number {number},"
            f" which {'is' if numbers['are_told_apart'] else 'was'} not one of ours",
            f"If it is: wa-webhook numbers add {number}, then wa-webhook replay.",
        )
    for number in numbers["held"]:
        yield warn(
            "numbers",
            f"messages are queued from the number {number or 'that none names'}, and held",
            "wa-webhook numbers add, if it is ours.",
        )


def _mend(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.OperationalError):
        if is_exhausted(error):
            return "As it says."
        text = str(error)
        if "password" in text or "role" in text:
            return "Give the role a login with db/roles/give_login.sql, and put it into the URL."
        return "See that the server runs and that WA_DATABASE_URL leads there."
    return "wa-webhook migrate, if it is not migrated; else check WA_DATABASE_SCHEMA."
