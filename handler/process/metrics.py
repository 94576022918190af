"""What handler and notifier have in common: one registry for a process, and these counters."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout


def machine_registry() -> CollectorRegistry:
    """Return a registry with what the process uses of its machine."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


class OfBusinesses(Collector):
    """What the registries of several businesses have, each sample with the business's name.

    That has no name leaves it away: an empty label is none to Prometheus.
    """

    def __init__(self, registries: Mapping[str, CollectorRegistry]) -> None:
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        """Yield each family once."""
        families: dict[str, Metric] = {}
        for name, registry in self._registries.items():
            label = {"business": name} if name else {}
            for family in registry.collect():
                whole = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                whole.samples += [
                    sample._replace(labels=sample.labels | label) for sample in family.samples
                ]
        yield from families.values()

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering reads nothing yet."""
        return []


class ProcessMetrics:
    """A registry of its own, so that two applications in one process do not share figures.

    That of one business among several comes without what the machine tells of the process.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = machine_registry() if registry is None else registry
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
