"""The command line as a person on call runs it: with these variables and no others of ours."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner, Result

from tests.fixtures.names import current_names, current_role, environment_of
from wa_webhook.cli import app

if TYPE_CHECKING:
    from tests.fixtures.postgres import Database

OURS = ("WA_", "ALERT_", "SUPABASE_", "WHATSAPP_")
PASSWORD = "hunter2-hunter2"  # noqa: S105


def run(
    *arguments: str,
    database: Database | None = None,
    role: str = "wa_operator_role",
    typed: str | None = None,
    **given: str,
) -> Result:
    """Run a command on the test's database, as `role`, which has a password to be kept quiet."""
    unset = {name: None for name in os.environ if name.startswith(OURS)}
    if database is not None:
        given = {"WA_DATABASE_URL": with_password(database.url(role), role)} | given
    result = CliRunner().invoke(
        app, arguments, typed, env={**unset, **environment_of(current_names()), **given}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert PASSWORD not in result.output
    return result


def answer(result: Result) -> Any:
    """Return what a command with --json printed."""
    return json.loads(result.stdout)


def with_password(url: str, role: str) -> str:
    role = current_role(role)
    return url.replace(f"//{role}@", f"//{role}:{PASSWORD}@")
