"""`wa-webhook notify` as a process that is told to stop, and one that is killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from tests.fixtures.names import current_names, environment_of
from tests.notifier.conftest import ANA, BRUNO, PHONE_ID, TOKEN, until
from wa_webhook.cli import app
from wa_webhook.meta_stand_in import Behaviour

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from tests.notifier.conftest import Outbox

PROJECT = Path(__file__).parents[2]


@asynccontextmanager
async def notifying(outbox: Outbox, folder: Path, **variables: str) -> AsyncIterator[Process]:
    """Run the command until the context ends; its log is piped."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WA_", "ALERT_", "WHATSAPP_"))
    }
    given = {
        "PYTHONPATH": str(PROJECT),
        "WA_DATABASE_URL": outbox.process_url("wa_notifier_role"),
        "WA_TOKEN": TOKEN,
        "WA_PHONE_ID": PHONE_ID,
        "WHATSAPP_API_BASE_URL": outbox.graph_url,
        "WA_NOTIFY_CONCURRENCY": "1",
        "WA_METRICS_PORT": "off",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from wa_webhook.cli import app; app()",
        "notify",
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env=inherited | environment_of(current_names()) | given | variables,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_sigterm_finishes_what_is_in_flight_and_leaves_the_rest(
    outbox: Outbox, tmp_path: Path
) -> None:
    outbox.graph.behave(Behaviour(delay=0.5, statuses="none"))
    first, second = outbox.queue(outbox.add_user(ANA)), outbox.queue(outbox.add_user(BRUNO))
    async with notifying(outbox, tmp_path) as process:
        await until(lambda: len(outbox.graph.record.accepted) == 1)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert outbox.status(first) == "sent"
    assert outbox.status(second) == "queued"


async def test_sigterm_ends_a_process_that_was_given_a_pipe_for_a_file(
    outbox: Outbox, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    document = {"file": "pipe.pdf", "mime_type": "application/pdf"}
    notification = outbox.queue_payload(
        outbox.add_user(ANA), {"type": "document", "document": document}
    )
    async with notifying(outbox, tmp_path, WA_MEDIA_FOLDER=str(tmp_path)) as process:
        await until(lambda: outbox.row(notification)["retry_count"] == 1)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert "no regular file" in outbox.row(notification)["error_message"]


async def test_a_status_settles_what_a_killed_process_had_in_flight(
    outbox: Outbox, tmp_path: Path
) -> None:
    outbox.graph.behave(Behaviour(delay=60))
    notification = outbox.queue(outbox.add_user(ANA))
    async with notifying(outbox, tmp_path) as process:
        await until(lambda: len(outbox.graph.record.accepted) == 1)
        process.kill()
    async with outbox.run_notifier():
        await until(lambda: outbox.status(notification) == "delivered")
    assert len(outbox.graph.record.accepted) == 1


async def test_the_log_is_json_lines_without_token_recipient_or_text(
    outbox: Outbox, tmp_path: Path
) -> None:
    outbox.graph.behave(Behaviour(answer="error", code=131009, recipient=ANA[1:]))
    # A status that overtook the answer would leave the notifier nothing to tell.
    outbox.graph.behave(Behaviour(statuses="none", recipient=BRUNO[1:]))
    failed = outbox.queue(outbox.add_user(ANA), "private words")
    sent = outbox.queue(outbox.add_user(BRUNO), "private words")
    async with notifying(outbox, tmp_path) as process:
        await until(lambda: (outbox.status(failed), outbox.status(sent)) == ("failed", "sent"))
        process.send_signal(signal.SIGTERM)
        output, _ = await process.communicate()
    log = output.decode()
    events = {json.loads(line)["event"] for line in log.splitlines()}
    assert {"NOTIFY_STARTED", "NOTIFY_SEND_OK", "NOTIFY_SEND_FAIL", "NOTIFY_STOPPED"} <= events
    for private in (TOKEN, ANA[1:], BRUNO[1:], "private words"):
        assert private not in log


def test_an_api_key_alone_is_refused_with_the_reason() -> None:
    result = CliRunner().invoke(
        app,
        ["notify"],
        env={
            "WA_TOKEN": TOKEN,
            "WA_PHONE_ID": PHONE_ID,
            "WA_DATABASE_URL": None,
            "SUPABASE_URL": "https://project.example",
            "WA_SUPABASE_SERVICE_ROLE_KEY": "key",
        },
    )
    assert result.exit_code == 2
    assert result.stderr == (
        "WA_DATABASE_URL: is not set, and an API key does not do for the notifier\n"
    )
