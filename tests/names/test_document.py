"""The commands of docs/install/names.md, one after the other on a new server."""

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


LEFT_OF_ACME = """
select rolname::text from pg_roles where rolname ~ '^acme'
union all
select nspname from pg_namespace where nspname ~ '^acme'
union all
select 'a right of nobody' from pg_default_acl
where not exists (select from pg_roles where oid = defaclrole)
"""


@about_default_names("compares the default names with others")
def test_the_commands_print_what_is_shown(
    stoppable_server: LocalPostgres, record_property: Callable[[str, object], None]
) -> None:
    with psycopg.connect(stoppable_server.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute(f"create database named template {BARE_TEMPLATE} owner {MIGRATING_ROLE}")
    database = Database(stoppable_server, "named")
    blocks = find_code_blocks("docs/install/names.md", "sh")
    for number, block in enumerate(blocks):
        if block == blocks[-1]:
            assert is_well(stoppable_server, "acme_edge_role", "acme")
        code = block.code.replace("<password>", "a-long-enough-password")
        # The second goes by the names that the first gave, the others by what they say.
        unset = dict.fromkeys(environment_of(OTHER), "") | {"WA_DATABASE_SCHEMA": "public"}
        finished = run_shell(database, code, **(environment_of(OTHER) if number == 1 else unset))
        assert finished.returncode == 0, f"{block}: {finished.stdout}"
        assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
        record_property(*as_run(block))
    assert is_well(stoppable_server, "app_handler", "wa_app")
    with psycopg.connect(stoppable_server.url(SUPERUSER, "named")) as superuser:
        assert superuser.execute(LEFT_OF_ACME).fetchall() == []
        superuser.execute("drop schema wa_app, wa_app_private cascade")
        superuser.execute("drop extension cube")


def is_well(server: LocalPostgres, role: str, schema: str) -> bool:
    with psycopg.connect(server.url(role, "named")) as handler:
        health = f"select {schema}.wa_health() ->> 'ok'"
        return handler.execute(health.encode()).fetchone() == ("true",)
