"""Metrics of the handler, and the database's figures beside them."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from handler.figures import FIGURES, POOL_FIGURES, Figures
from handler.process.metrics import OfBusinesses, ProcessMetrics, machine_registry
from handler.process.server import Refusal
from handler.rpc import Answer, DatabaseUnavailable

REQUEST_MS_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
CACHE_SECONDS = 5.0

COUNTERS = {
    "processed": ("wa_message_processed", "Messages that had their effect"),
    "failed": ("wa_message_failed", "Messages kept with their error"),
    "invalid_sender": ("wa_message_invalid_sender", "Messages without a usable sender"),
    "duplicate": ("wa_message_duplicate", "Messages that had been counted before"),
    "ignored": ("wa_message_ignored", "Messages that need no effect"),
    "foreign": ("wa_message_foreign", "Messages for numbers that are not ours, kept for a replay"),
    "statuses": ("wa_status_received", "Statuses of messages that we sent"),
    "kept": ("wa_payload_kept", "Payloads kept whole for an operator"),
}
UNKNOWN = ("message", "status", "field", "error")


class BusinessMetrics(ProcessMetrics):
    """What was done for a business, what its pool does, and what its database says at a scrape."""

    def __init__(self) -> None:
        super().__init__(CollectorRegistry())
        self._counters = {
            key: Counter(name, text, registry=self.registry)
            for key, (name, text) in COUNTERS.items()
        }
        self._requests_per_call = Histogram(
            "wa_webhook_requests_per_call",
            "Requests that shared one call and one commit",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self._unknown = Counter(
            "wa_unknown_received",
            "Objects that Meta sent and nobody here knows, by what they are",
            ["what"],
            registry=self.registry,
        )
        for what in UNKNOWN:
            self._unknown.labels(what)
        self._database_is_up = Gauge(
            "wa_database_up", "1 if the database answered the last scrape", registry=self.registry
        )
        self._figures: Mapping[str, Any] = {}
        self.registry.register(Figures(FIGURES, lambda: self._figures))
        self._read_database: Callable[[], Awaitable[Mapping[str, Any]]] | None = None
        self._read_at = -CACHE_SECONDS

    def watch(
        self,
        read_database: Callable[[], Awaitable[Mapping[str, Any]]],
        read_pool: Callable[[], Mapping[str, int]],
    ) -> None:
        """Add the database's figures and the pool's to what is rendered."""
        self._read_database = read_database
        self.registry.register(
            Figures(POOL_FIGURES, lambda: dict.fromkeys(POOL_FIGURES, 0) | dict(read_pool()))
        )

    def count(self, answer: Answer) -> None:
        """Add what one call did."""
        self._requests_per_call.observe(answer.requests)
        for key, counted in answer.counts.items():
            if counted and key in self._counters:
                self._counters[key].inc(counted)
        self.count_sends(answer.events)
        for event in answer.events:
            if event.get("event") == "UNKNOWN_RECEIVED":
                self._unknown.labels(str(event.get("what"))).inc(float(event.get("count", 0)))

    async def refresh(self) -> None:
        """Ask the database, unless it was asked a moment ago."""
        if self._read_database and time.monotonic() - self._read_at >= CACHE_SECONDS:
            self._read_at = time.monotonic()
            try:
                self._figures = await self._read_database()
            except DatabaseUnavailable:
                self._figures = {}
            self._database_is_up.set(bool(self._figures))


class HandlerMetrics:
    """What one handler has answered, and the figures of its businesses by their names."""

    def __init__(
        self, businesses: Mapping[str, BusinessMetrics], *, snapshot_rate: float = 0.0
    ) -> None:
        self._businesses = businesses
        self._registry = machine_registry()
        request_ms = Histogram(
            "wa_webhook_request_ms",
            "Milliseconds from the request's headers to its answer",
            ["status"],
            buckets=REQUEST_MS_BUCKETS,
            registry=self._registry,
        )
        self._request_ms_of_status = functools.cache(request_ms.labels)
        self._refusals = Counter(
            "wa_http_refused",
            "Clients that the server itself refused, before anything was verified",
            ["reason"],
            registry=self._registry,
        )
        for refusal in Refusal:
            self._refusals.labels(refusal.error)
        self._unknown_businesses = Counter(
            "wa_business_unknown",
            "Signed bodies with something for accounts that no business here has",
            registry=self._registry,
        )
        Gauge(
            "wa_inbound_snapshot_rate",
            "Share of requests whose masked payload is kept for debugging; 0 outside such a window",
            registry=self._registry,
        ).set(snapshot_rate)
        registries = {name: business.registry for name, business in businesses.items()}
        self._registry.register(OfBusinesses(registries))

    def observe_request(self, status: int, milliseconds: float) -> None:
        """Record one answered request."""
        self._request_ms_of_status(status).observe(milliseconds)

    def count_refusal(self, refusal: Refusal) -> None:
        """Record one client that went beyond a limit."""
        self._refusals.labels(refusal.error).inc()

    def count_unknown_business(self) -> None:
        """Record one body of which a part was nobody's."""
        self._unknown_businesses.inc()

    async def render(self) -> bytes:
        """Return the exposition text; the process's own figures come without the database too."""
        await asyncio.gather(*(one.refresh() for one in self._businesses.values()))
        return generate_latest(self._registry)
