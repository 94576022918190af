"""Every shell block of the runbook runs as it stands, with psql and the variables it names."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.docs.code_blocks import find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.docs.situation import bring_trouble, fill_in
from tests.fixtures.documents import as_run
from tests.fixtures.names import current_role
from tests.fixtures.postgrest import JWT_SECRET, PostgrestStandIn, let_authenticator_switch
from tests.webhook.conftest import running_webhook
from wa_webhook.api_key import mint, read_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

EDGE = "wa_edge_role"
SECRETS = (JWT_SECRET, "the-jwt-secret-that-was-in-use-before-this-one")
# What needs pg_cron runs where that is: tests/retention/test_pg_cron.py.
RUNBOOK = [
    block for block in find_code_blocks("docs/runbook.md", "sh") if "cron." not in block.code
]


# Logins belong to the whole server, so these tests have one of their own.
async def test_the_shell_blocks_of_the_runbook_print_what_is_shown_from_first_to_last(
    stoppable_database: Database, record_property: Callable[[str, object], None]
) -> None:
    profile_id = bring_trouble(stoppable_database)
    let_authenticator_switch(stoppable_database.server, EDGE)
    run_shell(stoppable_database, 'psql "$ADMIN_DATABASE_URL" -f db/roles/take_api_key_access.sql')
    new, old = (
        mint(current_role(EDGE), read_secret(secret), timedelta(days=1)) for secret in SECRETS
    )
    async with (
        PostgrestStandIn(stoppable_database, {"": SECRETS[0]}).serve() as url,
        running_webhook(
            {
                "supabase_url": url,
                "wa_supabase_service_role_key": new.token,
                "wa_metrics_port": 0,
            }
        ) as handler,
    ):
        variables = {
            "SUPABASE_URL": url,
            "WEBHOOK_URL": str(handler.http.base_url),
            "METRICS_URL": str(handler.metrics_url),
            "OLD_KEY": old.token,
        }
        for block in RUNBOOK:
            secret = {"WA_JWT_SECRET": SECRETS[0]} if "wa-webhook key" in block.code else {}
            finished = await asyncio.to_thread(
                run_shell,
                stoppable_database,
                fill_in(block.code, profile_id),
                **variables,
                **secret,
            )
            assert finished.returncode == 0, f"{block}: {finished.stdout}"
            assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
            record_property(*as_run(block))


async def test_a_key_is_refused_after_access_was_taken(stoppable_database: Database) -> None:
    let_authenticator_switch(stoppable_database.server, EDGE)
    key = mint(current_role(EDGE), read_secret(SECRETS[0]), timedelta(days=1))
    async with (
        PostgrestStandIn(stoppable_database, {"": SECRETS[0]}).serve() as url,
        running_webhook(
            {"supabase_url": url, "wa_supabase_service_role_key": key.token}
        ) as handler,
    ):
        assert (await handler.http.get("/readyz")).status_code == 200
        take = 'psql "$ADMIN_DATABASE_URL" -f db/roles/take_api_key_access.sql'
        await asyncio.to_thread(run_shell, stoppable_database, take)
        assert (await handler.http.get("/readyz")).status_code == 503


@pytest.mark.parametrize(
    ("environment", "arguments", "complaint"),
    [
        ("", "-v role=wa_edge_role", "set WA_ROLE_PASSWORD"),
        ("WA_ROLE_PASSWORD=short", "-v role=wa_edge_role", "shorter than 16 characters"),
        ("WA_ROLE_PASSWORD=long-enough-password", "", "give the role"),
        ("WA_ROLE_PASSWORD=long-enough-password", "-v role=wa_runtime", "only wa_edge_role"),
    ],
)
def test_a_login_is_refused_with_a_reason(
    environment: str, arguments: str, complaint: str, database: Database
) -> None:
    finished = run_shell(
        database, f'{environment} psql "$ADMIN_DATABASE_URL" {arguments} -f db/roles/give_login.sql'
    )
    assert finished.returncode != 0
    assert complaint in finished.stdout
