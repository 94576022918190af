"""Dashboard and alert rules name what is really there, and Prometheus answers every panel."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.code_blocks import PROJECT
from tests.fixtures.machine import requires
from tests.metrics.prometheus import OPS, running_prometheus

if TYPE_CHECKING:
    from tests.metrics.conftest import Observed
    from tests.metrics.prometheus import Prometheus

pytestmark = pytest.mark.any_server

DASHBOARD: dict[str, Any] = json.loads((OPS / "grafana-dashboard.json").read_text())
RUNBOOK = (PROJECT / "docs/runbook.md").read_text()
RULES = (OPS / "prometheus-rules.yml").read_text()
PANELS = {
    panel["title"]: [target["expr"] for target in panel["targets"]]
    for panel in DASHBOARD["panels"]
    if panel["type"] != "row"
}
METRIC = re.compile(r"\b(?:wa|process)_[a-z0-9_]+\b")
PART = re.compile(r"_(count|sum|bucket)$")
PATIENCE_SECONDS = 90


def expressions() -> list[str]:
    """Return every expression of the dashboard, as Grafana sends it for the last minutes."""
    return [
        expression.replace("$__rate_interval", "1m")
        for panel in PANELS.values()
        for expression in panel
    ]


async def test_dashboard_rules_and_runbook_know_the_metrics_that_are_scraped_and_no_other(
    observed: Observed,
) -> None:
    await observed.converse()
    await observed.meet_trouble()
    scraped = {sample.name for sample in await observed.scrape()}
    shown = set(METRIC.findall("\n".join(expressions())))
    named = shown.union(METRIC.findall(RULES))
    assert len(named) > 30
    assert named - scraped == set()
    ours = {
        PART.sub("", name)
        for name in scraped
        if name.startswith("wa_") and not name.endswith("_created")
    }
    section = RUNBOOK.partition("## 4. ")[2].partition("## 5. ")[0]
    first_cells = re.findall(r"^\| (`wa_[^|]+) \|", section, re.MULTILINE)
    explained = set(METRIC.findall("".join(first_cells)))
    assert ours - {PART.sub("", name) for name in shown} == set()
    assert ours ^ explained == set()


@requires("prometheus")
async def test_prometheus_answers_every_panel(
    observed: Observed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = {
        "wa-webhook": observed.handler_url,
        "wa-notifier": observed.notifier_url,
        "wa-worker": observed.worker_url,
    }
    await observed.meet_trouble()
    async with running_prometheus(tmp_path, urls) as prometheus:
        unanswered = set(expressions())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while unanswered:
                await observed.converse()
                unanswered = await find_unanswered(prometheus, unanswered)
        assert {rule["health"] for rule in await prometheus.rules()} == {"ok"}
    with capsys.disabled():
        print(f"\n{len(PANELS)} panels, {len(expressions())} queries, each answered by a scrape")


async def find_unanswered(prometheus: Prometheus, queries: set[str]) -> set[str]:
    return {query for query in queries if not await prometheus.query(query)}


def test_grafana_finds_the_dashboard_where_compose_puts_it_and_draws_each_panel_once() -> None:
    grafana = (PROJECT / "compose.yaml").read_text().partition("\n  grafana:\n")[2]
    mounted = dict(re.findall(r"- \./(ops/\S+?):(\S+?):ro", grafana))
    provisioned = Path("/etc/grafana/provisioning")
    assert Path(mounted["ops/compose/grafana.yml"]).parent == provisioned / "datasources"
    assert Path(mounted["ops/compose/dashboards.yml"]).parent == provisioned / "dashboards"
    (folder,) = re.findall(r"path: (\S+)", (OPS / "compose/dashboards.yml").read_text())
    assert Path(mounted["ops/grafana-dashboard.json"]).parent == Path(folder)
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_every_alert_says_what_to_do_and_leads_to_a_section_of_the_runbook() -> None:
    headings = re.findall(r"^##+ (.+)$", RUNBOOK, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}
    alerts = RULES.split("- alert: ")[1:]
    assert len(alerts) > 10
    for alert in alerts:
        assert re.search(r'summary: ".+"', alert), alert
        assert re.search(r'action: ".+"', alert), alert
        (anchor,) = re.findall(r'runbook: "docs/runbook\.md#(.+)"', alert)
        assert anchor in anchors
