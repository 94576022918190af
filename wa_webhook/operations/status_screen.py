"""The status as one screen of a terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from wa_webhook.operations.status import Status

_ARRIVALS = ("processed", "failed", "invalid_sender", "ignored")


def draw_status(status: Status) -> RenderableType:
    """Return traffic, queue, upkeep and roles."""
    return Group(
        _traffic(status.report["traffic"]),
        Text(),
        _facts(status),
        Text(),
        _roles(status.report["roles"]),
        Text(),
    )


def draw_problems(status: Status) -> RenderableType:
    """Return what is out of order, and what to do: lines that are to be printed unbroken."""
    if not status.problems:
        return Text("nothing needs a person", style="green")
    lines = []
    for problem in status.problems:
        mark, style = ("act ", "red") if problem["needs_person"] else ("note", "yellow")
        lines.append(Text.assemble((mark, style), f" {problem['message']}"))
        lines.append(Text(f"     {problem['next']}"))
    return Group(*lines)


def _traffic(traffic: Mapping[str, Any]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("inbound")
    for heading in _ARRIVALS:
        table.add_column(heading, justify="right")
    for span in traffic["spans"]:
        table.add_row(span["span"], *(_number(span[heading]) for heading in _ARRIVALS))
    return table


def _facts(status: Status) -> RenderableType:
    report = status.report
    queue, retention = report["queue"], report["retention"]
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in (
        ("last message", _ago(report, report["traffic"]["last_received_at"])),
        ("queue", _queue(queue)),
        ("oldest due", _span(queue["oldest_due_seconds"])),
        ("sent, 24 hours", _counts(queue["finished"])),
        ("tasks", _tasks(report["tasks"])),
        ("with a person", _handovers(report["handovers"])),
        ("alerts waiting", _alerts(report["alerts"])),
        (
            "retention",
            f"{_ago(report, retention['last_finished_at'])}; events"
            f" {retention['events_ttl_days']} days, logs {retention['logs_ttl_days']} days",
        ),
        ("log partitions", _partitions(retention["log_partitions"])),
        ("snapshots, 1 hour", _number(retention["snapshots_in_last_hour"])),
        ("migrations", _migrations(status)),
    ):
        table.add_row(name, value)
    return table


def _alerts(alerts: list[Mapping[str, Any]]) -> str:
    waiting = _number(sum(alert["news"] for alert in alerts))
    kinds = sorted({alert["kind"] for alert in alerts})
    return f"{waiting}: {', '.join(kinds)}" if kinds else waiting


def _tasks(tasks: Mapping[str, Any]) -> str:
    told = f"{tasks['queued']} queued, {tasks['running']} running"
    return f"{told}; 24 hours: {_counts(tasks['finished'])}" if tasks["finished"] else told


def _handovers(handovers: Mapping[str, Any]) -> str:
    told = f"{_number(handovers['conversations'])} conversations"
    if not handovers["waiting"]:
        return told
    wait = _span(handovers["longest_wait_seconds"])
    return f"{told}; {_number(handovers['waiting'])} users wait, one for {wait}"


def _queue(queue: Mapping[str, Any]) -> str:
    figures = ("queued", "sending", "due", "waiting_for_user")
    text = ", ".join(f"{_number(queue[name])} {name.replace('_', ' ')}" for name in figures)
    return f"{text} (counted up to 10,000)" if queue["is_capped"] else text


def _partitions(partitions: Mapping[str, Any] | None) -> str:
    if partitions is None:
        return "one for all days, as the business is on a node"
    if not partitions["count"]:
        return "none yet: retention creates them"
    return f"{partitions['count']}: {partitions['first']} to {partitions['last']}"


def _migrations(status: Status) -> str:
    migrations = status.migrations
    if not migrations.is_known:
        return "not readable by this role"
    held = "" if migrations.extension is None else f" (extension {migrations.extension})"
    return (
        f"{migrations.applied} applied, {len(migrations.pending)} pending,"
        f" {len(migrations.changed)} routine files changed{held}"
    )


def _roles(roles: list[Mapping[str, Any]]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("role", "login", "member of"):
        table.add_column(heading)
    for role in roles:
        login = "yes" if role["can_login"] else "no"
        table.add_row(
            role["role"],
            login if role["exists"] else "missing",
            ", ".join(role["member_of"]) or "none",
        )
    return table


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_number(count)} {name}" for name, count in sorted(counts.items())) or "none"


def _number(count: int) -> str:
    return f"{count:,}"


def _ago(report: Mapping[str, Any], moment: str | None) -> str:
    if moment is None:
        return "never"
    try:
        age = datetime.fromisoformat(report["at"]) - datetime.fromisoformat(moment)
    except ValueError:
        # Infinity, or a year that only PostgreSQL knows.
        return moment
    return f"{_span(age.total_seconds())} ago"


def _span(seconds: float) -> str:
    return str(timedelta(seconds=max(0, round(seconds))))
