"""`wa-webhook serve` and `post` as processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from psycopg import Connection
from psycopg.rows import DictRow

from handler import signature
from handler.process.environment import ProcessSettings
from handler.process.listening import bind
from handler.settings import WebhookSettings
from tests import payloads
from tests.fixtures.names import current_names, current_role, environment_of
from tests.fixtures.passwords import demand_password
from tests.fixtures.postgres import Database
from tests.fixtures.transport import EDGE_ROLE, prepared, way_in
from tests.operations.command import run
from tests.webhook.conftest import APP_SECRET, VERIFY_TOKEN
from wa_webhook.cli import app
from wa_webhook.dev.postgres import LocalPostgres
from wa_webhook.notifier.settings import NotifierSettings

pytestmark = pytest.mark.any_server

PROJECT = Path(__file__).parents[2]
PASSWORD = "hunter2"  # noqa: S105


@dataclass
class Served:
    """A running `wa-webhook serve`."""

    process: subprocess.Popen[str]
    url: str
    lines: list[str]

    def stop(self) -> int:
        """Send SIGTERM, read the rest of the log, return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=30)
        self.lines += rest.splitlines()
        return self.process.returncode


def environment(**variables: str) -> dict[str, str]:
    """Return a process environment with these settings and no others of ours."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WA_", "ALERT_", "SUPABASE_", "WHATSAPP_"))
    }
    given = {
        "WA_APP_SECRET": APP_SECRET,
        "WA_METRICS_PORT": "off",
        "PYTHONPATH": str(PROJECT),
    }
    return inherited | environment_of(current_names()) | given | variables


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from wa_webhook.cli import app; app()", *arguments]


SERVE = command("serve")
HANDLER = [sys.executable, "-m", "handler"]


@pytest.fixture
async def way(
    transport: str, database: Database, postgres_server: LocalPostgres
) -> AsyncIterator[dict[str, str]]:
    """The variables by which a process gets to the test's database over the transport."""
    with prepared(transport, postgres_server):
        async with way_in(transport, database) as given:
            variables = {name.upper(): value for name, value in given.items()}
            if url := variables.get("WA_DATABASE_URL"):
                role = current_role(EDGE_ROLE)
                variables["WA_DATABASE_URL"] = url.replace(f"{role}@", f"{role}:{PASSWORD}@")
            yield variables


@asynccontextmanager
async def serving(
    folder: Path, *, words: Sequence[str] = SERVE, **variables: str
) -> AsyncIterator[Served]:
    """Run `wa-webhook serve`, while this event loop serves whom it asks."""
    process = _start(folder, variables, words)
    try:
        yield await asyncio.to_thread(_read_start, process)
    finally:
        process.kill()
        process.communicate()


def _start(folder: Path, variables: dict[str, str], words: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment(**{"WA_VERIFY_TOKEN": VERIFY_TOKEN, "WA_PORT": "0", **variables}),
    )


def _read_start(process: subprocess.Popen[str]) -> Served:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        event = json.loads(line)
        if event["event"] == "SERVE_STARTED":
            return Served(process, f"http://{event['host']}:{event['port']}", lines)
    raise AssertionError("".join(lines))


async def post(url: str, body: bytes) -> httpx.Response:
    header = signature.sign(body, APP_SECRET.encode())
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(f"{url}/webhook", content=body, headers={signature.HEADER: header})


@pytest.mark.parametrize("words", [SERVE, HANDLER], ids=["wa-webhook serve", "python -m handler"])
async def test_the_environment_alone_says_where_to_serve_and_no_secret_is_in_the_json_of_the_log(
    way: dict[str, str], tmp_path: Path, words: list[str]
) -> None:
    async with serving(tmp_path, words=words, **way, WA_HOST="127.0.0.2") as served:
        assert served.url.startswith("http://127.0.0.2:")
        assert (await post(served.url, payloads.text_body("private words"))).status_code == 200
        assert (await post(served.url, b"{")).status_code == 400
        assert await asyncio.to_thread(served.stop) == 0
    events = [json.loads(line) for line in served.lines]
    assert [event["event"] for event in events if event["event"].startswith("WEBHOOK")] == [
        "WEBHOOK_REQUEST"
    ] * 2
    log = "".join(served.lines)
    key = way.get("WA_SUPABASE_SERVICE_ROLE_KEY", PASSWORD)
    for private in (APP_SECRET, VERIFY_TOKEN, PASSWORD, key, "private", payloads.SENDER):
        assert private not in log


