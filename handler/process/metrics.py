"""What handler and notifier have in common: one registry for a process, and these counters."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from psycopg_pool import PoolTimeout


class ProcessMetrics:
    """A registry of its own, so that two applications in one process do not share figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._sent = Counter(
            "wa_notification_sent",
            "Notifications that Meta accepted",
            registry=self.registry,
        )
        self._failures = {
            "NOTIFY_SEND_RETRY": Counter(
                "wa_notification_retried",
                "Failed attempts that are followed by another, by their row of send_error_classes",
                ["class", "code"],
                registry=self.registry,
            ),
            "NOTIFY_SEND_FAIL": Counter(
                "wa_notification_failed",
                "Notifications that failed or were given up, by their row of send_error_classes",
                ["class", "code"],
                registry=self.registry,
            ),
        }
        self._database_errors = Counter(
            "wa_database_error",
            "Failed calls, by the class of their SQLSTATE (its first two characters)",
            ["sqlstate_class"],
            registry=self.registry,
        )

    def count_database_error(self, error: Exception) -> None:
        """Record one call that the database did not answer."""
        self._database_errors.labels(_sqlstate_class(error)).inc()

    def count_sends(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Record what the events of SQL say of attempts to send."""
        for event in events:
            if event.get("event") == "NOTIFY_SEND_OK":
                self._sent.inc()
            elif counter := self._failures.get(str(event.get("event"))):
                counter.labels(str(event.get("class")), str(event.get("class_code"))).inc()


def _sqlstate_class(error: Exception) -> str:
    if isinstance(error, PoolTimeout):
        return "pool_timeout"
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return "timeout"
    sqlstate: str | None = getattr(error, "sqlstate", None)
    return sqlstate[:2] if sqlstate else "no_connection"
