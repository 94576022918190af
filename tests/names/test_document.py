"""The commands of docs/names.md, one after the other on a new server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from tests.docs.code_blocks import find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.documents import as_run
from tests.fixtures.names import OTHER, about_default_names, environment_of
from tests.fixtures.postgres import Database
from wa_webhook.dev.postgres import MIGRATING_ROLE, SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable

    from wa_webhook.dev.postgres import LocalPostgres


@about_default_names("compares the default names with others")
def test_the_commands_print_what_is_shown(
    stoppable_server: LocalPostgres, record_property: Callable[[str, object], None]
) -> None:
    with psycopg.connect(stoppable_server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(f"create database named template {BARE_TEMPLATE} owner {MIGRATING_ROLE}")
    database = Database(stoppable_server, "named")
    first, second = find_code_blocks("docs/names.md", "sh")
    code = second.code.replace("<password>", "a-long-enough-password")
    for block, finished in (
        (first, run_shell(database, first.code)),
        (second, run_shell(database, code, **environment_of(OTHER))),
    ):
        assert finished.returncode == 0, f"{block}: {finished.stdout}"
        assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
        record_property(*as_run(block))
    with psycopg.connect(stoppable_server.url("app_handler", "named")) as handler:
        assert handler.execute("select wa_app.wa_health() ->> 'ok'").fetchone() == ("true",)
