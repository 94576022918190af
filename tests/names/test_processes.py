"""Every process and command of a bot with names of its own, from a webhook to Meta's stand-in."""

from __future__ import annotations

import asyncio
import re
import subprocess
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from handler.process.listening import bind
from tests import payloads
from tests.fixtures.clusters import BARE_TEMPLATE
from tests.fixtures.names import about_default_names, environment_of, names_like
from tests.fixtures.postgrest import JWT_SECRET, PostgrestStandIn, authenticator_may_switch
from tests.notifier.conftest import PHONE_ID, TOKEN, until
from tests.operations.command import run
from tests.webhook.conftest import APP_SECRET, VERIFY_TOKEN, running_webhook
from tests.webhook.test_serve_command import command, environment, post, serving
from wa_webhook.api_key import mint, read_secret
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn
from wa_webhook.migrate import Migrator, find_db_folder, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from typer.testing import Result

    from tests.fixtures.postgres import Database

pytestmark = [
    pytest.mark.any_server,
    about_default_names("compares the default names with others"),
]

NAMES = names_like("desk", "desk")
PROCESS_ROLES = (NAMES.edge_role, NAMES.notifier_role, NAMES.operator_role)
SERVE = {"WA_APP_SECRET": APP_SECRET, "WA_VERIFY_TOKEN": VERIFY_TOKEN}
NOTIFY = {"WA_TOKEN": TOKEN, "WA_PHONE_ID": PHONE_ID, "ALERT_WEBHOOK_URL": "https://example.org"}


class Desk:
    """A database with those names, and what a process's environment says of it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def environment(self, role: str) -> dict[str, str]:
        url = self.database.server.url(role, self.database.name)
        return {**environment_of(NAMES), "WA_DATABASE_URL": url}

    async def command(self, role: str, *arguments: str, **given: str) -> Result:
        return await run_with(*arguments, **self.environment(role) | given)

    def sent(self) -> int:
        (row,) = self.execute("select count(*) from desk.notifications where status = 'delivered'")
        return int(row[0])


async def run_with(*arguments: str, **variables: str) -> Result:
    """Run a command with these variables, while this event loop serves whom it asks."""
    return await asyncio.to_thread(lambda: run(*arguments, database=None, role="", **variables))


@pytest.fixture(scope="module")
def desk_template(shared_database: Callable[[str], Database]) -> str:
    """A database with those names, to copy, where each process role may log in."""
    database = shared_database(BARE_TEMPLATE)
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, read_source(find_db_folder()), names=NAMES).run()
    for role in PROCESS_ROLES:
        Desk(database).execute(f"alter role {role} login")
    return database.name


@pytest.fixture
def desk(desk_template: str, new_database: Callable[[str], Database]) -> Desk:
    return Desk(new_database(desk_template))


@contextmanager
def notifying(desk: Desk, folder: Path, graph_url: str) -> Iterator[None]:
    """Run `wa-webhook notify` as a process."""
    given = {**desk.environment(NAMES.notifier_role), **NOTIFY, "WHATSAPP_API_BASE_URL": graph_url}
    process = subprocess.Popen(
        command("notify"), cwd=folder, env=environment(**given), stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def test_a_message_is_answered_and_a_failed_one_is_found_and_replayed(
    desk: Desk, tmp_path: Path
) -> None:
    async with serving(tmp_path, **desk.environment(NAMES.edge_role)) as served:
        graph = GraphStandIn(
            token=TOKEN,
            app_secret=APP_SECRET,
            webhook_url=f"{served.url}/webhook",
            phone_number_ids={PHONE_ID},
        )
        async with LocalServer(graph.app, bind("127.0.0.1", 0, "stand-in")) as server:
            with notifying(desk, tmp_path, f"{server.url}/v26.0"):
                assert (await post(served.url, payloads.text_body())).status_code == 200
                await until(lambda: desk.sent() == 1)

        desk.execute("update desk_private.flow_states set step_function = 'step_missing'")
        assert (await post(served.url, payloads.text_body("help"))).status_code == 200
        assert (
            "messages_failed"
            in (await desk.command(NAMES.operator_role, "status", "--json")).stdout
        )
        desk.execute("update desk_private.flow_states set step_function = 'step_home'")
        replayed = await desk.command(NAMES.operator_role, "replay")
        assert (replayed.exit_code, "1 processed" in replayed.stdout) == (0, True), replayed.output


@pytest.mark.parametrize(
    ("role", "given"),
    [
        (NAMES.edge_role, SERVE),
        (NAMES.notifier_role, NOTIFY),
        (NAMES.operator_role, {}),
        ("postgres", {}),
    ],
)
async def test_the_doctor_knows_each_role_and_finds_nothing(
    desk: Desk, role: str, given: dict[str, str]
) -> None:
    desk.execute(f"insert into desk_private.numbers (phone_number_id) values ('{PHONE_ID}')")
    stand_in = GraphStandIn(token=TOKEN, app_secret=APP_SECRET, phone_number_ids={PHONE_ID})
    async with LocalServer(stand_in.app, bind("127.0.0.1", 0, "stand-in")) as server:
        graph = {"WHATSAPP_API_BASE_URL": f"{server.url}/v26.0"}
        examined = await desk.command(role, "doctor", **given, **graph)
    assert examined.exit_code == 0, examined.stdout
    assert not re.search("^(warn|fail)", examined.stdout, re.MULTILINE), examined.stdout


async def test_advice_is_given_in_the_names_of_the_database(desk: Desk) -> None:
    desk.execute("grant select on desk.profiles to desk_handler")
    desk.execute(
        "update desk_private.queue_state set paused_until = 'infinity', paused_reason = '190'"
    )
    said = [
        await desk.command(NAMES.edge_role, "doctor", **SERVE),
        await desk.command(NAMES.notifier_role, "doctor", "--as", "serve", **SERVE),
        await desk.command(NAMES.edge_role, "status"),
        await desk.command(NAMES.operator_role, "status"),
    ]
    printed = "".join(one.output for one in said)
    for words in (
        'wa-webhook rewrite db/roles/take_direct_access.sql | psql "$ADMIN_DATABASE_URL" -f -',
        "Connect as desk_handler",
        "connect as desk_operator",
        "select desk.wa_queue_resume();",
    ):
        assert words in printed
    assert not re.search(r"\bwa_(edge|notifier|operator)_role\b|\bpublic\.", printed), printed


async def test_a_key_of_the_handlers_role_leads_into_its_schema(desk: Desk) -> None:
    key = mint(NAMES.edge_role, read_secret(JWT_SECRET), timedelta(days=1))
    with authenticator_may_switch(desk.database.server, NAMES.edge_role):
        async with PostgrestStandIn(desk.database, {"": JWT_SECRET}).serve() as url:
            given = {"supabase_url": url, "wa_supabase_service_role_key": key.token}
            async with running_webhook({**given, "wa_database_schema": "desk"}) as webhook:
                assert (await webhook.post(payloads.text_body())).status_code == 200
                assert (await webhook.http.get("/readyz")).status_code == 200


@pytest.mark.parametrize("changed", [{"WA_DATABASE_SCHEMA": "desks"}, {"WA_EDGE_ROLE": "No role"}])
async def test_names_that_are_wrong_are_told_by_the_doctor(
    desk: Desk, changed: dict[str, str]
) -> None:
    environment = {**desk.environment(NAMES.edge_role), **SERVE, **changed}
    examined = await run_with("doctor", **environment)
    assert examined.exit_code == 1
    (name,) = changed.values()
    assert name in examined.stdout
