"""Who reads the metrics: on a port of their own, and with a token where there is one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from structlog.testing import capture_logs

from handler.process.environment import MetricsSettings
from handler.process.listening import bind
from handler.process.metrics_endpoint import serve_metrics
from handler.settings import WebhookSettings
from tests.fixtures.transport import direct_way_in
from tests.webhook.conftest import running_webhook
from tests.webhook.test_serve_command import command, environment
from wa_webhook.notifier.metrics import NotifierMetrics
from wa_webhook.notifier.settings import NotifierSettings
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server


def served_on(port: int | str, **settings: Any) -> MetricsSettings:
    return MetricsSettings.model_validate({"wa_metrics_port": port, **settings})


async def test_the_metrics_are_on_a_port_of_their_own_and_nowhere_else(database: Database) -> None:
    async with running_webhook(direct_way_in(database) | {"wa_metrics_port": 0}) as webhook:
        assert (await webhook.http.get("/metrics")).status_code == 404
        assert webhook.metrics_url is not None
        assert "wa_webhook_request_ms" in (await webhook.http.get(webhook.metrics_url)).text
        elsewhere = webhook.metrics_url.replace("/metrics", "/webhook")
        assert (await webhook.http.get(elsewhere)).status_code == 404


def test_by_default_the_processes_of_one_machine_take_ports_of_their_own() -> None:
    defaults = {
        settings.model_fields["wa_metrics_port"].default
        for settings in (WebhookSettings, NotifierSettings, WorkerSettings)
    }
    assert defaults == {9464, 9465, 9466}


async def test_the_address_is_logged_for_whoever_asked_for_a_free_port() -> None:
    with capture_logs() as events:
        async with (
            serve_metrics(NotifierMetrics().render, served_on(0)) as url,
            httpx.AsyncClient() as http,
        ):
            assert (await http.get(str(url))).status_code == 200
    (started,) = events
    assert started["event"] == "METRICS_STARTED"
    assert url == f"http://{started['host']}:{started['port']}/metrics"


async def test_off_serves_no_metrics() -> None:
    async with serve_metrics(NotifierMetrics().render, served_on("off")) as url:
        assert url is None


@pytest.mark.parametrize(("of_now", "before"), [("first", "none"), ("second", "first")])
async def test_with_a_token_only_who_shows_that_of_now_is_answered(
    of_now: str, before: str
) -> None:
    async with (
        serve_metrics(NotifierMetrics().render, served_on(0, wa_metrics_token=of_now)) as url,
        httpx.AsyncClient() as http,
    ):
        for headers, status in (
            ({}, 401),
            ({"Authorization": f"Bearer {before}"}, 401),
            ({"Authorization": f"Bearer {of_now}"}, 200),
        ):
            answer = await http.get(str(url), headers=headers)
            assert answer.status_code == status
            assert ("wa_notifier" in answer.text) == (status == 200)


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
    assert finished.returncode == 1
    assert finished.stderr == (
        f"port {port} of 127.0.0.1, for the metrics, is taken by another program; choose another"
        " with WA_METRICS_PORT, or a free one with 0\n"
    )
