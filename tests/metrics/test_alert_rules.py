"""Each alert fires when it should, alone, not before its time, and never while all is well.

`promtool test rules` runs the rules over series that are written here, one sample a minute.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.machine import find_program, requires
from tests.metrics.prometheus import OPS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = requires("promtool")

RULES = OPS / "prometheus-rules.yml"
MINUTES = 180
ABSENT = ""

# A busy afternoon: ten requests a second, all but a few answered within a second.
HANDLER = 'job="wa-webhook",instance="handler"'
REQUESTS = f"wa_webhook_request_ms_count{{{HANDLER},status="
HEALTHY = {
    f"up{{{HANDLER}}}": "1+0x180",
    'up{job="wa-notifier",instance="notifier"}': "1+0x180",
    "wa_database_up": "1+0x180",
    f'{REQUESTS}"200"}}': "0+600x180",
    f'{REQUESTS}"401"}}': "0+60x180",
    f'{REQUESTS}"503"}}': "0+1x180",
    'wa_webhook_request_ms_bucket{le="1000.0"}': "0+660x180",
    'wa_http_refused_total{reason="head_timeout"}': "0+6x180",
    "wa_message_processed_total": "0+500x180",
    "wa_message_failed_total": "0+0x180",
    "wa_business_unknown_total": "0+0x180",
    "wa_message_invalid_sender_total": "0+2x180",
    "wa_payload_waiting": "0+0x180",
    "wa_handover_wait_seconds": "30+0x180",
    "wa_notification_queue_paused": "0+0x180",
    "wa_notification_oldest_due_seconds": "20+0x180",
    "wa_notifier_claim_total": "0+60x180",
    "wa_notification_sent_total": "0+500x180",
    'wa_notification_failed_total{class="recipient",code="131026"}': "0+5x180",
    "wa_task_oldest_due_seconds": "20+0x180",
    'wa_task_run_ms_count{kind="ocr",outcome="done"}': "0+100x180",
    'wa_task_run_ms_count{kind="ocr",outcome="failed"}': "0+5x180",
    'wa_task_failed_total{kind="ocr",error_class="permanent"}': "0+5x180",
    'wa_task_answer_total{status="200"}': "0+100x180",
    'wa_task_answer_total{status="401"}': "0+1x180",
    'wa_database_error_total{sqlstate_class="40"}': "0+1x180",
    'wa_database_error_total{sqlstate_class="22"}': "0+60x180",
    f"wa_database_pool_waiting{{{HANDLER}}}": "0 3 0" + " 0 3 0" * 59,
    "wa_retention_overdue": "0+0x180",
    "wa_inbound_snapshot_rate": "0+0x180",
}


@dataclass(frozen=True)
class Trouble:
    """What is otherwise from minute 60 on, when the alert is still silent, and when it fires."""

    series: dict[str, str]
    silent: int
    fires: int


def from_the_first_hour(before: str, after: str) -> str:
    """Join an hour of one kind of samples (`start+step`) and two hours of another."""
    return f"{before}x59 {after}x119"


TROUBLES = {
    "WaProcessDown": Trouble(
        {f"up{{{HANDLER}}}": from_the_first_hour("1+0", "0+0")}, silent=61, fires=62
    ),
    "WaDatabaseUnreachable": Trouble(
        {"wa_database_up": from_the_first_hour("1+0", "0+0")}, silent=60, fires=61
    ),
    "WaWebhookErrors": Trouble(
        {f'{REQUESTS}"503"}}': from_the_first_hour("0+1", "60+30")}, silent=63, fires=70
    ),
    "WaWebhookSlow": Trouble(
        {'wa_webhook_request_ms_bucket{le="1000.0"}': from_the_first_hour("0+660", "39600+600")},
        silent=68,
        fires=80,
    ),
    "WaSignaturesRefused": Trouble(
        {
            f'{REQUESTS}"200"}}': from_the_first_hour("0+600", "36000+0"),
            f'{REQUESTS}"503"}}': "0+0x180",
        },
        silent=75,
        fires=85,
    ),
    "WaClientsRefused": Trouble(
        {'wa_http_refused_total{reason="head_timeout"}': from_the_first_hour("0+6", "360+600")},
        silent=68,
        fires=75,
    ),
    "WaBusinessUnknown": Trouble(
        {"wa_business_unknown_total": from_the_first_hour("0+0", "1+0")}, silent=59, fires=61
    ),
    "WaMessagesStopped": Trouble(
        {
            # An hour of the day before had messages, and none has come since.
            "wa_message_processed_total": "0+5x59 295+0x1500",
            "wa_notifier_claim_total": "0+60x1560",
        },
        silent=1438,
        fires=1470,
    ),
    "WaMessagesFailed": Trouble(
        {"wa_message_failed_total": from_the_first_hour("0+0", "1+0")}, silent=59, fires=61
    ),
    "WaPayloadsKept": Trouble(
        {"wa_payload_waiting": from_the_first_hour("0+0", "1+0")}, silent=64, fires=65
    ),
    "WaUserWaits": Trouble(
        {"wa_handover_wait_seconds": from_the_first_hour("30+0", "60+60")}, silent=78, fires=80
    ),
    "WaInvalidSenders": Trouble(
        {"wa_message_invalid_sender_total": from_the_first_hour("0+2", "120+100")},
        silent=60,
        fires=70,
    ),
    "WaQueuePaused": Trouble(
        {
            "wa_notification_queue_paused": from_the_first_hour("0+0", "1+0"),
            "wa_notification_oldest_due_seconds": from_the_first_hour("20+0", "60+60"),
        },
        silent=60,
        fires=61,
    ),
    "WaQueueStuck": Trouble(
        {"wa_notification_oldest_due_seconds": from_the_first_hour("20+0", "60+60")},
        silent=68,
        fires=70,
    ),
    "WaNotifierIdle": Trouble(
        {"wa_notifier_claim_total": from_the_first_hour("0+60", "3600+0")}, silent=68, fires=71
    ),
    "WaNotificationsFail": Trouble(
        {
            'wa_notification_failed_total{class="recipient",code="131026"}': from_the_first_hour(
                "0+5", "300+100"
            )
        },
        silent=61,
        fires=70,
    ),
    "WaTasksStuck": Trouble(
        {"wa_task_oldest_due_seconds": from_the_first_hour("20+0", "60+60")}, silent=68, fires=70
    ),
    "WaTasksFail": Trouble(
        {
            'wa_task_failed_total{kind="ocr",error_class="permanent"}': from_the_first_hour(
                "0+5", "300+100"
            )
        },
        silent=60,
        fires=70,
    ),
    "WaTaskAnswersRefused": Trouble(
        {'wa_task_answer_total{status="401"}': from_the_first_hour("0+1", "60+30")},
        silent=59,
        fires=65,
    ),
    "WaDatabaseErrors": Trouble(
        {'wa_database_error_total{sqlstate_class="40"}': from_the_first_hour("0+1", "60+60")},
        silent=64,
        fires=68,
    ),
    "WaDatabasePoolExhausted": Trouble(
        {f"wa_database_pool_waiting{{{HANDLER}}}": from_the_first_hour("0+0", "3+0")},
        silent=62,
        fires=65,
    ),
    "WaRetentionOverdue": Trouble(
        {"wa_retention_overdue": from_the_first_hour("0+0", "1+0")}, silent=89, fires=90
    ),
    "WaSnapshotsLeftOn": Trouble({"wa_inbound_snapshot_rate": "0.01+0x180"}, silent=119, fires=120),
}


def check_rules(folder: Path, series: dict[str, str], firing: dict[int, set[str]]) -> str:
    """Have promtool compare what fires at each minute; return its complaints, empty if none."""
    expected = [
        {
            "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
            "eval_time": f"{minute}m",
            "exp_samples": [
                {"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(names)
            ],
        }
        for minute, names in firing.items()
    ]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": values} for name, values in series.items() if values
        ],
        "promql_expr_test": expected,
    }
    # JSON is YAML.
    file = folder / "test.yml"
    file.write_text(
        json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]})
    )
    finished = subprocess.run(
        [find_program("promtool"), "test", "rules", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if finished.returncode == 0 else finished.stdout + finished.stderr


def test_the_rules_and_the_example_configuration_are_valid() -> None:
    for command in (("rules", "prometheus-rules.yml"), ("config", "prometheus.yml")):
        checked = subprocess.run(
            [find_program("promtool"), "check", *command], cwd=OPS, capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_configuration_of_compose_is_valid(tmp_path: Path) -> None:
    for name in ("compose/prometheus.yml", "prometheus-rules.yml"):
        shutil.copy(OPS / name, tmp_path)
    checked = subprocess.run(
        [find_program("promtool"), "check", "config", "prometheus.yml"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_tried() -> None:
    assert set(re.findall(r"- alert: (\w+)", RULES.read_text())) == TROUBLES.keys()


def test_nothing_fires_while_all_is_well(tmp_path: Path) -> None:
    quiet = {minute: set[str]() for minute in range(5, MINUTES, 5)}
    assert check_rules(tmp_path, HEALTHY, quiet) == ""


@pytest.mark.parametrize("name", TROUBLES)
def test_an_alert_fires_in_its_trouble_and_not_before(name: str, tmp_path: Path) -> None:
    trouble = TROUBLES[name]
    firing = {trouble.silent: set[str](), trouble.fires: {name}}
    assert check_rules(tmp_path, HEALTHY | trouble.series, firing) == ""


def test_a_notifier_that_nobody_scrapes_counts_as_idle(tmp_path: Path) -> None:
    series = HEALTHY | {"wa_notifier_claim_total": ABSENT}
    assert check_rules(tmp_path, series, {4: set(), 6: {"WaNotifierIdle"}}) == ""


def test_a_business_whose_queue_is_paused_hides_no_other_whose_queue_is_stuck(
    tmp_path: Path,
) -> None:
    queues = ("wa_notification_queue_paused", "wa_notification_oldest_due_seconds")
    series = HEALTHY | dict.fromkeys(queues, ABSENT)
    series |= {
        f'{queues[0]}{{business="acme"}}': "1+0x180",
        f'{queues[1]}{{business="acme"}}': "9+0x180",
    }
    series |= {
        f'{queues[0]}{{business="beta"}}': "0+0x180",
        f'{queues[1]}{{business="beta"}}': "600+0x180",
    }
    assert check_rules(tmp_path, series, {10: {"WaQueuePaused", "WaQueueStuck"}}) == ""


def test_retention_may_rest_while_nothing_comes_in(tmp_path: Path) -> None:
    at_rest = {f'{REQUESTS}"{status}"}}': "0+0x180" for status in ("200", "401", "503")}
    series = HEALTHY | at_rest | {"wa_retention_overdue": "1+0x180"}
    assert check_rules(tmp_path, series, {120: set()}) == ""


def test_few_invalid_senders_among_many_messages_are_no_spike(tmp_path: Path) -> None:
    series = HEALTHY | {"wa_message_invalid_sender_total": "0+10x180"}
    assert check_rules(tmp_path, series, {60: set()}) == ""
