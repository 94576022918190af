"""Who reads the metrics: on the public port, on a port of their own, or with a token."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from structlog.testing import capture_logs

from handler.process.environment import MetricsSettings
from handler.process.metrics_endpoint import serve_metrics
from tests.fixtures.transport import direct_way_in
from tests.webhook.conftest import running_webhook
from tests.webhook.test_serve_command import command, environment
from wa_webhook.dev.server import bind
from wa_webhook.notifier.metrics import NotifierMetrics

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database


def free_port() -> int:
    with bind("127.0.0.1", 0, "metrics") as free:
        return int(free.getsockname()[1])


async def test_a_port_of_their_own_takes_the_metrics_off_the_public_one(
    database: Database,
) -> None:
    port = free_port()
    async with running_webhook(direct_way_in(database) | {"wa_metrics_port": port}) as webhook:
        assert (await webhook.http.get("/metrics")).status_code == 404
        there = await webhook.http.get(f"http://127.0.0.1:{port}/metrics")
        assert "wa_webhook_request_ms" in there.text
        elsewhere = await webhook.http.get(f"http://127.0.0.1:{port}/webhook")
        assert elsewhere.status_code == 404


async def test_the_address_is_logged_for_whoever_asked_for_a_free_port() -> None:
    settings = MetricsSettings(_env_file=None, wa_metrics_port=0)
    with capture_logs() as events:
        async with serve_metrics(NotifierMetrics().render, settings):
            (started,) = events
            async with httpx.AsyncClient() as http:
                url = f"http://{started['host']}:{started['port']}/metrics"
                assert (await http.get(url)).status_code == 200
    assert started["event"] == "METRICS_STARTED"


async def test_with_a_token_only_who_shows_it_is_answered(database: Database) -> None:
    async with running_webhook(
        direct_way_in(database) | {"wa_metrics_token": "scraper"}
    ) as webhook:
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Bearer another"}, 401),
            ({"Authorization": "Bearer scraper"}, 200),
        ):
            answer = await webhook.http.get("/metrics", headers=headers)
            assert answer.status_code == status
            assert ("wa_webhook" in answer.text) == (status == 200)


@pytest.mark.parametrize("name", ["serve", "notify"])
def test_a_port_that_is_taken_stops_the_process_at_start_and_is_named(
    name: str, database: Database, tmp_path: Path
) -> None:
    roles = {"serve": "wa_edge_role", "notify": "wa_notifier_role"}
    with bind("127.0.0.1", 0, "another program") as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        options = ["--port", "0"] if name == "serve" else []
        finished = subprocess.run(
            command(name, *options, "--metrics-port", port),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(
                WA_VERIFY_TOKEN="token",  # noqa: S106
                WA_DATABASE_URL=database.url(roles[name]),
                WA_TOKEN="token",  # noqa: S106
                WA_PHONE_ID="1",
            ),
            timeout=60,
            check=False,
        )
    assert finished.returncode != 0
    refused = next(line for line in finished.stdout.splitlines() if "METRICS_PORT_REFUSED" in line)
    assert json.loads(refused)["port"] == int(port)
    assert sys.executable not in refused
