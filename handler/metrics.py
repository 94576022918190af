"""Prometheus metrics of the handler, and the database's gauges beside them."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from handler.rpc import Answer, DatabaseUnavailable

REQUEST_MS_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
CACHE_SECONDS = 5.0

COUNTERS = {
    "processed": ("wa_message_processed", "Messages that had their effect"),
    "failed": ("wa_message_failed", "Messages kept with their error"),
    "invalid_sender": ("wa_message_invalid_sender", "Messages without a usable sender"),
    "duplicate": ("wa_message_duplicate", "Messages that had been counted before"),
    "ignored": ("wa_message_ignored", "Messages that need no effect"),
    "statuses": ("wa_status_received", "Statuses of messages that we sent"),
    "kept": ("wa_payload_kept", "Payloads kept whole for an operator"),
}
DATABASE_GAUGES = {
    "queue": ("wa_notification_queue", "Notifications by status", "status"),
    "oldest_due_seconds": (
        "wa_notification_oldest_due_seconds",
        "Age of the oldest notification that is due",
        None,
    ),
    "queue_paused": ("wa_notification_queue_paused", "1 while the whole queue is paused", None),
    "failed_events": ("wa_event_failed", "Failed messages that are kept for a replay", None),
    "kept_payloads": ("wa_payload_waiting", "Kept payloads that wait for a person", None),
    "retention_age_seconds": (
        "wa_retention_age_seconds",
        "Seconds since retention last finished",
        None,
    ),
}


class Metrics:
    """One registry for one application, so that two in a process do not share figures."""

    def __init__(self, read_database: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._counters = {
            key: Counter(name, text, registry=self.registry)
            for key, (name, text) in COUNTERS.items()
        }
        self._request_ms = Histogram(
            "wa_webhook_request_ms",
            "Milliseconds from the request's headers to its answer",
            ["status"],
            buckets=REQUEST_MS_BUCKETS,
            registry=self.registry,
        )
        self._requests_per_call = Histogram(
            "wa_webhook_requests_per_call",
            "Requests that shared one call and one commit",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self._database_is_up = Gauge(
            "wa_database_up", "1 if the database answered the last scrape", registry=self.registry
        )
        self._database = _DatabaseGauges()
        self.registry.register(self._database)
        self._read_database = read_database
        self._read_at = -CACHE_SECONDS

    def observe_request(self, status: int, milliseconds: float) -> None:
        """Record one answered request."""
        self._request_ms.labels(str(status)).observe(milliseconds)

    def count(self, answer: Answer) -> None:
        """Add what one call did."""
        self._requests_per_call.observe(answer.requests)
        for key, counted in answer.counts.items():
            if counted and key in self._counters:
                self._counters[key].inc(counted)

    async def render(self) -> bytes:
        """Return the exposition text; the process's own figures come without the database too."""
        if time.monotonic() - self._read_at >= CACHE_SECONDS:
            self._read_at = time.monotonic()
            try:
                self._database.figures = await self._read_database()
            except DatabaseUnavailable:
                self._database.figures = {}
            self._database_is_up.set(bool(self._database.figures))
        return generate_latest(self.registry)


class _DatabaseGauges(Collector):
    """The last answer of `wa_metrics()`: a number is a gauge, an object one gauge for each key."""

    def __init__(self) -> None:
        self.figures: Mapping[str, Any] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for key, (name, text, label) in DATABASE_GAUGES.items():
            figure = self.figures.get(key)
            if label and isinstance(figure, dict):
                family = GaugeMetricFamily(name, text, labels=[label])
                for value, number in figure.items():
                    family.add_metric([value], number)
                yield family
            elif isinstance(figure, int | float):
                yield GaugeMetricFamily(name, text, value=figure)
