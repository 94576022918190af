"""The walk through docs/install/deploy.md, and what it puts on a machine."""

from __future__ import annotations

import asyncio
import re
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest

from handler.process.listening import bind
from handler.process.refused_login import find_reason
from tests import payloads
from tests.docs.code_blocks import PROJECT, find_code_blocks
from tests.docs.outputs import is_as_shown
from tests.docs.shell import run_shell
from tests.fixtures.documents import as_run
from tests.fixtures.machine import find_program, requires
from tests.fixtures.names import current_role
from tests.fixtures.passwords import demand_password
from tests.webhook.conftest import APP_SECRET, VERIFY_TOKEN, running_webhook
from wa_webhook.dev.server import LocalServer
from wa_webhook.meta_stand_in import GraphStandIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fixtures.postgres import Database

EDGE = "wa_edge_role"
# Meant to be seen by everybody.
NO_SECRETS = {"WA_SUPABASE_PUBLISHABLE_KEY"}
OLD, NEW = "password-of-the-year-before", "password-of-this-year"
WALK = find_code_blocks("docs/install/deploy.md", "sh")
GIVE_LOGIN = 'psql "$ADMIN_DATABASE_URL" -v role=wa_edge_role -f db/roles/give_login.sql'


# Logins belong to the whole server, so these tests have one of their own.
async def test_the_walk_prints_what_is_shown_from_the_database_to_an_upgrade(
    stoppable_database: Database, record_property: Callable[[str, object], None]
) -> None:
    url = stoppable_database.url(EDGE)
    accounts = {payloads.ACCOUNT_ID: {payloads.PHONE_NUMBER_ID: payloads.BOT_NUMBER}}
    meta = GraphStandIn(token=NEW, app_secret=APP_SECRET, accounts=accounts)
    async with (
        running_webhook({"wa_database_url": url}) as handler,
        LocalServer(meta.app, bind("127.0.0.1", 0, "stand-in")) as graph,
    ):
        variables = {
            "WEBHOOK_URL": str(handler.http.base_url).rstrip("/"),
            "WA_VERIFY_TOKEN": VERIFY_TOKEN,
            "WA_APP_SECRET": APP_SECRET,
            "WA_TOKEN": NEW,
            "WA_WABA_ID": payloads.ACCOUNT_ID,
            "WHATSAPP_API_BASE_URL": f"{graph.url}/v26.0",
        }
        for block in WALK:
            code = block.code.replace("<password>", NEW)
            finished = await asyncio.to_thread(run_shell, stoppable_database, code, **variables)
            assert finished.returncode == 0, f"{block}: {finished.stdout}"
            assert is_as_shown(finished.stdout, block.output), f"{block}: {finished.stdout}"
            record_property(*as_run(block))


async def test_a_password_changes_while_webhooks_are_answered(stoppable_database: Database) -> None:
    demand_password(stoppable_database, EDGE, OLD)

    def url_with(password: str) -> str:
        role = current_role(EDGE)
        return stoppable_database.url(EDGE).replace(f"{role}@", f"{role}:{password}@")

    async with running_webhook({"wa_database_url": url_with(OLD)}) as before:
        assert (await before.post(payloads.text_body())).status_code == 200
        give = f"WA_ROLE_PASSWORD={NEW} {GIVE_LOGIN}"
        assert (await asyncio.to_thread(run_shell, stoppable_database, give)).returncode == 0
        assert (await before.post(payloads.text_body())).status_code == 200
    with pytest.raises(psycopg.OperationalError, match="password authentication failed") as refused:
        psycopg.connect(url_with(OLD))
    assert find_reason(refused.value).sqlstate == "28P01"
    async with running_webhook({"wa_database_url": url_with(NEW)}) as after:
        assert (await after.post(payloads.text_body())).status_code == 200


@requires("systemd-analyze")
def test_systemd_takes_the_unit_and_finds_little_that_its_processes_could_reach(
    tmp_path: Path,
) -> None:
    unit = (PROJECT / "ops/systemd/wa-webhook@.service").read_text()
    file = tmp_path / "wa-webhook@serve.service"
    # Without one, all instances are the same user.
    assert "\nUser=wa-webhook-%i\n" in unit
    # Programs have to be there to be taken.
    file.write_text(unit.replace("/opt/wa-webhook/bin/wa-webhook", "/bin/true"))
    for words in (["verify"], ["security", "--offline=yes", "--threshold=15"]):
        analyzed = subprocess.run(
            [find_program("systemd-analyze"), *words, str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert analyzed.returncode == 0, analyzed.stdout + analyzed.stderr


def test_it_says_of_each_secret_how_it_changes() -> None:
    example = (PROJECT / ".env.example").read_text()
    names = set(re.findall(r"^#? ?(\w+)=", example, re.MULTILINE))
    secrets = {one for one in names if re.search("_(SECRET|TOKEN|KEY|PEOPLE)$|ALERT_.*URL$", one)}
    assert len(secrets) > 8
    section = (PROJECT / "docs/install/deploy.md").read_text().partition("\n## Secrets change\n")[2]
    rows = "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))
    assert [one for one in secrets - NO_SECRETS if f"`{one}`" not in rows] == []


def test_compose_hands_in_variables_that_somebody_reads() -> None:
    known = set(re.findall(r"^#? ?(\w+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    given = re.findall(
        r"^      ((?:WA|WHATSAPP|ALERT)_\w+):", (PROJECT / "compose.yaml").read_text(), re.MULTILINE
    )
    assert set(given) - known == {"WA_ROLE_PASSWORD"}