async def test_an_option_wins_over_its_variable(way: dict[str, str], tmp_path: Path) -> None:
    words = [*SERVE, "--host", "127.0.0.3", "--port", "0"]
    async with serving(tmp_path, words=words, **way, WA_HOST="127.0.0.2", WA_PORT="1") as served:
        assert served.url.startswith("http://127.0.0.3:")


@pytest.mark.parametrize(
    ("process", "settings"), [("serve", WebhookSettings), ("notify", NotifierSettings)]
)
def test_every_option_of_a_process_is_a_variable_as_well(
    process: str, settings: type[ProcessSettings]
) -> None:
    group = typer.main.get_group(app)
    command = group.get_command(typer.Context(group), process)
    assert command is not None
    options = {f"wa_{option.name}" for option in command.params}
    assert options <= settings.model_fields.keys()


async def test_sigterm_answers_what_is_in_flight_and_exits_with_zero(
    way: dict[str, str], tmp_path: Path, connection: Connection[DictRow]
) -> None:
    async with serving(tmp_path, **way) as served:
        with connection.transaction():
            connection.execute("lock table public.wa_events")
            posts = [asyncio.create_task(post(served.url, payloads.text_body())) for _ in range(3)]
            while await asyncio.to_thread(blocked, connection) == 0:
                pass
            stopping = asyncio.create_task(asyncio.to_thread(served.stop))
            while await accepts_connections(served.url):
                pass
            assert not any(one.done() for one in posts)
        responses = await asyncio.gather(*posts)
        assert [response.status_code for response in responses] == [200] * 3
        assert await stopping == 0
    assert json.loads(served.lines[-1])["event"] == "SERVE_STOPPED"


async def test_what_is_stuck_at_the_end_of_the_grace_gets_503_and_leaves_no_traceback(
    way: dict[str, str], tmp_path: Path, connection: Connection[DictRow]
) -> None:
    async with serving(tmp_path, **way, WA_HTTP_GRACE_SECONDS="0.5") as served:
        with connection.transaction():
            connection.execute("lock table public.wa_events")
            posting = asyncio.create_task(post(served.url, payloads.text_body()))
            while await asyncio.to_thread(blocked, connection) == 0:
                pass
            stopping = asyncio.create_task(asyncio.to_thread(served.stop))
            response = await posting
            assert (response.status_code, response.json()) == (503, {"error": "shutting_down"})
            assert await stopping == 0
    events = [json.loads(line) for line in served.lines]
    # The key of a test expires soon, where the handler has one.
    assert {event["event"] for event in events if event["level"] in {"warning", "error"}} <= {
        "ALERT_WEBHOOK_URL_UNSET",
        "API_KEY_EXPIRES_SOON",
    }
    (request,) = [event for event in events if event["event"] == "WEBHOOK_REQUEST"]
    assert (request["status"], request["error"]) == (503, "shutting_down")


@pytest.mark.parametrize("words", [SERVE, HANDLER], ids=["wa-webhook serve", "python -m handler"])
def test_a_port_that_is_taken_names_a_way_out(words: list[str], tmp_path: Path) -> None:
    with bind("127.0.0.1", 0, "another program") as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        finished = subprocess.run(
            words,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(
                WA_VERIFY_TOKEN=VERIFY_TOKEN,
                WA_DATABASE_URL="postgresql://wa_edge_role@127.0.0.1:1/postgres",
                WA_PORT=port,
            ),
            timeout=60,
            check=False,
        )
    assert finished.returncode == 1
    assert finished.stderr == (
        f"port {port} of 127.0.0.1, for the webhook, is taken by another program; choose another"
        " with WA_PORT, or a free one with 0\n"
    )


