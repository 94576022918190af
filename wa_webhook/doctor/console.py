"""The desk's connections: whether each is there, and is of its own role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from handler.process.environment import SettingsError, load_settings
from wa_webhook.console.people import Role
from wa_webhook.console.settings import ConsoleConnections
from wa_webhook.doctor.check import Check, fail, ok, warn
from wa_webhook.naming.names import NamesError
from wa_webhook.naming.settings import NamesSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wa_webhook.naming.names import Names

_CONNECT_SECONDS = 5
_ARTICLES = {Role.READER: "a", Role.AGENT: "an", Role.OPERATOR: "an"}


def check_desk() -> Iterator[Check]:
    """Connect as each role that may sign in at the desk; nothing where there is to be none."""
    try:
        urls = load_settings(ConsoleConnections).database_urls
        names = load_settings(NamesSettings).names()
    except SettingsError as error:
        for line in str(error).splitlines():
            yield fail(
                "desk", line, "Set it in the environment or in .env.local: docs/operate/console.md."
            )
        return
    except NamesError:
        # The configuration was found wrong before.
        return
    for role, url in urls.items():
        yield _check(role, url, names)


def _check(role: Role, url: str, names: Names) -> Check:
    variable = f"WA_CONSOLE_{role.upper()}_DATABASE_URL"
    wanted = {
        Role.READER: names.reader_role,
        Role.AGENT: names.agent_role,
        Role.OPERATOR: names.operator_role,
    }[role]
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS) as connection:
            found = _role_of(connection)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        return fail("desk", f"{variable}: {reason}", f"It is the login of {wanted}.")
    if found != wanted:
        mend = f"Give it the login of {wanted}: whoever signs in as {role} may do what it may."
        return warn("desk", f"{variable} is of {found}", mend)
    return ok("desk", f"who is {_ARTICLES[role]} {role} is {found}")


def _role_of(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("select current_user::text").fetchone()
    assert row is not None  # noqa: S101 (one row, always)
    return str(row[0])