def blocked(connection: Connection[DictRow]) -> int:
    row = connection.execute("select count(*) as number from pg_locks where not granted").fetchone()
    return int(row["number"]) if row else 0


async def accepts_connections(url: str) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            await http.get(f"{url}/healthz")
    except httpx.TransportError:
        return False
    return True


async def test_a_wrong_password_is_logged_by_what_it_is_and_not_shown(
    stoppable_database: Database, tmp_path: Path
) -> None:
    demand_password(stoppable_database, "wa_edge_role", "another-password")
    role = current_role(EDGE_ROLE)
    url = stoppable_database.url(role).replace(f"{role}@", f"{role}:{PASSWORD}@")
    async with serving(tmp_path, WA_DATABASE_URL=url) as served, asyncio.timeout(60):
        async with httpx.AsyncClient(base_url=served.url, timeout=30) as http:
            # A busy machine may take its time to be refused.
            while "28P01" not in (await http.get("/readyz")).text:
                pass
        assert (await post(served.url, payloads.text_body())).status_code == 503
        assert await asyncio.to_thread(served.stop) == 0
    log = "".join(served.lines)
    assert "password authentication failed for user" in log
    assert PASSWORD not in log
    assert "another-password" not in log


def test_missing_settings_are_named_and_the_exit_code_is_two(tmp_path: Path) -> None:
    given: dict[str, Any] = environment(WA_DATABASE_URL="hunter2 hunter2")
    ended = subprocess.run(
        HANDLER, capture_output=True, text=True, cwd=tmp_path, env=given, check=False
    )
    served = run("serve", **given)
    for exit_code, told in ((ended.returncode, ended.stderr), (served.exit_code, served.stderr)):
        assert exit_code == 2
        assert sorted(told.splitlines()) == [
            "WA_DATABASE_URL: must be a connection string or URL of PostgreSQL; in a URL's"
            " password, what is no letter or digit is percent-encoded",
            "WA_VERIFY_TOKEN: is not set",
        ]


async def test_a_debugging_window_is_announced_at_start(
    way: dict[str, str], tmp_path: Path
) -> None:
    variables = {"WA_INBOUND_DEBUG_SNAPSHOT": "true", "WA_INBOUND_LOG_SAMPLE_RATE": "0.01"}
    async with serving(tmp_path, **way, **variables) as served:
        events = [json.loads(line) for line in served.lines]
        assert ("INBOUND_SNAPSHOTS_ENABLED", "warning") in [
            (event["event"], event["level"]) for event in events
        ]


@pytest.mark.parametrize(
    ("body", "printed", "exit_code"),
    [(payloads.text_body(), "200 ", 0), (b"{", '400 {"error":"not_json"}', 1)],
)
async def test_post_signs_prints_the_answer_and_tells_success_by_its_exit_code(
    way: dict[str, str], tmp_path: Path, body: bytes, printed: str, exit_code: int
) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(body)
    async with serving(tmp_path, **way) as served:
        for argument, standard_input in ((str(file), b""), ("-", body)):
            result = await asyncio.to_thread(
                subprocess.run,
                command("post", argument, "--url", f"{served.url}/webhook"),
                input=standard_input,
                capture_output=True,
                cwd=tmp_path,
                env=environment(),
                check=False,
            )
            assert result.stdout.decode().startswith(printed)
            assert result.returncode == exit_code


def test_post_says_when_nobody_answers() -> None:
    address = "http://127.0.0.1:1/webhook"
    told = run("post", "-", "--url", address, typed="{}", WA_APP_SECRET=APP_SECRET)
    assert told.exit_code == 1
    assert "127.0.0.1:1" in told.stderr
